local name, by, now, before, expires = arg(), arg(), number(), arg(), arg()
room()
local c = P .. 'c:' .. name
local till = call('HGET', c, 'e')
if not till or tonumber(till) <= now then
  purge('c', before, BY_THE_WAY)
  call('HSET', c, 'v', '0', 'e', expires)
  call('ZADD', P .. 'e:c', expires, name)
end
call('HINCRBY', c, 'v', by)
return call('HGET', c, 'v')
