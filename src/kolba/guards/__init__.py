"""What stands between a request and the app, one decision a file; each request passes `door`.

How they refuse is in `kolba.safety`.
"""
