local name, value, now, expires = arg(), arg(), number(), arg()
local found = call('HMGET', P .. 'o:' .. name, 'v', 'e')
if found[2] and tonumber(found[2]) > now then return found[1] end
call('HSET', P .. 'o:' .. name, 'v', value, 'e', expires)
call('ZADD', P .. 'e:o', expires, name)
return false
