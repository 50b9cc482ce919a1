local result, all = {}, call('HGETALL', P .. 't:' .. arg())
for i = 1, #all, 2 do
  local count, first, last, detail = unpack(cmsgpack.unpack(all[i + 1]))
  table.insert(result, { all[i], detail, count, first, last })
end
return result
