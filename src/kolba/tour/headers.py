"""What guards every answer: the security headers, and the refusal of foreign forms.

All state that a form changes here hangs on cookies with `SameSite=Lax`, which browsers do
not send with another site's POST. `Sec-Fetch-Site` closes the rest: a foreign form that
would log the visitor in, or would set a cookie.
"""

from __future__ import annotations

from flask import Flask, Response, abort, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
OWN = frozenset({"same-origin", "none"})


def init_app(app: Flask) -> None:
    """Put the guards on the application."""

    @app.before_request
    def refuse_foreign_forms() -> None:
        # A client that is not a browser sends no such header, and has no visitor to betray.
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in OWN:
            abort(403)

    @app.after_request
    def add_security_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if response.mimetype == "text/html":
            response.cache_control.no_store = True
        return response
