"""The short way of static files: the same answers, and only where nothing else would run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, signals
from flask.testing import FlaskClient

from kolba import Kolba
from kolba.urls.static.straight import Straight

CSS = "body { color: black }\n" * 100


@pytest.fixture(autouse=True)
def no_token_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Flask-WTF is imported, an app has a hook that tells it of the origin check."""
    for name in ("flask_wtf", "flask_wtf.csrf", "flask_seasurf"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text(CSS)
    return tmp_path


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that took the short way."""
    paths: list[str] = []
    stock = Straight.answer

    def answer(self: Straight, app: Flask, environ: dict[str, Any], start: Any) -> Any:
        found = stock(self, app, environ, start)
        if found is not None:
            paths.append(environ["PATH_INFO"])
        return found

    monkeypatch.setattr(Straight, "answer", answer)
    return paths


def url_of(app: Flask) -> str:
    with app.test_request_context():
        return app.url_for("static", filename="site.css")


def learned(app: Flask) -> tuple[FlaskClient, str]:
    """A client, and a URL that the app has answered once."""
    url = url_of(app)
    client = app.test_client()
    assert client.get(url).status_code == 200
    return client, url


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", [None, "gzip", "br, gzip", "identity", "*;q=0"])
def test_both_ways_answer_the_same(
    folder: Path, taken: list[str], method: str, accept: str | None
) -> None:
    """Status, headers in their order, and body."""
    long = Kolba("long", root_path=str(folder))
    long.teardown_request(lambda error: None)
    short = Kolba("short", root_path=str(folder))
    headers = {"Accept-Encoding": accept} if accept is not None else {}
    answers = []
    for app in (long, short):
        client, url = learned(app)
        answer = client.open(url, method=method, headers=headers)
        answers.append((answer.status, list(answer.headers), answer.data))
    assert answers[0] == answers[1]
    assert taken == ["/static/site.css"]


def redefine(app: Flask) -> None:
    app.preprocess_request = lambda: None  # type: ignore[method-assign]


def wrap_view(app: Flask) -> None:
    view = app.view_functions["static"]
    app.view_functions["static"] = lambda **values: view(**values)


LONG: dict[str, Callable[[Flask], Any]] = {
    "before_request": lambda app: app.before_request(lambda: None),
    "after_request": lambda app: app.after_request(lambda response: response),
    "teardown_request": lambda app: app.teardown_request(lambda error: None),
    "teardown_appcontext": lambda app: app.teardown_appcontext(lambda error: None),
    "a preprocessor": lambda app: app.url_value_preprocessor(lambda endpoint, values: None),
    "a method": redefine,
    "a view around it": wrap_view,
}


@pytest.mark.parametrize("change", LONG.values(), ids=LONG)
def test_an_app_that_does_more_takes_the_long_way(
    folder: Path, taken: list[str], change: Callable[[Flask], Any]
) -> None:
    """Every hook, override and wrapper runs for each file."""
    app = Kolba("shop", root_path=str(folder))
    change(app)
    client, url = learned(app)
    assert client.get(url).text == CSS
    assert taken == []


@pytest.mark.parametrize("name", ["request_started", "request_finished", "appcontext_pushed"])
def test_a_receiver_hears_of_each_file(folder: Path, taken: list[str], name: str) -> None:
    """A signal that somebody listens to is sent."""
    app = Kolba("shop", root_path=str(folder))
    client, url = learned(app)
    heard: list[str] = []
    with getattr(signals, name).connected_to(lambda *args, **more: heard.append(name), app):
        client.get(url)
    assert (taken, heard) == ([], [name])


def test_a_hook_added_later_runs(folder: Path, taken: list[str]) -> None:
    """An agent that patches itself in while the app serves is not passed by."""
    app = Kolba("shop", root_path=str(folder))
    client, url = learned(app)
    client.get(url)
    assert taken == ["/static/site.css"]
    seen: list[Response] = []
    app.after_request_funcs.setdefault(None, []).append(lambda r: seen.append(r) or r)
    client.get(url)
    assert len(taken) == 1 and len(seen) == 1


CONDITIONS = [
    {"Range": "bytes=0-9"},
    {"If-None-Match": '"x"'},
    {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"If-Match": "*"},
]


@pytest.mark.parametrize("headers", CONDITIONS, ids=lambda headers: next(iter(headers)))
def test_a_condition_takes_the_long_way(
    folder: Path, taken: list[str], headers: dict[str, str]
) -> None:
    """What has to be decided is decided there."""
    client, url = learned(Kolba("shop", root_path=str(folder)))
    client.get(url, headers=headers)
    assert taken == []


@pytest.mark.parametrize("query", ["", "?v=old", "?v={}&w=1", "?w=1&v={}"])
def test_only_the_version_itself_is_known(folder: Path, taken: list[str], query: str) -> None:
    """Other URLs of the same file are not immutable, or need to be read."""
    client, url = learned(Kolba("shop", root_path=str(folder)))
    path, _, version = url.partition("?v=")
    assert client.get(path + query.format(version)).text == CSS
    assert taken == []


def test_other_methods_are_refused(folder: Path, taken: list[str]) -> None:
    """A POST to a file is 405."""
    client, url = learned(Kolba("shop", root_path=str(folder)))
    assert client.post(url).status_code == 405
    assert taken == []


def test_a_changed_file_is_seen(folder: Path, taken: list[str]) -> None:
    """The old URL gets the new content, and may not be kept."""
    app = Kolba("shop", root_path=str(folder))
    app.testing = True
    client, url = learned(app)
    (folder / "static" / "site.css").write_text("new")
    answer = client.get(url)
    assert (answer.text, answer.headers["Cache-Control"]) == ("new", "no-cache")
    (folder / "static" / "site.css").unlink()
    assert client.get(url).status_code == 404
    assert taken == []


def test_a_route_added_later_goes_first(folder: Path, taken: list[str]) -> None:
    """A more special route for the same URL is not passed by."""
    app = Kolba("shop", root_path=str(folder))
    client, url = learned(app)
    app.view_functions["special"] = lambda: "special"
    app.url_map.add(app.url_rule_class("/static/site.css", endpoint="special"))
    app.test_client().get("/elsewhere")
    assert client.get(url).text == "special"
    assert taken == []


def test_the_guards_are_passed(folder: Path, taken: list[str]) -> None:
    """The door's headers are on each answer, and a host that is not ours is refused."""
    app = Kolba("shop", root_path=str(folder))
    app.config["KOLBA_ORIGINS"] = ["http://shop.example"]
    url = url_of(app)
    client = app.test_client()
    for _ in range(2):
        answer = client.get(url, base_url="http://shop.example")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(taken) == 1
    assert client.get(url, base_url="http://evil.example").status_code == 421
    assert len(taken) == 1


def test_blueprints_have_it_too(folder: Path, taken: list[str]) -> None:
    """Their files are learned in the same way."""
    app = Kolba("shop", root_path=str(folder))
    blueprint = Blueprint("blog", "blog", root_path=str(folder), static_folder="static")
    app.register_blueprint(blueprint, url_prefix="/blog")
    with app.test_request_context():
        url = app.url_for("blog.static", filename="site.css")
    client = app.test_client()
    assert [client.get(url).text for _ in range(2)] == [CSS, CSS]
    assert taken == ["/blog/static/site.css"]


def test_an_app_by_hosts_takes_the_long_way(folder: Path, taken: list[str]) -> None:
    """Where the host decides, the map is asked each time."""
    app = Kolba("shop", root_path=str(folder), host_matching=True, static_host="localhost")
    client = app.test_client()
    with app.test_request_context():
        url = app.url_for("static", filename="site.css")
    assert [client.get(url).text for _ in range(2)] == [CSS, CSS]
    assert taken == []


def test_a_copy_that_is_being_made_is_taken_when_it_is_there(folder: Path) -> None:
    """Who comes meanwhile gets the plain file, and nobody who comes later does."""
    app = Kolba("shop", root_path=str(folder))
    client, url = learned(app)
    asset = app.__dict__["_kolba_assets"].find(str(folder / "static" / "site.css"))
    gzip = {"Accept-Encoding": "gzip"}
    with asset.making:
        assert "Content-Encoding" not in client.get(url, headers=gzip).headers
    assert client.get(url, headers=gzip).headers["Content-Encoding"] == "gzip"
    assert client.get(url, headers=gzip).headers["Content-Encoding"] == "gzip"


def test_a_plain_flask_app_has_no_short_way(folder: Path, taken: list[str]) -> None:
    """Nothing of it is Flask's."""
    app = Flask("shop", root_path=str(folder))
    client = app.test_client()
    assert [client.get("/static/site.css").text for _ in range(2)] == [CSS, CSS]
    assert taken == []
