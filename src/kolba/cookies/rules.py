"""What browsers do with a `Set-Cookie` header, and so what must not be sent.

SPEC: RFC 6265bis, sections 4.1 and 5.6. One table of decisions over what a
header says; nothing here knows of requests.
"""

from __future__ import annotations

import re
from functools import lru_cache

LARGEST = 4096
"""Bytes of one `Set-Cookie` header: browsers drop a cookie whose name and value are larger."""
BUDGET = 8192
"""Bytes of all `Set-Cookie` headers of an answer: proxies give a header block about that much."""

_name = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def problem(
    name: str, header: str, *, path: str | None, domain: str | None, earlier: int = 0
) -> tuple[str, str] | None:
    """Why a browser would not keep a cookie, and what to do; None if it would.

    Args:
        name: its name.
        header: the whole value of the `Set-Cookie` header, as `dump_cookie` writes it.
        path: as `set_cookie` was told; None is the request's folder.
        domain: as `set_cookie` was told.
        earlier: bytes of the answer's other `Set-Cookie` headers.
    """
    if not _is_token(name):
        return "its name is not a token", "Use letters, digits, '-', '_' and '.' only"
    if "; SameSite=None" in header and "; Secure" not in header:
        return "SameSite=None without Secure", "Pass secure=True, and serve the site by https"
    if name[:2] == "__" and (prefixed := _prefix(name, "; Secure" in header, path, domain)):
        return prefixed
    if len(header) > LARGEST:
        return (
            f"its header has {len(header)} bytes, and browsers drop more than {LARGEST}",
            "Keep the data in session, and only a key to it in a cookie",
        )
    if earlier + len(header) > BUDGET:
        return (
            f"with it the answer's cookies have {earlier + len(header)} bytes of at most {BUDGET}",
            "Set fewer cookies in one answer, or keep the data in session",
        )
    return None


@lru_cache(maxsize=256)
def _is_token(name: str) -> bool:
    # PERF: an app has few cookies.
    return _name.fullmatch(name) is not None


def _prefix(
    name: str, secure: bool, path: str | None, domain: str | None
) -> tuple[str, str] | None:
    """The prefixes count in any case (RFC 6265bis, 5.7)."""
    lower = name.lower()
    if lower.startswith(("__host-", "__secure-")) and not secure:
        return f"the prefix {name.split('-')[0]}- needs Secure", "Pass secure=True"
    if lower.startswith("__host-") and domain:
        return "the prefix __Host- allows no domain", "Leave domain out, or name it __Secure-..."
    if lower.startswith("__host-") and path != "/":
        return "the prefix __Host- needs the path '/'", "Leave path out, or name it __Secure-..."
    return None
