-- The fields of a record, and how many messages lie in the queue that one of them names.
local r = KEYS[1] .. 'r:' .. ARGV[1]
local name = redis.call('HGET', r, 'f' .. ARGV[2])
local waiting = name and redis.call('LLEN', KEYS[1] .. 'q:' .. ARGV[3] .. name)
return { redis.call('HGETALL', r), waiting or -1 }
