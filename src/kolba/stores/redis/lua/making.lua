-- Making records and messages: what `create`, `put` and `create_with` share.

local function create()
  -- Key, owner, how many parts the hash has, and these: c, s, e and a are the first.
  local key, owner, last = ARGV[1], ARGV[2], 3 + ARGV[3]
  local created, expires = ARGV[5], ARGV[9]
  local r = P .. 'r:' .. key
  local before = call('HGET', r, 'e')
  if before then
    if tonumber(before) > tonumber(created) then return false end
    drop(key)
  end
  for first = 4, last, 1000 do
    call('HSET', r, unpack(ARGV, first, math.min(first + 999, last)))
  end
  call('ZADD', P .. 'e:r', expires, key)
  if owner ~= '' then call('SADD', P .. 'u:' .. owner, key) end
  position = last
  return true
end

local function put()
  local queue, now, limit = arg(), number(), number()
  local q, length = P .. 'q:' .. queue, 0
  for _ = 1, number() do
    -- PERF: a number is written out anew, at length, each time that it is handed on.
    local id = string.format('%d', call('INCR', P .. 'i'))
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
