-- What the verbs share. KEYS[1] is the prefix of all names; ARGV is read in order.
--
--   r:<key>     hash      a record: c created, s seen, e expires, o owner, a about,
--                         r retired, n the key it was rotated to, f<name> a field
--   u:<owner>   set       the keys of an owner's records, retired ones too
--   p:<key>     set       the retired keys that were rotated into a record
--   q:<queue>   list      the numbers of a queue's messages
--   m:<number>  hash      a message: v value, l label, t target, o open_at, e expires,
--                         q queue, c claim, u until
--   l:<claim>   set       the numbers that a claim holds
--   c:<name>, o:<name>    hashes: a counter, a thing that happens once: v value, e expires
--   t:<group>   hash      tallies
--   e:<kind>    sorted set: what ends when, for purging: r, m, l, c, o
--
-- No key has a time to live: the caller's clock rules, and no volatile-* policy evicts.
-- What a script checks it checks before its first write, so that an error undoes all.
-- A full server refuses a script's first write only, and only one that needs memory:
-- what needs some begins with room().

local P = KEYS[1]
local call = redis.call
local BY_THE_WAY = 2
local position = 0

local function arg()
  position = position + 1
  return ARGV[position]
end

local function number()
  return tonumber(arg())
end

local function list()
  local result = {}
  for i = 1, number() do result[i] = arg() end
  return result
end

local function room()
  call('SET', P .. 'room', '')
end

local function in_chunks(verb, key, values)
  for first = 1, #values, 1000 do
    call(verb, key, unpack(values, first, math.min(first + 999, #values)))
  end
end

-- Records

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

local function read_changes()
  local changes = { delete = list(), set = list(), add = list(), append = {} }
  for i = 1, number() do changes.append[i] = { arg(), list() } end
  changes.seen, changes.expires, changes.owner = arg(), arg(), arg()
  return changes
end

-- The new values and the removed names, or nil and the field and verb that do not fit.
local function plan(changes, held)
  local fresh, gone, sums = {}, {}, {}
  for _, name in ipairs(changes.delete) do gone[name] = true end
  for i = 1, #changes.set, 2 do
    fresh[changes.set[i]] = changes.set[i + 1]
    gone[changes.set[i]] = nil
  end
  local function current(name)
    return fresh[name] or (not gone[name] and held(name)) or nil
  end
  for i = 1, #changes.add, 2 do
    local name, sum = changes.add[i], P .. 'sum'
    call('SET', sum, current(name) or '0')
    local done = redis.pcall('INCRBY', sum, changes.add[i + 1])
    if type(done) == 'table' and done.err then
      call('DEL', sum)
      return nil, name, 'increment'
    end
    fresh[name] = call('GET', sum) -- not `done`: a Lua number has 53 bits
    gone[name] = nil
    call('DEL', sum)
    table.insert(sums, name)
    table.insert(sums, fresh[name])
  end
  for _, pair in ipairs(changes.append) do
    local name, values = pair[1], pair[2]
    local before = current(name) or '[]'
    if before:sub(1, 1) ~= '[' then return nil, name, 'append' end
    if #before > 2 then table.insert(values, 1, before:sub(2, -2)) end
    fresh[name] = '[' .. table.concat(values, ',') .. ']'
    gone[name] = nil
  end
  return fresh, gone, sums
end

local function write(key, fresh, gone)
  local set, removed = {}, {}
  for name in pairs(gone) do table.insert(removed, 'f' .. name) end
  for name, value in pairs(fresh) do
    table.insert(set, 'f' .. name)
    table.insert(set, value)
  end
  in_chunks('HDEL', P .. 'r:' .. key, removed)
  in_chunks('HSET', P .. 'r:' .. key, set)
end

local function end_at(key, expires)
  call('HSET', P .. 'r:' .. key, 'e', expires)
  call('ZADD', P .. 'e:r', expires, key)
end

local function own(key, owner)
  local r = P .. 'r:' .. key
  local before = call('HGET', r, 'o')
  if before then call('SREM', P .. 'u:' .. before, key) end
  if owner == '' then
    call('HDEL', r, 'o')
  else
    call('HSET', r, 'o', owner)
    call('SADD', P .. 'u:' .. owner, key)
  end
end

local function finish(key, changes, fresh, gone)
  write(key, fresh, gone)
  if changes.seen ~= '' then call('HSET', P .. 'r:' .. key, 's', changes.seen) end
  if changes.expires ~= '' then end_at(key, changes.expires) end
  if changes.owner ~= '-' then own(key, changes.owner:sub(2)) end
end

-- Messages

local function drop_message(id)
  local queue = call('HGET', P .. 'm:' .. id, 'q')
  if queue then call('LREM', P .. 'q:' .. queue, 1, id) end
  call('ZREM', P .. 'e:m', id)
  call('DEL', P .. 'm:' .. id)
end

local function is_free(claim, till, expires, now)
  return tonumber(expires) > now and not (claim and tonumber(till) > now)
end

-- Purging

local droppers = {
  r = drop,
  m = drop_message,
  l = function(claim) call('ZREM', P .. 'e:l', claim); call('DEL', P .. 'l:' .. claim) end,
  c = function(name) call('ZREM', P .. 'e:c', name); call('DEL', P .. 'c:' .. name) end,
  o = function(name) call('ZREM', P .. 'e:o', name); call('DEL', P .. 'o:' .. name) end,
}

local function purge(kind, before, limit)
  local ended = call('ZRANGEBYSCORE', P .. 'e:' .. kind, '-inf', before, 'LIMIT', 0, limit)
  for _, name in ipairs(ended) do droppers[kind](name) end
  return #ended
end
