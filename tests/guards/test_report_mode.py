"""`safety="report"` changes no answer but in what docs/differences.md lists."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from kolba import Kolba, request
from tests.differential.collect import collect
from tests.guards.report_run import Results, both, differences, listed, plain, unlisted
from tests.guards.serving import request as raw
from tests.guards.serving import served, status

# What an app's people see: the whole is `python -m tests.guards.report_run`.
PART = "blueprints.,bodies.,cookies.,errors.,hooks.,signals.,streaming.,templates."


@cache
def traces() -> tuple[Results, Results]:
    return both(PART)


@pytest.mark.slow
def test_nothing_but_the_listed_changes() -> None:
    """Each scenario gives on a reporting app what it gives on Flask, or stands on the page."""
    flask, kolba = traces()
    assert flask.keys() == kolba.keys() and len(flask) > 200
    found = differences(flask, kolba)
    assert {name: found[name] for name in unlisted(found)} == {}


@pytest.mark.slow
def test_what_is_listed_is_still_different() -> None:
    """The page lists no difference that is gone."""
    flask, kolba = traces()
    different = {part for name in differences(flask, kolba) for part in (name, name.split("[")[0])}
    assert {name for name in listed() if name.startswith(tuple(PART.split(",")))} <= different


def test_the_page_names_scenarios_that_there_are() -> None:
    """A listed difference belongs to a scenario."""
    known = {part for s in collect() for part in (s.name, s.name.split("[")[0])}
    assert listed() and listed() <= known


@pytest.mark.parametrize(
    "line", ["< 303 SEE OTHER", "<   Location: /b", "= b'other'", "<   X-Frame-Options: DENY"]
)
def test_the_comparison_sees(line: str) -> None:
    """A status, a header or a body that differs is not taken for a listed difference."""
    lines = ["> GET '/'", "< 302 FOUND", "<   Location: /a", "<   Vary: Cookie", "= b'a'"]
    assert plain([*lines, line]) != plain(lines)


@pytest.mark.parametrize("how", ["enforce", "report", "off"])
def test_a_form_that_broke_off_is_refused_in_each_mode(how: Any) -> None:
    """Reporting takes nothing that Flask refuses: a form that broke off stays a 400."""
    for app in (Kolba(__name__, safety=how), Flask(__name__)):
        app.add_url_rule("/", "index", lambda: dict(request.form), methods=["POST"])
        environ = EnvironBuilder(method="POST", data={"a": "1"}).get_environ()
        environ["CONTENT_LENGTH"] = "9"
        assert run_wsgi_app(app, environ)[1].startswith("400")


@pytest.mark.slow
@pytest.mark.parametrize("made", ["Kolba(__name__, safety='report')", "Flask(__name__)"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_bodies_are_read_from_the_real_server(made: str, kind: str, tmp_path: Path) -> None:
    """A form, and a body of any other kind, arrive whole from `kolba run`, as on Flask."""
    code = f"""
        from flask import Flask, request
        from kolba import Kolba

        app = {made}

        @app.post("/")
        def read():
            return request.form.get("name") or request.get_data()
        """
    headers = [f"Content-Type: {kind}", "Content-Length: 8"]
    with served(tmp_path, code) as server:
        answer = server.raw(raw("/", *headers, method="POST") + b"name=Ann")
    assert status(answer) == 200
    assert answer.endswith((b"\r\n\r\nAnn", b"\r\n\r\nname=Ann"))
