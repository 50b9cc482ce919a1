local old, new, now, till, grace = arg(), arg(), number(), arg(), number()
local found = state(old, now)
if found ~= 1 then return { found } end
if state(new, now) ~= 0 then return { -2 } end
local changes = read_changes()
call('SET', P .. 'room', '') -- which a full server refuses
local fresh, gone, sums = plan(changes, function(name)
  return call('HGET', P .. 'r:' .. old, 'f' .. name)
end)
if not fresh then return { -1, gone, sums } end

local before, head = call('HGETALL', P .. 'r:' .. old), {}
for i = 1, #before, 2 do
  if #before[i] == 1 then head[before[i]] = before[i + 1] end
end
if call('EXISTS', P .. 'r:' .. new) == 1 then drop(new) end
in_chunks('HSET', P .. 'r:' .. new, before)
call('ZADD', P .. 'e:r', head.e, new)
if head.o then call('SADD', P .. 'u:' .. head.o, new) end
finish(new, changes, fresh, gone)

if grace > 0 then
  for _, key in ipairs(call('SMEMBERS', P .. 'p:' .. old)) do
    call('HSET', P .. 'r:' .. key, 'n', new)
    call('SADD', P .. 'p:' .. new, key)
  end
  call('DEL', P .. 'p:' .. old)
  call('HSET', P .. 'r:' .. old, 'r', '1', 'n', new)
  call('SADD', P .. 'p:' .. new, old)
  if tonumber(till) < tonumber(head.e) then end_at(old, till) end
else
  drop_with_predecessors(old)
end
table.insert(sums, 1, 1)
return sums
