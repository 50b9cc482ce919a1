local owner, keep = arg(), arg()
local ended = 0
for _, key in ipairs(call('SMEMBERS', P .. 'u:' .. owner)) do
  if keep ~= '=' .. key then
    if call('HGET', P .. 'r:' .. key, 'r') ~= '1' then ended = ended + call('EXISTS', P .. 'r:' .. key) end
    drop_with_predecessors(key)
  end
end
return ended
