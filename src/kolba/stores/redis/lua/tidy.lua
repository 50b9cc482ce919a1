local before, limit = arg(), arg()
for kind in pairs(droppers) do purge(kind, before, limit) end
return 1
