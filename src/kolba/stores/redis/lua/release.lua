local claim = arg()
for _, id in ipairs(call('SMEMBERS', P .. 'l:' .. claim)) do
  local m = P .. 'm:' .. id
  if call('HGET', m, 'c') == claim then call('HDEL', m, 'c', 'u') end
end
drop_claim(claim)
return 1
