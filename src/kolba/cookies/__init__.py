"""Cookies: declared once and typed, with safe attributes, and errors where one cannot work.

* `Cookie(...)` declares a cookie: its name, type, default, life and purpose. It is read,
  written and deleted by that declaration, anywhere in a request.
* `response.set_cookie` keeps working: `SameSite=Lax`, and `Secure` on https, unless the
  call says otherwise; what no browser would keep is an error at that line.
"""

from __future__ import annotations

from kolba.cookies.declared import Cookie, declared
from kolba.cookies.errors import CookieError
from kolba.cookies.response import Response

__all__ = ["Cookie", "CookieError", "Response", "declared"]
