local queue, claim, now, till, target = arg(), arg(), number(), arg(), arg()
local any_label, labels = arg() == '1', {}
for _, label in ipairs(list()) do labels[label] = true end
local result = {}
for _, id in ipairs(call('LRANGE', P .. 'q:' .. queue, 0, -1)) do
  local m = P .. 'm:' .. id
  local found = call('HMGET', m, 'c', 'u', 'e', 't', 'o', 'l')
  local meant = target == '-' or found[4] == '' or target == '=' .. found[4]
    or tonumber(found[5]) <= now
  if is_free(found[1], found[2], found[3], now) and meant and (any_label or labels[found[6]]) then
    call('HSET', m, 'c', claim, 'u', till)
    call('SADD', P .. 'l:' .. claim, id)
    table.insert(result, call('HGET', m, 'v'))
    table.insert(result, found[6])
  end
end
if #result > 0 then call('ZADD', P .. 'e:l', till, claim) end
return result
