local key, now = arg(), number()
local found = state(key, now)
if found ~= 1 then return { found } end
local changes = read_changes()
local fresh, gone, sums = plan(changes, function(name)
  return call('HGET', P .. 'r:' .. key, 'f' .. name)
end)
if not fresh then return { -1, gone, sums } end
finish(key, changes, fresh, gone)
table.insert(sums, 1, 1)
return sums
