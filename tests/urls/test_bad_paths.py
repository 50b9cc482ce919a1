"""Odd paths, queries, static names and ranges, over a real server, beside plain Flask on it.

After each of them the server still answers, and its log holds no traceback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Served
from tests.guards.serving import header, request, served, status

pytestmark = pytest.mark.slow

APP = """
    from flask import Flask, jsonify, request
    from kolba import Kolba

    app = {cls}(__name__)

    @app.get("/")
    def home():
        return "home"

    @app.get("/dir/")
    def folder():
        return "dir"

    @app.get("/uni/<u>")
    def uni(u):
        return jsonify(u)

    @app.get("/path/<path:p>")
    def path(p):
        return jsonify(p)

    @app.get("/item/<int:i>")
    def item(i):
        return str(i)

    @app.get("/echo")
    def echo():
        return jsonify(request.args.to_dict(flat=False))
"""

BIG = "".join(f"{n:09}\n" for n in range(1000))
LONG = "a" * 7000

# The path, what may answer, and for those that answer 200 what the view saw.
PATHS: dict[str, tuple[str, set[int], object]] = {
    "a lone percent sign": ("/uni/%", {200, 400}, "%"),
    "bad hexadecimal": ("/uni/%zz", {200, 400}, "%zz"),
    "invalid UTF-8": ("/uni/%ff%fe", {200}, "\ufffd\ufffd"),
    "an encoded surrogate": ("/uni/%ed%a0%80", {200}, "\ufffd\ufffd\ufffd"),
    "encoded dots": ("/path/%2e%2e/%2e%2e/etc/passwd", {200}, "../../etc/passwd"),
    "a semicolon": ("/uni/;a=1", {200}, ";a=1"),
    "raw UTF-8": ("/uni/Ã©", {200, 400}, "é"),
    "a raw byte": ("/uni/ÿ", {200, 400}, "\ufffd"),
    "a negative number": ("/item/-1", {404}, None),
    "a long segment": (f"/uni/{LONG}", {200}, LONG),
    "many segments": ("/a" * 3500, {404}, None),
    "two slashes": ("//evil.test/", {404, 308}, None),
    "two slashes, encoded": ("//evil.test/%2f..", {404, 308}, None),
    "a backslash": ("/%5cevil.test/dir", {404}, None),
    "query: invalid UTF-8": ("/echo?a=%ff%fe", {200}, {"a": ["%FF%FE"]}),
    "query: a lone percent sign": ("/echo?a=%", {200}, {"a": ["%"]}),
    "query: no names": ("/echo?=&&&=&a", {200}, {"": ["", ""], "a": [""]}),
    "query: one name twice": ("/echo?a=1&a=2", {200}, {"a": ["1", "2"]}),
    "query: a surrogate": ("/echo?a=%ed%a0%80", {200}, {"a": ["%ED%A0%80"]}),
    "query: brackets": (f"/echo?a{'[b]' * 4000}=1", {200}, {f"a{'[b]' * 4000}": ["1"]}),
    "query: many pairs": ("/echo?" + "a=1&" * 15_000, {200, 400, 414}, {"a": ["1"] * 15_000}),
}

FILES = [
    "/static/../served.py",
    "/static/%2e%2e/served.py",
    "/static/%252e%252e%252fserved.py",
    "/static/..%5cserved.py",
    "/static//etc/passwd",
    "/static/%2fetc/passwd",
    "/static/file.txt%00.png",
    "/static/sub",
    "/static/sub/",
    f"/static/{'a' * 300}",
    "/static/C:/Windows/win.ini",
    "/static/CON",
]
# What plain Flask gives out.
HIDDEN = ["/static/file.txt/", "/static/.env", "/static/sub/.git/config"]

RANGES: dict[str, tuple[str, int, str | None]] = {
    "the first byte": ("bytes=0-0", 206, BIG[:1]),
    "the last five": ("bytes=-5", 206, BIG[-5:]),
    "past the end": ("bytes=999999-", 416, None),
    "an end before its start": ("bytes=5-2", 200, BIG),
    "no numbers": ("bytes=a-b", 200, BIG),
    "an unknown unit": ("lines=0-5", 200, BIG),
    "nothing": ("bytes=", 200, BIG),
    "5000 digits": (f"bytes=0-{'9' * 5000}", 200, BIG),
    "many": ("bytes=" + ",".join(f"{n}-{n}" for n in range(500)), 200, BIG),
}


@pytest.fixture(scope="module", params=["Kolba", "Flask"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """`kolba run` of such an app, of each class."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    for name, content in {
        "file.txt": "file",
        "big.txt": BIG,
        ".env": "SECRET",
        "sub/.git/config": "SECRET",
    }.items():
        file = folder / "static" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    with served(folder, APP.format(cls=request.param)) as running:
        running.is_kolba = request.param == "Kolba"  # type: ignore[attr-defined]
        yield running
        assert "Traceback" not in running.errors()


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def lives(server: Served) -> bool:
    return body(server.raw(request("/"))) == b"home"


@pytest.mark.parametrize(("path", "statuses", "seen"), PATHS.values(), ids=PATHS)
def test_odd_paths_are_answered(
    server: Served, path: str, statuses: set[int], seen: object
) -> None:
    """Each gets its answer, never a 500, and never a redirect to another site."""
    answer = server.raw(request(path))
    assert status(answer) in statuses
    if status(answer) == 200:
        assert json.loads(body(answer)) == seen
    location = header(answer, "Location") or "/"
    assert location.startswith(("http://example.test/", "/")) and not location.startswith("//")
    assert lives(server)


def test_a_nul_reaches_no_file(server: Served) -> None:
    """It is text for a view, and 404 for static files."""
    assert status(server.raw(request("/uni/a%00b"))) in (200, 400, 404)
    assert status(server.raw(request("/static/a%00b"))) in (400, 404)
    assert lives(server)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path[:30])
def test_nothing_outside_of_the_folder_is_given_out(server: Served, path: str) -> None:
    """Folders, files elsewhere and impossible names are 404."""
    answer = server.raw(request(path))
    assert status(answer) in (400, 404, 308)
    assert b"Kolba(" not in answer and b"root:" not in answer
    assert lives(server)


@pytest.mark.parametrize("path", HIDDEN)
def test_hidden_files_are_not_given_out(server: Served, path: str) -> None:
    """Hidden files, and a folder that is a file, are 404; plain Flask gives them out."""
    expected = 404 if server.is_kolba else 200  # type: ignore[attr-defined]
    assert status(server.raw(request(path))) == expected


@pytest.mark.parametrize(("value", "code", "expected"), RANGES.values(), ids=RANGES)
def test_ranges(server: Served, value: str, code: int, expected: str | None) -> None:
    """One range is answered with it, what is none with the whole; plain Flask refuses those."""
    answer = server.raw(request("/static/big.txt", f"Range: {value}"))
    if not server.is_kolba and code == 200:  # type: ignore[attr-defined]
        assert status(answer) in (206, 416)
        return
    assert status(answer) == code
    if expected is not None:
        assert body(answer).decode() == expected
    assert lives(server)


def test_conditions_of_ranges(server: Served) -> None:
    """A weak tag gets the whole, a page has no ranges, HEAD has no body."""
    whole = server.raw(request("/static/big.txt", "Range: bytes=0-4", 'If-Range: W/"x"'))
    assert (status(whole), body(whole).decode()) == (200, BIG)
    assert status(server.raw(request("/", "Range: bytes=0-0"))) == 200
    head = server.raw(request("/static/big.txt", "Range: bytes=0-0", method="HEAD"))
    assert status(head) in (200, 206) and body(head) == b""


def test_a_file_over_a_real_server(server: Served) -> None:
    """Compressed, with a tag; who has it is told so. Plain Flask sends it as it is."""
    answer = server.raw(request("/static/big.txt", "Accept-Encoding: br"))
    etag = header(answer, "ETag")
    again = server.raw(request("/static/big.txt", "Accept-Encoding: br", f"If-None-Match: {etag}"))
    assert (status(again), body(again)) == (304, b"")
    if server.is_kolba:  # type: ignore[attr-defined]
        assert header(answer, "Content-Encoding") == "br"
        assert header(answer, "Content-Length") == str(len(body(answer)))
        assert len(body(answer)) < len(BIG) / 2
    else:
        assert body(answer).decode() == BIG
