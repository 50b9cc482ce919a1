local queue, now = arg(), number()
return take(queue, now)
