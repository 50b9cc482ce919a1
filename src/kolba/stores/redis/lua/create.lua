local key, before = arg(), arg()
local created, seen, expires, owner, about, retired = arg(), arg(), arg(), arg(), arg(), arg()
if state(key, tonumber(created)) ~= 0 then return 0 end
room()
local values = { 'c', created, 's', seen, 'a', about }
if retired == '1' then values[#values + 1] = 'r'; values[#values + 1] = '1' end
for _, value in ipairs(list()) do values[#values + 1] = value end
purge('r', before, BY_THE_WAY)
drop(key)
in_chunks('HSET', P .. 'r:' .. key, values)
end_at(key, expires)
if owner ~= '' then own(key, owner) end
return 1
