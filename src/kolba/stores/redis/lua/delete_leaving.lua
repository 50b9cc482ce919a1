local was_there = drop_with_predecessors(ARGV[1])
pcall(create) -- a trace that finds no room is none: the end has happened
return was_there
