-- Whether nobody has a message.

local function is_free(claim, till, expires, now)
  return tonumber(expires) > now and not (claim and tonumber(till) > now)
end
