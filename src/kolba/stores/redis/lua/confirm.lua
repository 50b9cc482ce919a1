local claim = arg()
for _, id in ipairs(call('SMEMBERS', P .. 'l:' .. claim)) do
  local found = call('HMGET', P .. 'm:' .. id, 'c', 'q')
  if found[1] == claim then drop_message(id, found[2]) end
end
drop_claim(claim)
return 1
