-- Records: how one stands, and its end.

local function state(key, now)
  local found = call('HMGET', P .. 'r:' .. key, 'e', 'r')
  if not found[1] or tonumber(found[1]) <= now then return 0 end
  return found[2] == '1' and 2 or 1
end

local function drop(key)
  local found = call('HMGET', P .. 'r:' .. key, 'o', 'n')
  if found[1] then call('SREM', P .. 'u:' .. found[1], key) end
  if found[2] then call('SREM', P .. 'p:' .. found[2], key) end
  call('ZREM', P .. 'e:r', key)
  return call('DEL', P .. 'r:' .. key)
end

local function drop_with_predecessors(key)
  for _, old in ipairs(call('SMEMBERS', P .. 'p:' .. key)) do drop(old) end
  return drop(key)
end
