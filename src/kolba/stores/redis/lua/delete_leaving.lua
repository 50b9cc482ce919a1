local found = state(ARGV[1], tonumber(ARGV[5]))
if found ~= 1 then return found end
drop_with_predecessors(ARGV[1])
pcall(create) -- a trace that finds no room is none: the end has happened
return found
