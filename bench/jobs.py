"""The jobs: what is asked, what must be answered, and the journey that proves an app works.

Requests and answers here are plain values, so that the same checks serve an app called in
process and a server. No framework is imported, and no clock is read.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlencode

from bench.apps import PASSWORD, Framework

FORM = "application/x-www-form-urlencoded"


class WrongAnswer(Exception):
    """An app answered something else than its job asks: it is not timed."""


@dataclass(frozen=True)
class Request:
    """One request; `headers` are extra ones, the body brings its own type."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """One answer, its headers in order with lower-case names."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key == name), None)

    def cookie(self, name: str) -> str | None:
        """The value set for this cookie, `""` if it is deleted."""
        for key, value in self.headers:
            if key == "set-cookie" and value.startswith(f"{name}="):
                return value.split(";")[0].partition("=")[2].strip('"')
        return None


Send = Callable[[Request], Answer]


@dataclass(frozen=True)
class Expect:
    """What an answer must be; what is left out is not looked at."""

    status: int = 200
    also: int | None = None
    """Another status that is right: 303, which `kolba.Kolba` redirects with after a form."""
    body: bytes | None = None
    contains: tuple[bytes, ...] = ()
    lacks: tuple[bytes, ...] = ()
    location: str | None = None
    cookie: str | None = None
    length: tuple[int, int] | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def problems(self, answer: Answer) -> Iterable[str]:
        """Every way in which the answer is not the expected one."""
        if answer.status not in (self.status, self.also):
            yield f"status {answer.status}, not {self.status}"
        if self.body is not None and answer.body != self.body:
            yield f"body {answer.body[:200]!r}, not {self.body!r}"
        yield from (f"no {part!r} in the body" for part in self.contains if part not in answer.body)
        yield from (f"{part!r} in the body" for part in self.lacks if part in answer.body)
        if self.location is not None and answer.header("location") != self.location:
            yield f"location {answer.header('location')!r}, not {self.location!r}"
        if self.cookie is not None and not answer.cookie(self.cookie):
            yield f"no cookie {self.cookie!r}"
        if self.length and not self.length[0] <= len(answer.body) <= self.length[1]:
            yield f"{len(answer.body)} bytes, not {self.length[0]} to {self.length[1]}"
        for name, value in self.headers:
            if answer.header(name) != value:
                yield f"{name}: {answer.header(name)!r}, not {value!r}"


@dataclass(frozen=True)
class Row:
    """One line of the table: a request that is timed and the answer that it must get.

    With `session`, the request carries the cookie of somebody who logged in and has seen the
    flash message.
    """

    name: str
    title: str
    request: Request
    expect: Expect
    session: bool = False
    variant: str = "plain"


def form(path: str, **fields: str) -> Request:
    """A urlencoded POST."""
    return Request("POST", path, body=urlencode(fields).encode(), content_type=FORM)


HTML = (("content-type", "text/html; charset=utf-8"),)
HELLO = Request("GET", "/")

JOBS = (
    Row("J1", "hello", HELLO, Expect(body=b"Hello")),
    Row(
        "J2",
        "item",
        Request("GET", "/item/42", "q=abc"),
        Expect(body=b"<p>Item 42: abc</p>"),
    ),
    Row(
        "J3",
        "login",
        form("/login", user="ada", password=PASSWORD),
        Expect(302, 303, location="/page", cookie="session"),
    ),
    Row(
        "J4",
        "page",
        Request("GET", "/page"),
        Expect(
            contains=(b"<h1>Hello, ada!</h1>", b"<td>Product 10</td>", b'href="/item/42"'),
            lacks=(b"flash",),
            length=(1250, 1550),
            headers=HTML,
        ),
        session=True,
    ),
    Row(
        "J5",
        "prefs",
        form("/prefs", theme="dark"),
        Expect(302, 303, location="/page", cookie="theme"),
        session=True,
    ),
)


def variant_of(row: Row, variant: str) -> Row:
    """The same row on a variant of the app."""
    return replace(row, name=f"{row.name} {variant}", variant=variant)


def answer_row(name: str, title: str, request: Request, expect: Expect) -> Row:
    """A row on the app with other kinds of answers."""
    return Row(name, title, request, expect, variant="answers")


JSON_POST = Request("POST", "/json", body=b'{"a": [1, 2, "x"]}', content_type="application/json")

VARIANT_ROWS = (
    Row("J1 cookie", "hello, a session cookie the view ignores", HELLO, Expect(), session=True),
    *(variant_of(job, "hooks") for job in JOBS),
    *(variant_of(job, "environ") for job in JOBS),
    *(variant_of(job, "signals") for job in JOBS),
    variant_of(JOBS[0], "response"),
)

BASES = {
    "J1 cookie": "J1",
    **{f"{job.name} hooks": job.name for job in JOBS},
    **{f"{job.name} environ": f"{job.name} hooks" for job in JOBS},
    **{f"{job.name} signals": job.name for job in JOBS},
}
"""What a row costs is held against another row: the same request, with less around it."""

ANSWER_ROWS = (
    answer_row("json", "JSON answer", Request("GET", "/json"), Expect(body=b'{"a":1}\n')),
    answer_row("json in", "JSON in and out", JSON_POST, Expect(body=b'{"got":{"a":[1,2,"x"]}}\n')),
    answer_row(
        "tuple",
        "text, 201, headers",
        Request("GET", "/tuple"),
        Expect(201, body=b"made", headers=(("x-made", "yes"),)),
    ),
    answer_row("generator", "generator", Request("GET", "/generator"), Expect(body=b"one two")),
    answer_row(
        "headers",
        "request.headers",
        Request("GET", "/headers", headers=(("X-Word", "given"),)),
        Expect(body=b"given"),
    ),
    answer_row(
        "abort", "abort(403), handler", Request("GET", "/forbidden"), Expect(403, body=b"no entry")
    ),
    answer_row("404", "404", Request("GET", "/no/such/page"), Expect(404)),
    answer_row("405", "405", Request("DELETE", "/page"), Expect(405)),
    answer_row("slash", "slash redirect", Request("GET", "/folder"), Expect(308)),
    answer_row(
        "static", "static file", Request("GET", "/static/site.css"), Expect(contains=(b"nav a",))
    ),
    answer_row("OPTIONS", "automatic OPTIONS", Request("OPTIONS", "/login"), Expect(200, body=b"")),
)

FORM_ROWS = (
    Row(
        "requests",
        "typed form, one mistake",
        form(
            "/register",
            name="Ada",
            email="ada@example.com",
            age="17",
            plan="team",
            password="correct horse",
        ),
        Expect(
            422,
            contains=(b'value="ada@example.com"', b'aria-invalid="true"', b'role="alert"', b"18"),
            lacks=(b"correct horse",),
        ),
    ),
)

FROM_HERE = (("Origin", "http://127.0.0.1:8000"), ("Sec-Fetch-Site", "same-origin"))
"""What a browser sends with a form of the site's own."""

STYLES = Path(__file__).parent / "apps" / "static" / "site.css"


def versioned() -> Request:
    """The style sheet, asked for as Kolba's `url_for` writes it: by a hash of its content."""
    digest = blake2b(STYLES.read_bytes(), digest_size=9).digest()
    return Request("GET", "/static/site.css", f"v={urlsafe_b64encode(digest).decode()}")


STATE_ROWS = (
    Row(
        "asset",
        "static file, by version",
        versioned(),
        Expect(
            contains=(b"nav a",),
            headers=(("cache-control", "public, max-age=31536000, immutable"),),
        ),
    ),
    Row("text", "a page of text", Request("GET", "/text"), Expect(body=b"text")),
    Row(
        "post",
        "the site's own form",
        replace(form("/text", word="here"), headers=FROM_HERE),
        Expect(body=b"text"),
    ),
    Row(
        "leave",
        "the site's own form, a cookie and a redirect",
        replace(form("/leave", word="here"), headers=FROM_HERE),
        Expect(302, 303, location="/text", cookie="seen"),
    ),
    Row("read", "session read", Request("GET", "/read"), Expect(body=b"ada"), session=True),
    Row("write", "session changed", Request("GET", "/write"), Expect(body=b"kept"), session=True),
)

ROWS = {row.name: row for row in (*JOBS, *VARIANT_ROWS, *ANSWER_ROWS, *FORM_ROWS, *STATE_ROWS)}


@dataclass
class Browser:
    """A client with a cookie jar, and a memory of what it expected."""

    send: Send
    jar: dict[str, str] = field(default_factory=dict)

    def cookies(self) -> tuple[tuple[str, str], ...]:
        """The Cookie header, if there is one to send."""
        pairs = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        return (("Cookie", pairs),) if pairs else ()

    def ask(self, request: Request, expect: Expect) -> Answer:
        """Send with the jar, keep what is set, raise `WrongAnswer` for anything unexpected."""
        request = replace(request, headers=request.headers + self.cookies())
        answer = self.send(request)
        if found := list(expect.problems(answer)):
            raise WrongAnswer(f"{request.method} {request.path}: {'; '.join(found)}")
        for key, value in answer.headers:
            if key == "set-cookie":
                self.keep(value)
        return answer

    def keep(self, set_cookie: str) -> None:
        """Store or drop one cookie."""
        name, _, value = set_cookie.split(";")[0].partition("=")
        gone = value in ("", '""') or re.search(
            r"(?i)max-age=0|expires=thu, 01 jan 1970", set_cookie
        )
        if gone:
            self.jar.pop(name, None)
        else:
            self.jar[name] = value


def log_in(send: Send, user: str = "ada") -> Browser:
    """A browser whose user logged in and saw the flash message."""
    browser = Browser(send)
    to_page = Expect(302, 303, location="/page", cookie="session")
    browser.ask(form("/login", user=user, password=PASSWORD), to_page)
    browser.ask(Request("GET", "/page"), Expect(contains=(f"Welcome {user}".encode(),)))
    return browser


def verify_journey(send: Send) -> None:
    """Walk the whole journey of J6 once, and try what must be refused."""
    refused = form("/login", user="eve", password="wrong")
    Browser(send).ask(refused, Expect(403))
    Browser(send).ask(Request("GET", "/login"), Expect(contains=(b"<form", b'name="password"')))
    browser = log_in(send, "bob")
    name, flash = b"Hello, bob!", b"Welcome"
    browser.ask(Request("GET", "/page"), Expect(contains=(name,), lacks=(flash,)))
    browser.ask(form("/prefs", theme="dark"), Expect(302, 303, cookie="theme"))
    browser.ask(Request("GET", "/page"), Expect(contains=(name,)))
    browser.ask(Request("POST", "/logout"), Expect(302, 303, location="/"))
    browser.ask(Request("GET", "/page"), Expect(302, location="/login"))


def verify_item(send: Send) -> None:
    """The item page escapes, converts, and stands behind the other routes."""
    browser = Browser(send)
    escaped = Expect(contains=(b"&lt;b&gt;",), lacks=(b"<b>",))
    browser.ask(Request("GET", "/item/42", "q=%3Cb%3E"), escaped)
    browser.ask(Request("GET", "/item/word"), Expect(404))
    browser.ask(Request("GET", "/r7/x/b7"), Expect(contains=(b"7",)))


def with_session(row: Row, send: Send) -> Row:
    """The row as it is sent: with a fresh session cookie where it wants one."""
    if not row.session:
        return row
    headers = row.request.headers + log_in(send).cookies()
    return replace(row, request=replace(row.request, headers=headers))


def verify(framework: Framework, rows: Iterable[Row], send: Send) -> list[Row]:
    """Check every answer of the rows; the rows come back as they are to be sent.

    Raises:
        WrongAnswer: an answer is not the expected one.
    """
    if framework.journey:
        verify_journey(send)
    if "J2" in framework.jobs:
        verify_item(send)
    ready = [with_session(row, send) for row in rows] if framework.journey else list(rows)
    for row in ready:
        Browser(send).ask(row.request, row.expect)
    return ready


def comparable(answer: Answer) -> str:
    """The answer as text, without what time changes: dates, and stamps of signed cookies."""
    lines = [f"{answer.status}"]
    for name, value in answer.headers:
        if name == "date":
            continue
        value = re.sub(r"session=(\.?[^.;]+)[^;]*", r"session=\1", value)
        lines.append(f"{name}: " + re.sub(r"(?i)expires=[^;]*", "Expires", value))
    return "\n".join([*lines, "", answer.body.decode("utf-8", "replace")])
