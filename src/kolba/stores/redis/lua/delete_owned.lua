local owner, keep = arg(), arg()
local ended, kept = 0, {}
if keep ~= '-' then
  kept[keep:sub(2)] = true
  local successor = call('HGET', P .. 'r:' .. keep:sub(2), 'n')
  if successor then kept[successor] = true end
end
for _, key in ipairs(call('SMEMBERS', P .. 'u:' .. owner)) do
  if not kept[key] then
    if call('HGET', P .. 'r:' .. key, 'r') ~= '1' then ended = ended + call('EXISTS', P .. 'r:' .. key) end
    drop_with_predecessors(key)
  end
end
return ended
