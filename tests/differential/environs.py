"""WSGI environs with every byte under control, and the streams a bad network makes.

Invariant: nothing here goes through Flask or Werkzeug, so a test never depends on what it tests.
"""

from __future__ import annotations

import io
import json as json_module
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus

Environ = dict[str, Any]
Pairs = Iterable[tuple[str, str]]


class Dribble(io.RawIOBase):
    """A body that arrives `size` bytes at a time, however much is asked for."""

    def __init__(self, body: bytes, size: int = 2) -> None:
        self._rest = io.BytesIO(body)
        self._size = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(self._size if size < 0 else min(size, self._size))

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def tell(self) -> int:
        return self._rest.tell()


class Broken(Dribble):
    """A body whose connection breaks with `error` once `after` bytes were read."""

    def __init__(self, body: bytes, after: int, error: Exception) -> None:
        super().__init__(body, size=max(after, 1))
        self._after, self._error = after, error

    def read(self, size: int = -1) -> bytes:
        if self.tell() >= self._after:
            raise self._error
        return super().read(size)


def wire(text: str | bytes) -> str:
    """PEP 3333's native string: the bytes of `text` as Latin-1."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return data.decode("latin-1")


def urlencode(pairs: Pairs) -> bytes:
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in pairs).encode("ascii")


def multipart(parts: Iterable[tuple[str, bytes]], boundary: str = "BB") -> bytes:
    """`parts` are (text after `form-data; `, content)."""
    made = [
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n"
        % (boundary.encode(), wire(name).encode("latin-1"), content)
        for name, content in parts
    ]
    return b"".join(made) + b"--%s--\r\n" % boundary.encode()


def environ(
    path: str | bytes = "/",
    method: str = "GET",
    *,
    query: str | bytes | None = None,
    headers: Pairs | dict[str, str] = (),
    host: str | None = "localhost",
    scheme: str = "http",
    script_name: str | None = "",
    cookie: str | None = None,
    body: bytes = b"",
    form: Any = None,
    json: Any = None,
    content_type: str | None = None,
    content_length: str | None = "auto",
    stream: Any = None,
    extra: Environ | None = None,
    drop: Iterable[str] = (),
) -> Environ:
    """One WSGI environ. `path` may carry a query; `extra` is set last, `drop` is then removed."""
    if query is None:
        mark = "?" if isinstance(path, str) else b"?"
        path, _, query = path.partition(mark)  # type: ignore[arg-type]
    if form is not None:
        body = urlencode(form.items() if isinstance(form, dict) else form)
        content_type = content_type or "application/x-www-form-urlencoded"
    if json is not None:
        body = json_module.dumps(json).encode()
        content_type = content_type or "application/json"
    if content_length == "auto":
        content_length = str(len(body)) if body or stream is not None else None
    made: Environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": script_name,
        "PATH_INFO": wire(path),
        "QUERY_STRING": wire(query),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_COOKIE": cookie,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": content_length,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body) if stream is None else stream,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in dict(headers).items():
        made["HTTP_" + name.upper().replace("-", "_")] = wire(value)
    made = {key: value for key, value in made.items() if value is not None}
    made.update(extra or {})
    for key in drop:
        made.pop(key, None)
    return made
