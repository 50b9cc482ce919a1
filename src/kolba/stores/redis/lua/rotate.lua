local old, new, now, till, grace = arg(), arg(), number(), arg(), number()
local found = state(old, now)
if found ~= 1 then return { found } end
if state(new, now) ~= 0 then return { -2 } end
local changes = read_changes()
room()
local fresh, gone, sums = plan(changes, function(name)
  return call('HGET', P .. 'r:' .. old, 'f' .. name)
end)
if not fresh then return { -1, gone, sums } end

local before = call('HGETALL', P .. 'r:' .. old)
local expires = call('HGET', P .. 'r:' .. old, 'e')
local owner = call('HGET', P .. 'r:' .. old, 'o')
drop(new)
in_chunks('HSET', P .. 'r:' .. new, before)
end_at(new, expires)
if owner then call('SADD', P .. 'u:' .. owner, new) end
finish(new, changes, fresh, gone)

if grace > 0 then
  for _, key in ipairs(call('SMEMBERS', P .. 'p:' .. old)) do
    call('HSET', P .. 'r:' .. key, 'n', new)
    call('SADD', P .. 'p:' .. new, key)
  end
  call('DEL', P .. 'p:' .. old)
  call('HSET', P .. 'r:' .. old, 'r', '1', 'n', new)
  call('SADD', P .. 'p:' .. new, old)
  if tonumber(till) < tonumber(expires) then end_at(old, till) end
else
  drop_with_predecessors(old)
end
table.insert(sums, 1, 1)
return sums
