if not create() then return 0 end
put()
return 1
