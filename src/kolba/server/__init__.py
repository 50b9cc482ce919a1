"""`kolba run`'s server: Granian in WSGI mode, checked before it starts.

`running` alone imports Granian; `preflight` proves what can be proved before a worker exists,
`worker` is what one does before it serves, `wsgi` keeps PEP 3333's promises under it.
"""

from kolba.server.running import THREADS, say, serve

__all__ = ["THREADS", "say", "serve"]
