-- What has ended, dropped.

local droppers = {
  r = drop,
  m = drop_message,
  l = drop_claim,
  c = function(name) call('ZREM', P .. 'e:c', name); call('DEL', P .. 'c:' .. name) end,
  o = function(name) call('ZREM', P .. 'e:o', name); call('DEL', P .. 'o:' .. name) end,
}

local function purge(kind, before, limit)
  local ended = call('ZRANGEBYSCORE', P .. 'e:' .. kind, '-inf', before, 'LIMIT', 0, limit)
  for _, name in ipairs(ended) do droppers[kind](name) end
  return #ended
end
