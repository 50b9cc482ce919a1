local name, value, expires = arg(), arg(), arg()
call('HSET', P .. 'o:' .. name, 'v', value, 'e', expires)
call('ZADD', P .. 'e:o', expires, name)
return 1
