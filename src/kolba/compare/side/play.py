"""Sends requests to the application as a server does, one at a time, with a visitor's cookies."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

LONGEST = 16 * 1024**2
"""Bytes of an answer's body that are read."""


class Player:
    """One visitor of the application."""

    def __init__(self, app: Flask, base: str, plain: Callable[[bytes], bytes]) -> None:
        self._app = app
        self._base = base
        self._plain = plain
        self._client = Client(app)
        self._saved = self._cookies()

    def play(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sends one request and keeps the cookies that come back."""
        try:
            status, headers, body, whole = self._send(request)
        except Exception as error:
            return {"raised": f"{type(error).__module__}.{type(error).__qualname__}: {error}"}
        shown = [[name, self._clean(value)] for name, value in headers]
        return {"status": status, "headers": shown, "body": self._plain(body), "whole": whole}

    def time(self, request: dict[str, Any], count: int) -> list[float]:
        """Sends one request some times, and returns the seconds that each answer took."""
        took = []
        for _ in range(count):
            environ = self._environ(request)
            clock = time.perf_counter()
            try:
                answer, _, _ = run_wsgi_app(self._app, environ, buffered=False)
                for _ in answer:
                    pass
                if hasattr(answer, "close"):
                    answer.close()
            except Exception:
                pass  # an application that lets exceptions out is timed with them
            took.append(time.perf_counter() - clock)
        return took

    def save(self) -> None:
        """Remembers the visitor's cookies."""
        self._saved = self._cookies()

    def restore(self) -> None:
        """Gives the visitor the cookies that were remembered."""
        self._client._cookies = copy.copy(self._saved)

    def _cookies(self) -> Any:
        return copy.copy(self._client._cookies)

    def _environ(self, request: dict[str, Any]) -> dict[str, Any]:
        builder = EnvironBuilder(
            path=request["path"],
            base_url=request.get("base") or self._base,
            method=request["method"],
            headers=[tuple(header) for header in request["headers"]],
            data=request["body"] or None,
            content_type=request["content_type"],
        )
        environ = builder.get_environ()
        builder.close()
        self._client._add_cookies_to_wsgi(environ)
        return environ

    def _send(self, request: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes, bool]:
        environ = self._environ(request)
        answer, status, headers = run_wsgi_app(self._app, environ, buffered=False)
        chunks, size = [], 0
        try:
            for chunk in answer:
                chunks.append(chunk)
                size += len(chunk)
                if size > LONGEST:
                    break
        finally:
            if hasattr(answer, "close"):
                answer.close()
        path = environ.get("PATH_INFO", "/").rpartition("/")[0] or "/"
        self._client._update_cookies_from_response(
            environ["SERVER_NAME"], path, headers.getlist("Set-Cookie")
        )
        return status, list(headers), b"".join(chunks)[:LONGEST], size <= LONGEST

    def _clean(self, value: str) -> str:
        return self._plain(value.encode("latin-1", "replace")).decode("latin-1")
