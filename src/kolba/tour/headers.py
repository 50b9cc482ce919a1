"""The content security policy, by declaration; all other headers are Kolba's own defaults.

Nothing is loaded but the tour's own files, and of scripts only those with the nonce of
this very answer: the one in `base.html`, which Kolba writes it into. Who smuggles a tag
into a page does not know the nonce.
"""

from __future__ import annotations

from kolba import Kolba

POLICY = {
    "default-src": "'self'",
    "script-src": ["'self'", "nonce"],
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


def init_app(app: Kolba) -> None:
    """Declare the headers."""
    app.config.update(KOLBA_CSP=POLICY, KOLBA_RESPONSE_HEADERS={"Referrer-Policy": "same-origin"})
