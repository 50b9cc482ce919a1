-- What all verbs share. KEYS[1] is the prefix of all names; ARGV is read in order. A script
-- makes all functions of its parts anew each time: it has no part that it does not need.
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
-- A full server refuses a script's first write only, and only one that needs memory: what
-- needs some writes that first.

local P = KEYS[1]
local call = redis.call
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

local function in_chunks(verb, key, values)
  for first = 1, #values, 1000 do
    call(verb, key, unpack(values, first, math.min(first + 999, #values)))
  end
end
