local queue, claim, now, till, target = arg(), arg(), number(), arg(), arg()
local labels -- nil is any
if ARGV[6] then labels = {} end
for i = 7, #ARGV do labels[ARGV[i]] = true end
local result, last = {}, till -- text: a number would be written out at length
for _, id in ipairs(call('LRANGE', P .. 'q:' .. queue, 0, -1)) do
  local m = P .. 'm:' .. id
  local found = call('HMGET', m, 'c', 'u', 'e', 't', 'o', 'l', 'v')
  local meant = target == '-' or found[4] == '' or target == '=' .. found[4]
    or tonumber(found[5]) <= now
  if is_free(found[1], found[2], found[3], now) and meant and (not labels or labels[found[6]]) then
    call('HSET', m, 'c', claim, 'u', till)
    call('SADD', P .. 'l:' .. claim, id)
    if tonumber(found[3]) > tonumber(last) then last = found[3] end
    result[#result + 1] = found[7]
    result[#result + 1] = found[6]
  end
end
if #result > 0 then
  -- A lease is known as long as its messages: a confirm that comes very late is still one.
  local before = call('ZSCORE', P .. 'e:l', claim)
  if before and tonumber(before) > tonumber(last) then last = before end
  call('ZADD', P .. 'e:l', last, claim)
end
return result
