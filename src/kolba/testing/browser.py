"""A visitor with one cookie jar and several tabs, whose requests look like a browser's.

A tab says with each request what browsers say: where it comes from, and whether
a page or something else is wanted (`Sec-Fetch-*`, `Origin`, `Referer`). That is what
the guards, flash messages and the login gate decide by.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from kolba.testing.seen import Page, watching

_MOST_REDIRECTS = 20
_NAVIGATION = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
_FETCH = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
_KEPT = (301, 302, 303)


class Visitor:
    """Somebody with a browser: its tabs share the cookies.

    Args:
        app: the app under test.
        base: the site's address, as the browser has it.
    """

    def __init__(self, app: Flask, base: str = "http://localhost") -> None:
        self.app = app
        self.base = base
        self.client = app.test_client()

    def tab(self) -> Tab:
        """A new tab, with nothing open."""
        return Tab(self)


class Tab:
    """A tab: what is open in it is what the next request comes from."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.client = visitor.client
        self.url = ""

    def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        """Open a page, and go where it sends.

        Args:
            path: a path of the site, or a whole URL.
            follow: go where redirects lead; False gives the first answer.
            headers: others to send, with `_` for `-`.
        """
        return self._navigate("GET", path, None, follow, headers)

    def send(
        self,
        path: str,
        data: Any = None,
        *,
        follow: bool = True,
        method: str = "POST",
        **headers: str,
    ) -> Page:
        """Send a form of the open page."""
        return self._navigate(method, path, data, follow, headers)

    def fetch(self, path: str, *, method: str = "GET", data: Any = None, **headers: str) -> Page:
        """Ask as a script of the open page does."""
        return self._ask(method, self._whole(path), data, _FETCH, headers)

    def foreign(self, path: str, data: Any = None, *, method: str = "POST") -> Page:
        """Have another site's page send a form here, with this visitor's cookies."""
        headers = {"Sec_Fetch_Site": "cross-site", "Origin": "https://evil.example"}
        return self._ask(method, self._whole(path), data, _NAVIGATION, headers)

    def _navigate(
        self, method: str, path: str, data: Any, follow: bool, headers: dict[str, str]
    ) -> Page:
        url = self._whole(path)
        for _ in range(_MOST_REDIRECTS):
            page = self._ask(method, url, data, _NAVIGATION, headers)
            location = page.headers.get("Location")
            if not follow or location is None or not 300 <= page.status_code < 400:
                self.url = url
                return page
            url = urljoin(url, location)
            if page.status_code in _KEPT:
                method, data = "GET", None
        raise AssertionError(f"{url!r} redirects for ever")

    def _whole(self, path: str) -> str:
        return urljoin(self.url or f"{self.visitor.base}/", path)

    def _ask(
        self, method: str, url: str, data: Any, kind: dict[str, str], headers: dict[str, str]
    ) -> Page:
        said = {**kind, "Sec-Fetch-Site": "same-origin" if self.url else "none"}
        if self.url:
            said["Referer"] = self.url
        if method not in ("GET", "HEAD"):
            said["Origin"] = self.visitor.base
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        path = parts.path or "/"
        query = f"?{parts.query}" if parts.query else ""
        with watching(self.visitor.app) as (refusals, flashed):
            answer: TestResponse = self.client.open(
                path + query, method=method, base_url=base, data=data, headers=said
            )
        answer.__class__ = Page
        page: Page = answer  # type: ignore[assignment]
        page.refusals, page.flashed = refusals, flashed
        return page
