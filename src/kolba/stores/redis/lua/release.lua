local claim = arg()
for _, id in ipairs(call('SMEMBERS', P .. 'l:' .. claim)) do
  local m = P .. 'm:' .. id
  if call('HGET', m, 'c') == claim then call('HDEL', m, 'c', 'u') end
end
droppers.l(claim)
return 1
