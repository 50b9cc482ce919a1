local claim = arg()
for _, id in ipairs(call('SMEMBERS', P .. 'l:' .. claim)) do
  if call('HGET', P .. 'm:' .. id, 'c') == claim then drop_message(id) end
end
droppers.l(claim)
return 1
