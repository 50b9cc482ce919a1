"""What is wrong with a cookie."""

from __future__ import annotations

from kolba.errors import KolbaError


class CookieError(KolbaError, ValueError):
    """A browser would not keep this cookie, or not as it is meant; names it and says what to do."""
