local now = arg()
return {
  call('ZCOUNT', P .. 'e:r', '(' .. now, '+inf'),
  call('ZCOUNT', P .. 'e:r', '-inf', now),
  call('ZCOUNT', P .. 'e:m', '(' .. now, '+inf'),
}
