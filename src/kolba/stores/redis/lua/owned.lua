local result = {}
for _, key in ipairs(call('SMEMBERS', P .. 'u:' .. arg())) do
  table.insert(result, key)
  table.insert(result, call('HGETALL', P .. 'r:' .. key))
end
return result
