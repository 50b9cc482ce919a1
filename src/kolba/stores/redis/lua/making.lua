-- Making records and messages: what `create`, `put` and `create_with` share.

local function create()
  local key, created, seen, expires, owner, about, retired =
    arg(), arg(), arg(), arg(), arg(), arg(), arg()
  local r = P .. 'r:' .. key
  local before = call('HGET', r, 'e')
  if before then
    if tonumber(before) > tonumber(created) then return false end
    drop(key)
  end
  local values = { 'c', created, 's', seen, 'e', expires, 'a', about }
  if owner ~= '' then
    values[9], values[10] = 'o', owner
  end
  if retired == '1' then
    values[#values + 1] = 'r'
    values[#values + 1] = '1'
  end
  local size = #values
  for i = 1, number() do values[size + i] = arg() end
  in_chunks('HSET', r, values)
  call('ZADD', P .. 'e:r', expires, key)
  if owner ~= '' then call('SADD', P .. 'u:' .. owner, key) end
  return true
end

local function put()
  local queue, now, limit = arg(), number(), number()
  local q, length = P .. 'q:' .. queue, 0
  for _ = 1, number() do
    local id = call('INCR', P .. 'i')
    local value, label, target, open_at, expires = arg(), arg(), arg(), arg(), arg()
    call('HSET', P .. 'm:' .. id, 'v', value, 'l', label, 't', target, 'o', open_at, 'e', expires,
      'q', queue)
    length = call('RPUSH', q, id)
    call('ZADD', P .. 'e:m', expires, id)
  end
  if limit > 0 and length > limit then
    local ids, free = call('LRANGE', q, 0, -1), 0
    for i = #ids, 1, -1 do
      local found = call('HMGET', P .. 'm:' .. ids[i], 'c', 'u', 'e')
      if is_free(found[1], found[2], found[3], now) then
        free = free + 1
        if free > limit then drop_message(ids[i], queue) end
      end
    end
  end
end
