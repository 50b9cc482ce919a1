local r, field, prefix, now = P .. 'r:' .. arg(), 'f' .. arg(), arg(), number()
local record, found = call('HGETALL', r), call('HMGET', r, 'e', 'r', field)
if not found[3] or found[2] or tonumber(found[1]) <= now then return { record, {} } end
local has_room, taken = pcall(take, prefix .. found[3], now) -- reading needs none
return { record, has_room and taken or {} }
