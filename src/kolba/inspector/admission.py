"""Who may read the inspector: a browser on this machine that was asked to, and no site in it.

SECURITY: the one decision, in one place; `tests/inspector/test_admission.py` is its table.
A name that was rebound to this machine comes with that name as its `Host`. A page of another
origin, the inspected app's own included, comes with `Sec-Fetch-Site` or `Origin`; it may lead to
the page, which holds nothing, and may read nothing. What sends neither header is no browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_OWN = ("", "same-origin", "none")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)

HEADERS = [
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]
"""What every answer says, refusals too."""


def why_not(environ: WSGIEnvironment, port: int) -> str:
    """Why a request is refused; '' if it is let in."""
    host = environ.get("HTTP_HOST", "").lower()
    hosts = [f"{name}:{port}" for name in _NAMES]
    if host not in hosts:
        return "This address is not the inspector's: open the one that 'kolba run' has printed."
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "The inspector only shows."
    if environ.get("HTTP_ORIGIN", f"http://{host}") != f"http://{host}":
        return "Another origin may not read this."
    if environ.get("HTTP_SEC_FETCH_SITE", "") in _OWN or _is_followed_link(environ):
        return ""
    return "Another site may not read this."


def _is_followed_link(environ: WSGIEnvironment) -> bool:
    """Whether somebody followed a link to the page itself, which holds nothing of the app."""
    return (
        environ.get("PATH_INFO") == "/"
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )
