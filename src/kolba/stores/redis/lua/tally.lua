local t, name, detail, now, limit = P .. 't:' .. arg(), arg(), arg(), arg(), number()
local packed = call('HGET', t, name)
local count, first = 0, now
if packed then
  count, first = unpack(cmsgpack.unpack(packed))
elseif call('HLEN', t) >= limit then
  return 0
end
call('HSET', t, name, cmsgpack.pack({ count + 1, first, now, detail }))
return 1
