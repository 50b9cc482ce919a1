local was_there = drop_with_predecessors(ARGV[1])
create()
return was_there
