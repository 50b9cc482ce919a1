"""A static file on the engine is, header by header, the one that Werkzeug sends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, send_file
from werkzeug import utils

from kolba import engine
from kolba.engine import files

engine.install()

_NAMES = ("site.css", "a b.txt", "x.tar.gz", "é.txt", "empty", "sub/page.html", "it's.js", "none")
_HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Range": "bytes=0-3"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT"},
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Static files with all kinds of names, and views that send them."""
    (tmp_path / "sub").mkdir()
    for name in _NAMES[:-1]:
        (tmp_path / name).write_text("" if name == "empty" else f"text of {name}")
        os.utime(tmp_path / name, (1_800_000_000, 1_800_000_000.25))
    app = Flask("files", static_folder=tmp_path)
    app.add_url_rule("/own/<path:name>", "own", lambda name: send_file(tmp_path / name))
    app.add_url_rule("/str/<path:name>", "str", lambda name: send_file(f"{tmp_path}/{name}"))
    app.add_url_rule(
        "/saved/<path:name>", "saved", lambda name: send_file(tmp_path / name, as_attachment=True)
    )
    return app


def _answers(app: Flask) -> list[Any]:
    """Status, headers but those of the moment, and body of every way to ask."""
    answers: list[Any] = []
    client = app.test_client()
    for place in ("static", "own", "str", "saved"):
        for name in _NAMES:
            for method in ("GET", "HEAD"):
                for headers in _HEADERS:
                    with client.open(f"/{place}/{name}", method=method, headers=headers) as answer:
                        lasting = [h for h in answer.headers if h[0] not in ("Date", "Expires")]
                        names = [key for key, _ in answer.headers]
                        answers.append((answer.status, lasting, names, answer.data))
    return answers


@pytest.mark.parametrize("max_age", [None, 0, 3600, -1])
def test_a_file_is_sent_as_werkzeug_sends_it(
    app: Flask, max_age: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, in part, unchanged, as an attachment and missing, under names of every kind."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = max_age
    app.testing = False
    ours = _answers(app)
    monkeypatch.setattr(utils, "send_file", files._send_file)
    assert _answers(app) == ours


def test_hooks_see_the_same_response(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook that looks at the response, or changes it, finds what Werkzeug would have made."""
    seen: list[Any] = []

    @app.after_request
    def look(response: Any) -> Any:
        seen.append((sorted(vars(response)), response.is_streamed, response.last_modified))
        seen.append((str(response.cache_control), response.get_etag(), response.mimetype))
        response.headers["X-Seen"] = "yes"
        return response

    with app.test_client().get("/static/site.css") as answer:
        assert answer.headers["X-Seen"] == "yes"
    monkeypatch.setattr(utils, "send_file", files._send_file)
    with app.test_client().get("/static/site.css"):
        pass
    assert seen[:2] == seen[2:]
