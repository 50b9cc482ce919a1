"""Static files: a version in the URL, long lives, compressed copies, conditions and ranges."""

from __future__ import annotations

import gzip
import logging
import os
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Blueprint, Flask, Response, send_file
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kolba import Kolba
from kolba.urls.examination import examine
from kolba.urls.static import assets, compression

CSS = "body { color: black }\n" * 100
IMMUTABLE = "public, max-age=31536000, immutable"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / "static" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, "site.css", CSS)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Kolba:
    app = Kolba("shop", root_path=str(folder))
    app.testing = True
    return app


@pytest.fixture
def client(app: Kolba) -> FlaskClient:
    return app.test_client()


def link(app: Flask, name: str = "site.css", endpoint: str = "static", **values: Any) -> str:
    with app.test_request_context():
        return app.url_for(endpoint, filename=name, **values)


def fresh(client: FlaskClient, url: str, **headers: str) -> TestResponse:
    return client.get(url, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_the_url_holds_a_hash_of_the_content(app: Kolba, folder: Path) -> None:
    """The same content has the same URL in every process; other content has another."""
    first = link(app)
    assert first.startswith("/static/site.css?v=") and len(first) == len("/static/site.css?v=") + 12
    assert link(Kolba("other", root_path=str(folder))) == first
    put(folder, "site.css", CSS + " ")
    app.test_client().get("/static/site.css")
    assert link(app) != first


def test_flask_has_no_version() -> None:
    """Plain Flask's URL is the same for every content."""
    assert link(Flask("plain")) == "/static/site.css"


def test_the_named_content_is_immutable(app: Kolba, client: FlaskClient) -> None:
    """Who asks by version may keep the answer for a year without asking again."""
    response = client.get(link(app))
    assert (response.status_code, response.text) == (200, CSS)
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=old", "?v=old&v=x", "?w=1"])
def test_other_urls_ask_again(client: FlaskClient, query: str) -> None:
    """A page made before a deploy gets the new file, and nobody keeps it under the old name."""
    response = client.get(f"/static/site.css{query}")
    assert (response.text, response.headers["Cache-Control"]) == (CSS, "no-cache")


def test_a_configured_age_is_kept(app: Kolba, client: FlaskClient) -> None:
    """`SEND_FILE_MAX_AGE_DEFAULT` means for other URLs what it means in Flask."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60
    assert client.get("/static/site.css").headers["Cache-Control"] == "public, max-age=60"
    assert client.get(link(app)).headers["Cache-Control"] == IMMUTABLE


def test_a_version_of_ones_own_is_left_alone(app: Kolba, client: FlaskClient) -> None:
    """An app that passes `v` itself keeps its URLs, and their answers ask again."""
    assert link(app, v="12") == "/static/site.css?v=12"
    assert client.get(link(app, v="12")).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("gzip;q=x", None),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("GZIP;Q=1.0", "gzip"),
        ("zstd, compress", None),
    ],
)
def test_the_copy_that_the_client_takes(
    app: Kolba, client: FlaskClient, accept: str, coding: str | None
) -> None:
    """By `Accept-Encoding`: the coding, its ETag, and the very content inside."""
    response = fresh(client, link(app), Accept_Encoding=accept)
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Length"] == str(len(response.data))
    version = link(app).partition("v=")[2]
    assert response.get_etag() == (f"{version}-{coding}" if coding else version, False)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}[coding]
    assert unpack(response.data) == CSS.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", b"\0" * 9000), ("a.woff2", b"\0" * 9000), ("a.css", b"x"), ("a.bin", b"\0" * 9000)],
)
def test_what_gains_nothing_is_not_compressed(
    client: FlaskClient, folder: Path, name: str, content: bytes
) -> None:
    """Images, archives and very small files go out as they are, and vary by nothing."""
    put(folder, name, content)
    response = fresh(client, f"/static/{name}", Accept_Encoding="gzip, br")
    assert (response.data, response.headers.get("Content-Encoding")) == (content, None)
    assert "Vary" not in response.headers


def test_a_copy_that_saves_nothing_is_not_kept(client: FlaskClient, folder: Path) -> None:
    """Text that does not become smaller is sent as it is."""
    noise = os.urandom(4000)
    put(folder, "noise.txt", noise)
    response = fresh(client, "/static/noise.txt", Accept_Encoding="br, gzip")
    assert (response.data, response.headers.get("Content-Encoding")) == (noise, None)


def test_a_copy_is_made_once(
    app: Kolba, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request for a coding finds it made."""
    made: list[int] = []
    stock = compression.CODINGS["gzip"]
    monkeypatch.setitem(
        compression.CODINGS, "gzip", lambda content: made.append(1) or stock(content)
    )
    for _ in range(3):
        fresh(client, link(app), Accept_Encoding="gzip")
    assert made == [1]


def test_who_comes_while_a_copy_is_made_does_not_wait(app: Kolba, folder: Path) -> None:
    """Compressing one file holds up no other request for it."""
    asset = assets.Assets(0).find(str(folder / "static" / "site.css"))
    assert asset is not None
    with asset.making:
        assert asset.choose("gzip") == ("", CSS.encode())
    assert asset.choose("gzip")[0] == "gzip"


def test_a_file_whose_name_says_its_coding_stays_as_it_is(
    client: FlaskClient, folder: Path
) -> None:
    """`x.svgz` is compressed already, and says so, as in Flask."""
    put(folder, "x.svgz", gzip.compress(b"<svg/>"))
    response = fresh(client, "/static/x.svgz", Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == b"<svg/>"


@pytest.mark.parametrize("accept", ["", "gzip", "br"])
def test_who_has_it_is_told_so(app: Kolba, client: FlaskClient, accept: str) -> None:
    """304 for the ETag that was sent, with the headers that a cache needs, and no body."""
    etag = fresh(client, link(app), Accept_Encoding=accept).headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = fresh(client, link(app), Accept_Encoding=accept, If_None_Match=known)
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Cache-Control"] == IMMUTABLE
        assert response.headers["Vary"] == "Accept-Encoding"


def test_another_coding_of_the_same_content_is_the_same_content(
    app: Kolba, client: FlaskClient
) -> None:
    """A proxy that compressed the plain file itself asks with the plain ETag, made weak."""
    plain = fresh(client, link(app)).headers["ETag"]
    response = fresh(client, link(app), Accept_Encoding="gzip", If_None_Match=f"W/{plain}")
    assert (response.status_code, response.headers["ETag"]) == (304, plain)


def test_an_old_etag_gets_the_new_content(app: Kolba, client: FlaskClient, folder: Path) -> None:
    """After a change the old ETag matches nothing, even if size and time are the same."""
    file = folder / "static" / "site.css"
    etag = client.get("/static/site.css").headers["ETag"]
    status = file.stat()
    replacement = put(folder, "new", CSS.replace("black", "white"))
    os.utime(replacement, ns=(status.st_atime_ns, status.st_mtime_ns))
    replacement.replace(file)
    response = fresh(client, "/static/site.css", If_None_Match=etag)
    assert (response.status_code, response.text) == (200, CSS.replace("black", "white"))


def test_the_date_is_a_condition_too(client: FlaskClient) -> None:
    """`If-Modified-Since` works for clients that know nothing of ETags."""
    when = client.get("/static/site.css").headers["Last-Modified"]
    assert fresh(client, "/static/site.css", If_Modified_Since=when).status_code == 304


@pytest.mark.parametrize(
    ("value", "status", "expected", "content_range"),
    [
        ("bytes=0-9", 206, CSS[:10], f"bytes 0-9/{len(CSS)}"),
        ("bytes=-5", 206, CSS[-5:], f"bytes {len(CSS) - 5}-{len(CSS) - 1}/{len(CSS)}"),
        ("bytes=2190-", 206, CSS[2190:], f"bytes 2190-{len(CSS) - 1}/{len(CSS)}"),
        ("bytes=99999-", 416, None, f"bytes */{len(CSS)}"),
        ("lines=1-2", 200, CSS, None),
        ("bytes=x", 200, CSS, None),
        ("bytes=0-1,4-5", 200, CSS, None),
    ],
)
def test_ranges_are_of_the_plain_file(
    client: FlaskClient, value: str, status: int, expected: str | None, content_range: str | None
) -> None:
    """A part is of the plain file, whatever coding the client would take besides."""
    response = fresh(client, "/static/site.css", Range=value, Accept_Encoding="gzip, br")
    assert response.status_code == status
    assert response.headers.get("Content-Range") == content_range
    if expected is not None:
        assert response.text == expected
        assert "Content-Encoding" not in response.headers


def test_a_range_of_what_has_changed_is_the_whole(client: FlaskClient) -> None:
    """`If-Range` with an old ETag answers with the whole new file."""
    response = fresh(client, "/static/site.css", Range="bytes=0-9", If_Range='"old"')
    assert (response.status_code, response.text) == (200, CSS)
    etag = response.headers["ETag"]
    response = fresh(client, "/static/site.css", Range="bytes=0-9", If_Range=etag)
    assert (response.status_code, response.text) == (206, CSS[:10])


def test_head_has_the_headers_alone(app: Kolba, client: FlaskClient) -> None:
    """HEAD answers as GET does, without the body."""
    wanted = {"Accept-Encoding": "gzip"}
    got = client.get(link(app), headers=wanted)
    head = client.head(link(app), headers=wanted)
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(got.headers)


def test_a_file_added_later_is_seen(app: Kolba, client: FlaskClient, folder: Path) -> None:
    """There is no list of files that a restart would have to make anew."""
    assert client.get("/static/late.txt").status_code == 404
    put(folder, "late.txt", "here")
    assert client.get(link(app, "late.txt")).text == "here"
    (folder / "static" / "late.txt").unlink()
    assert client.get("/static/late.txt").status_code == 404


def test_a_missing_file_has_a_plain_url_and_a_log_line(
    app: Kolba, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is made all the same; the log names the file and the folder, once."""
    assert [link(app, "nope.css") for _ in range(3)] == ["/static/nope.css"] * 3
    assert len(caplog.records) == 1
    assert "'nope.css'" in caplog.text and str(app.static_folder) in caplog.text


def test_a_missing_file_in_a_template_is_found_at_start(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A constant link to a file that is not there is told of, with its place; the app starts."""
    app = make_app({"page.html": "\n{{ url_for('static', filename='nope.css') }}"})
    with caplog.at_level(logging.WARNING):
        app.test_client().get("/")
    assert "missing-static-file" in caplog.text and "page.html:2" in caplog.text


@pytest.mark.parametrize("name", ["", "deep", "deep/", "deep/er/"])
def test_a_link_to_a_folder_lacks_no_file(
    make_app: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Pages put file names behind it; it is the link that Flask makes, and nothing is said."""
    put(tmp_path, "deep/er/site.css", "a {}")
    app = make_app({"page.html": f"{{{{ url_for('static', filename='{name}') }}}}"})
    app.test_client().get("/")
    assert link(app, name) == f"/static/{name}"
    assert caplog.records == []


@pytest.mark.parametrize("name", ["/site.css", "/deep//site.css", "//deep/site.css"])
def test_a_slash_too_many_leads_to_the_file(make_app: Any, tmp_path: Path, name: str) -> None:
    """The file is there, and is redirected to: it is not called missing, and the name is told."""
    app = make_app({"page.html": f"{{{{ url_for('static', filename='{name}') }}}}"})
    right = name.replace("//", "/").lstrip("/")
    put(tmp_path, right, "a {}")
    assert app.test_client().get(link(app, name), follow_redirects=True).text == "a {}"
    (problem,) = examine(app).problems
    assert f"the file is {right!r}" in problem.what
    assert not problem.certain
    app.url_map.merge_slashes = False
    assert [f"there is no file {name!r}" in p.what for p in examine(app).problems] == [True]


def test_blueprints_have_it_too(folder: Path) -> None:
    """A blueprint's static files are served the same way, nested and renamed ones too."""
    app = Kolba("shop", root_path=str(folder))
    inner = Blueprint("inner", "inner", root_path=str(folder), static_folder="static")
    outer = Blueprint("outer", "outer", root_path=str(folder), url_prefix="/outer")
    outer.register_blueprint(inner, url_prefix="/inner", name="renamed")
    app.register_blueprint(outer)
    url = link(app, endpoint="outer.renamed.static")
    assert url.startswith("/outer/inner/static/site.css?v=")
    response = app.test_client().get(url, headers={"Accept-Encoding": "br"})
    assert brotli.decompress(response.data) == CSS.encode()
    assert response.headers["Cache-Control"] == IMMUTABLE


def test_an_own_static_view_is_kept(folder: Path) -> None:
    """A blueprint or an app that serves its files itself goes on doing so."""

    class Own(Blueprint):
        def send_static_file(self, filename: str) -> Response:
            return Response("mine")

    class OwnApp(Kolba):
        def send_static_file(self, filename: str) -> Response:
            return Response("the app's")

    app = OwnApp("shop", root_path=str(folder))
    app.register_blueprint(Own("own", "own", root_path=str(folder), static_folder="static"),
                           url_prefix="/own")  # fmt: skip
    assert app.test_client().get("/own/static/site.css").text == "mine"
    assert app.test_client().get("/static/site.css").text == "the app's"


def test_hooks_see_static_answers(app: Kolba, client: FlaskClient) -> None:
    """Files are served by the app: its hooks run, and add headers."""

    @app.after_request
    def mark(response: Response) -> Response:
        response.headers["X-Seen"] = response.mimetype
        return response

    assert client.get("/static/site.css").headers["X-Seen"] == "text/css"
    assert client.get("/static/site.css").headers.getlist("X-Seen") == ["text/css"]


HIDDEN = [
    ".env",
    ".git/config",
    "sub/.git/config",
    "../secret.txt",
    "sub/../../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "..%5csecret.txt",
    "/etc/passwd",
    "%2fetc/passwd",
    "site.css%00",
    "%00",
    "site.css/",
    "sub",
    "",
    "x" * 5000,
    "%ff%fe",
    "%ed%a0%80",
    "pipe",
    "site.css/x",
]


@pytest.mark.parametrize("name", HIDDEN, ids=lambda name: name[:20] or "nothing")
def test_what_is_not_given_out(client: FlaskClient, folder: Path, name: str) -> None:
    """Hidden files, files outside of the folder, folders, pipes and odd names are 404."""
    put(folder, ".env", "SECRET")
    put(folder, ".git/config", "SECRET")
    put(folder, "sub/.git/config", "SECRET")
    (folder / "secret.txt").write_text("SECRET")
    if not (folder / "static" / "pipe").exists():
        os.mkfifo(folder / "static" / "pipe")
    response = client.get(f"/static/{name}")
    assert response.status_code in (404, 308)
    assert "SECRET" not in response.text


def test_well_known_files_are_given_out(client: FlaskClient, folder: Path) -> None:
    """`.well-known` is made to be read (RFC 8615)."""
    put(folder, ".well-known/security.txt", "Contact: us")
    assert client.get("/static/.well-known/security.txt").text == "Contact: us"


def test_flask_gives_out_hidden_files(folder: Path) -> None:
    """Plain Flask serves `.env` to whoever asks."""
    put(folder, ".env", "SECRET")
    app = Flask("shop", root_path=str(folder))
    assert app.test_client().get("/static/.env").text == "SECRET"


def test_a_large_file_is_streamed_with_its_version(
    app: Kolba, client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large to keep has a version, an ETag, ranges, and is not held in memory."""
    monkeypatch.setattr(assets, "LARGEST_KEPT", 1000)
    url = link(app)
    response = fresh(client, url, Accept_Encoding="gzip")
    assert (response.text, response.headers["Cache-Control"]) == (CSS, IMMUTABLE)
    assert "Content-Encoding" not in response.headers
    etag = response.headers["ETag"]
    assert fresh(client, url, If_None_Match=etag).status_code == 304
    assert fresh(client, url, Range="bytes=5-9").text == CSS[5:10]
    (kept,) = app.__dict__["_kolba_assets"]._kept.values()
    assert kept.body is None


def test_a_huge_file_has_no_version(
    app: Kolba, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing it would hold up the page that links to it."""
    monkeypatch.setattr(assets, "LARGEST_KEPT", 100)
    monkeypatch.setattr(assets, "LARGEST_HASHED", 1000)
    assert link(app) == "/static/site.css"
    response = client.get("/static/site.css?v=")
    assert (response.text, response.headers["Cache-Control"]) == (CSS, "no-cache")


def test_memory_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files kept longest go when there are too many; they are read anew when asked for."""
    monkeypatch.setattr(assets, "MOST_KEPT", 20_000)
    kept = assets.Assets(0)
    for number in range(20):
        asset = kept.find(str(put(folder, f"{number}.css", CSS)))
        assert asset is not None and asset.body == CSS.encode()
    assert 1 <= len(kept._kept) <= 4


def test_a_file_is_trusted_for_a_moment(folder: Path) -> None:
    """In production a file is looked at once a second: content, version and ETag stay one."""
    file = put(folder, "a.css", "one")
    kept = assets.Assets(patience=3600)
    first = kept.find(str(file))
    file.write_text("three")
    assert kept.find(str(file)) is first
    kept.patience = 0
    second = kept.find(str(file))
    assert second is not None and first is not None and second.version != first.version


def test_a_plain_flask_app_is_never_touched(folder: Path) -> None:
    """Its URLs and answers are Flask's."""
    app = Flask("shop", root_path=str(folder))
    assert link(app) == "/static/site.css"
    response = app.test_client().get("/static/site.css", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in response.headers
    with app.test_request_context():
        assert send_file(folder / "static" / "site.css").headers["Content-Disposition"]


@pytest.mark.parametrize("kind", [Flask, Kolba])
def test_the_views_are_called_as_flasks(kind: type[Flask], tmp_path: Path) -> None:
    """Extensions that exempt views by module and name find those of static files."""
    put(tmp_path, "a.css", CSS)
    app = kind("shop", root_path=str(tmp_path))
    app.register_blueprint(
        Blueprint(
            "admin", "admin", root_path=str(tmp_path), static_folder="static", url_prefix="/admin"
        )
    )
    assert app.test_client().get("/static/a.css").status_code == 200
    views = (app.view_functions[endpoint] for endpoint in ("static", "admin.static"))
    assert [(view.__module__, view.__name__) for view in views] == [
        ("flask.app", "<lambda>"),
        ("flask.blueprints", "send_static_file"),
    ]
