local was_live = state(ARGV[1], tonumber(ARGV[5])) ~= 0
drop_with_predecessors(ARGV[1])
if was_live then pcall(create) end -- a trace that finds no room is none: the end has happened
return was_live and 1 or 0
