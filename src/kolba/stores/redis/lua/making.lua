-- Making records and messages: what `create`, `put` and `create_with` share.

local function create()
  local key, before = arg(), arg()
  local created, seen, expires, owner, about, retired = arg(), arg(), arg(), arg(), arg(), arg()
  if state(key, tonumber(created)) ~= 0 then return false end
  room()
  local values = { 'c', created, 's', seen, 'a', about }
  if retired == '1' then values[#values + 1] = 'r'; values[#values + 1] = '1' end
  for _, value in ipairs(list()) do values[#values + 1] = value end
  purge('r', before, BY_THE_WAY)
  drop(key)
  in_chunks('HSET', P .. 'r:' .. key, values)
  end_at(key, expires)
  if owner ~= '' then own(key, owner) end
  return true
end

local function put()
  local queue, now, before, limit = arg(), number(), arg(), number()
  local q = P .. 'q:' .. queue
  room()
  purge('m', before, BY_THE_WAY)
  purge('l', before, BY_THE_WAY)
  for _ = 1, number() do
    local id = call('INCR', P .. 'i')
    local value, label, target, open_at, expires = arg(), arg(), arg(), arg(), arg()
    call('HSET', P .. 'm:' .. id, 'v', value, 'l', label, 't', target, 'o', open_at, 'e', expires,
      'q', queue)
    call('RPUSH', q, id)
    call('ZADD', P .. 'e:m', expires, id)
  end
  if limit > 0 then
    local ids, free = call('LRANGE', q, 0, -1), 0
    for i = #ids, 1, -1 do
      local found = call('HMGET', P .. 'm:' .. ids[i], 'c', 'u', 'e')
      if is_free(found[1], found[2], found[3], now) then
        free = free + 1
        if free > limit then drop_message(ids[i]) end
      end
    end
  end
end
