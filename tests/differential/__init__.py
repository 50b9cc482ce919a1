"""Flask against Kolba, request by request: any difference is a bug of Kolba.

What lives here: scenarios (what to send), traces (what came back), and the comparison.
Invariant: a scenario knows nothing of Kolba; it drives a plain `flask.Flask` through WSGI.
"""
