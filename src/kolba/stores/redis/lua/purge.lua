local holder, now, till, before, limit = arg(), number(), arg(), arg(), arg()
local lease = call('HMGET', P .. 'purge', 'holder', 'until')
if lease[1] and lease[1] ~= holder and tonumber(lease[2]) > now then return 0 end
call('HSET', P .. 'purge', 'holder', holder, 'until', till)
local dropped = 0
for kind in pairs(droppers) do dropped = dropped + purge(kind, before, limit) end
return dropped
