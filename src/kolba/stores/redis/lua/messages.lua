-- Messages: their end, and that of a claim.

local function drop_message(id, queue)
  queue = queue or call('HGET', P .. 'm:' .. id, 'q')
  if queue then call('LREM', P .. 'q:' .. queue, 1, id) end
  call('ZREM', P .. 'e:m', id)
  call('DEL', P .. 'm:' .. id)
end

local function drop_claim(claim)
  call('ZREM', P .. 'e:l', claim)
  call('DEL', P .. 'l:' .. claim)
end
