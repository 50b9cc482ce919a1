-- Changes to a record: worked out, then written.

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
  for name, value in pairs(fresh) do
    set[#set + 1] = 'f' .. name
    set[#set + 1] = value
  end
  for name in pairs(gone) do removed[#removed + 1] = 'f' .. name end
  in_chunks('HSET', P .. 'r:' .. key, set) -- first, for it needs room
  in_chunks('HDEL', P .. 'r:' .. key, removed)
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
