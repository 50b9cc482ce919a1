"""Parsing, cookies and signing: Kolba's leaf functions against the ones they equal.

    python -m bench.parsing

Each pair runs in turn, in short bursts; the figure is the best burst of each, since whatever
else the machine does can only add to it.
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from flask.sessions import SecureCookieSessionInterface
from werkzeug import http
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie

from kolba.engine.cookies import compile_cookie, dump_cookie
from kolba.engine.parsing import FORM_TYPE, load_form, parse_args, parse_cookies
from kolba.engine.signing import CookieSigner, compile_signer

BURST, BURSTS = 200, 100
QUERIES = {
    "empty": b"",
    "3 fields": b"q=shoes&page=2&sort=price",
    "escaped": b"name=Ada+Lovelace&mail=ada%40example.org&city=%D0%A0%D0%B8%D0%B3%D0%B0",
}
SESSIONS: dict[str, dict[str, Any]] = {
    "small": {"user": "alice", "n": 1},
    "flash": {"user": "alice", "_flashes": [("message", "hello")]},
    "permanent": {"_user_id": "7", "csrf_token": "0123456789abcdef" * 2, "_permanent": True},
}


@dataclass(frozen=True)
class Pair:
    """One thing done both ways."""

    name: str
    plain: Callable[[], object]
    kolba: Callable[[], object]


def _parsing() -> list[Pair]:
    cls = ImmutableMultiDict
    cookies = {"session": "session=eyJhIjoxfQ.aSGx2A.abcdefgh", "quoted": 'a=b; c="d e"; e=f'}

    def args(query: bytes) -> object:
        return cls(parse_qsl(query.decode(), keep_blank_values=True, errors="werkzeug.url_quote"))

    return [
        *(
            Pair(f"args, {name}", lambda q=query: args(q), lambda q=query: parse_args(q, cls))
            for name, query in QUERIES.items()
        ),
        *(
            Pair(
                f"cookies, {name}",
                lambda h=header: parse_cookie(h, cls),
                lambda h=header: parse_cookies(h, cls),
            )
            for name, header in cookies.items()
        ),
    ]


def _forms() -> list[Pair]:
    body = QUERIES["escaped"]
    stream = io.BytesIO(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": FORM_TYPE,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": stream,
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
    }
    pairs = []
    for name, more in (("Content-Length", {}), ("terminated", {"wsgi.input_terminated": True})):
        posted = {**environ, **more}
        request = Request(posted)

        def plain(request: Request = request) -> None:
            stream.seek(0)
            for cached in ("form", "stream", "files", "_parsed_content_type"):
                request.__dict__.pop(cached, None)
            request._load_form_data()

        def kolba(posted: dict[str, Any] = posted) -> object:
            stream.seek(0)
            return load_form(
                {},
                posted,
                ImmutableMultiDict,
                max_content_length=None,
                max_form_memory_size=500_000,
            )

        pairs.append(Pair(f"form, {name}", plain, kolba))
    return pairs


def _cookies() -> list[Pair]:
    value = "eyJ1c2VyIjoiYWxpY2UifQ.aSGx2A.5cP6BEGqrG0dUQJ9Hm3i8aFh7Vw"
    attributes: dict[str, Any] = {"httponly": True, "samesite": "Lax"}
    compiled = compile_cookie("session", **attributes)
    assert compiled is not None
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    return [
        Pair(
            "dump_cookie",
            lambda: http.dump_cookie("theme", "dark"),
            lambda: dump_cookie("theme", "dark"),
        ),
        Pair(
            "dump_cookie, max_age",
            lambda: http.dump_cookie("theme", "dark", max_age=3600),
            lambda: dump_cookie("theme", "dark", max_age=3600),
        ),
        Pair(
            "session cookie",
            lambda: http.dump_cookie("session", value, **attributes),
            lambda: compiled.render(value),
        ),
        Pair(
            "session cookie, expires",
            lambda: http.dump_cookie("session", value, expires=expires, **attributes),
            lambda: compiled.render(value, expires),
        ),
    ]


def _signing(app: Flask) -> list[Pair]:
    interface = SecureCookieSessionInterface()
    signer = compile_signer(
        (app.secret_key or "",),
        interface.salt,
        interface.key_derivation,
        interface.digest_method,
        interface.serializer,
    )
    assert signer is not None
    pairs = [_known("forged", "e30.aSGx2A." + "a" * 27, app, interface, signer)]
    for name, session in SESSIONS.items():
        cookie = signer.dumps(session)
        pairs += [
            Pair(
                f"dumps, {name}",
                lambda s=session: interface.get_signing_serializer(app).dumps(s),
                lambda s=session: signer.dumps(s),
            ),
            _known(name, cookie, app, interface, signer),
            Pair(
                f"loads, {name}, first time",
                lambda c=cookie: interface.get_signing_serializer(app).loads(c, max_age=3600),
                lambda c=cookie: (signer._entries.clear(), signer.loads(c, 3600)),
            ),
        ]
    data = QUERIES["escaped"]
    return [*pairs, Pair("(zlib alone)", lambda: zlib.compress(data), lambda: zlib.compress(data))]


def _known(
    name: str,
    cookie: str,
    app: Flask,
    interface: SecureCookieSessionInterface,
    signer: CookieSigner,
) -> Pair:
    def read(load: Callable[[], object]) -> None:
        try:
            load()
        except Exception:
            return

    def plain() -> object:
        return interface.get_signing_serializer(app).loads(cookie, max_age=3600)

    return Pair(
        f"loads, {name}", lambda: read(plain), lambda: read(lambda: signer.loads(cookie, 3600))
    )


def best(pair: Pair) -> tuple[float, float]:
    """Return the microseconds a call takes, plain and Kolba's."""
    least = [float("inf"), float("inf")]
    for _ in range(BURSTS):
        for side, call in enumerate((pair.plain, pair.kolba)):
            begin = time.perf_counter()
            for _ in range(BURST):
                call()
            least[side] = min(least[side], time.perf_counter() - begin)
    return least[0] / BURST * 1e6, least[1] / BURST * 1e6


def main() -> None:
    """Measure and print the table."""
    app = Flask(__name__)
    app.secret_key = "k" * 32
    print(f"{'us a call':28}{'plain':>8}{'Kolba':>8}{'ratio':>7}")
    with app.app_context():
        for pair in [*_parsing(), *_forms(), *_cookies(), *_signing(app)]:
            plain, kolba = best(pair)
            print(f"{pair.name:28}{plain:8.2f}{kolba:8.2f}{plain / kolba:7.1f}")


if __name__ == "__main__":
    main()
