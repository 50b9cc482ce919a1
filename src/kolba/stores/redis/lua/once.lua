local name, value, now, before, expires = arg(), arg(), number(), arg(), arg()
local found = call('HMGET', P .. 'o:' .. name, 'v', 'e')
if found[2] and tonumber(found[2]) > now then return found[1] end
room()
purge('o', before, BY_THE_WAY)
call('HSET', P .. 'o:' .. name, 'v', value, 'e', expires)
call('ZADD', P .. 'e:o', expires, name)
return false
