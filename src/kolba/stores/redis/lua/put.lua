put()
return 1
