local name, by, now, expires = arg(), arg(), number(), arg()
local c = P .. 'c:' .. name
local till = call('HGET', c, 'e')
if not till or tonumber(till) <= now then
  call('HSET', c, 'v', '0', 'e', expires)
  call('ZADD', P .. 'e:c', expires, name)
end
call('HINCRBY', c, 'v', by)
return call('HGET', c, 'v')
