"""What attacks: a browser as far as an application sees one. It calls the application by WSGI.

Cookies are kept by name, for one host; each exchange is recorded as it went.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from kolba.http import wire
from kolba.testing import RoutingErrors
from kolba.tour.exchange import Exchange

SHOWN = 900
KEPT = 4096  # bytes of a cookie; browsers drop what is larger, and say nothing
NAVIGATION = {
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange of an attack, and the whole text of its answer."""

    exchange: Exchange
    text: str
    note: str = ""

    @property
    def status(self) -> int:
        return int(self.exchange.status[:3] or 0)

    @property
    def location(self) -> str:
        return self.exchange.location or ""

    @property
    def shown(self) -> str:
        """The beginning of the text, for a page."""
        return wire.clip(self.text, SHOWN)

    def headers(self, name: str) -> list[str]:
        return Headers(self.exchange.response_headers).getlist(name)


@dataclass
class Browser:
    """A cookie jar, and the application that it talks to."""

    app: Flask
    language: str = "en"
    base: str = "http://shop.example"
    said: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, **headers)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        return self.send("POST", path, form or {}, **headers)

    def send(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> Answer:
        """Send a request, and keep the cookies of its answer. `_` in a header's name is `-`."""
        return self._keep(self._call(self._environ(method, path, form, headers)))

    def together(self, *paths: str) -> list[Answer]:
        """Send a form to each path at the same moment, from a tab each."""
        environs = [self._environ("POST", path, {}, {}) for path in paths]
        with ThreadPoolExecutor(len(environs)) as tabs:
            calls = [tabs.submit(copy_context().run, self._call, one) for one in environs]
            return [self._keep(call.result()) for call in calls]

    def _environ(
        self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        said = {"Accept-Language": self.language, **NAVIGATION}
        if method == "POST":
            said["Origin"] = self.base
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            said["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        base = f"http://{said.pop('Host')}" if "Host" in said else self.base
        path, _, query = path.partition("?")
        builder = EnvironBuilder(
            path, base, query, method=method, data=form or None, headers=Headers(list(said.items()))
        )
        environ = builder.get_environ()
        environ["kolba.tour.body"] = urlencode(form or {})
        return environ

    def _call(self, environ: dict[str, Any]) -> Answer:
        try:
            body, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        except RoutingErrors:  # it does not even start
            raise
        except Exception as error:  # in debug mode an application lets its errors through
            return Answer(_exchange(environ, "", Headers()), "", _said(error))
        text = b"".join(body).decode("utf-8", "replace")
        return Answer(_exchange(environ, status, headers), text, self._trouble())

    def _trouble(self) -> str:
        troubles: list[BaseException] = self.app.extensions.get("tour_troubles", [])
        return _said(troubles.pop()) if troubles else ""

    def _keep(self, answer: Answer) -> Answer:
        for header in answer.headers("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            if "Max-Age=0" in header or "01 Jan 1970" in header:
                self.cookies.pop(name, None)
            elif len(header) <= KEPT:
                self.cookies[name] = value
        self.answers.append(answer)
        return answer


def _exchange(environ: dict[str, Any], status: str, headers: Headers) -> Exchange:
    return Exchange(
        method=environ["REQUEST_METHOD"],
        target=wire.request_target(environ),
        protocol="HTTP/1.1",
        request_headers=wire.request_headers(environ),
        body=wire.clip(environ["kolba.tour.body"], SHOWN),
        status=status,
        response_headers=wire.clipped(headers),
    )


def _said(error: BaseException) -> str:
    """Return an error in one paragraph, as Python prints it."""
    return wire.clip(f"{type(error).__name__}: {error}", SHOWN)
