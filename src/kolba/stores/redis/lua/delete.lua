return drop_with_predecessors(arg())
