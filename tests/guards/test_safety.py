"""The modes, the one event that every refusal is, its rows, and the pages."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from kolba import Kolba, redirect, report, request
from kolba.errors import ConfigError
from kolba.safety import Mode, Refused, mode
from kolba.stores import StoreDown, store_of

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}


def shop(tmp_path: Path | None = None, **config: Any) -> Kolba:
    safety = config.pop("safety", "enforce")
    app = Kolba(__name__, safety=safety)
    if tmp_path is not None:
        app.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"
    app.config.update(config)

    @app.route("/go", methods=["GET", "POST"])
    def go() -> Any:
        return redirect(request.values.get("next", "/"))

    return app


def test_modes() -> None:
    """A guard's own setting goes before the app's; what is no mode is an error."""
    app = shop(safety="report", KOLBA_REDIRECT="off")
    assert mode(app, "redirect") is Mode.OFF
    assert mode(app, "host") is Mode.REPORT
    app.config["KOLBA_HOST"] = "yes"
    with pytest.raises(ConfigError, match="KOLBA_HOST is 'yes': write one of 'enforce'"):
        mode(app, "host")
    with pytest.raises(ConfigError, match="safety is 'maybe': write one of 'enforce'"):
        shop(safety="maybe")


def test_one_log_line(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is one line: guard, mode, request id, endpoint, what, why, mend; no secret."""
    app = shop()
    headers = {"X-Request-ID": "req-12345678", "Cookie": "session=SECRET"}
    answer = app.test_client().get("/go?next=https://evil.test/?token=SECRET", headers=headers)
    (record,) = (r for r in caplog.records if r.name == "kolba.safety")
    line = record.getMessage()
    assert record.levelno == logging.WARNING
    assert line.startswith("redirect enforce [req-12345678] go: Location: https://evil.test: ")
    assert "KOLBA_REDIRECT_ORIGINS" in line and "SECRET" not in line
    assert record.refusal.request_id == "req-12345678"  # type: ignore[attr-defined]
    assert "req-12345678" in answer.text and "SECRET" not in answer.text


NAMED = {"version": 1, "loggers": {"kolba.safety": {"level": "ERROR"}}}

SET_UP = """
import logging.config
from flask import Flask, redirect
from kolba import Kolba

app = Kolba(__name__, safety="report")
app.config["KOLBA_STATE"] = "memory:"
app.add_url_rule("/", "go", lambda: redirect("https://evil.test/"))
{setting}
app.test_client().get("/")
"""


@pytest.mark.parametrize(
    ("setting", "is_heard"),
    [
        ("logging.config.dictConfig({'version': 1})", True),
        ("logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False})", True),
        ("logging.getLogger('kolba').setLevel('ERROR')", False),
        ("logging.getLogger('kolba.safety').setLevel('ERROR')", False),
        (f"logging.config.dictConfig({NAMED})", False),
    ],
)
def test_a_refusal_is_heard_however_logging_is_set_up(setting: str, is_heard: bool) -> None:
    """Loggers that `logging.config` found and disabled speak; what names them holds."""
    line = [sys.executable, "-c", SET_UP.format(setting=setting)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert ("Location: https://evil.test" in done.stderr) is is_heard


@pytest.mark.parametrize("given", ["", "x", "a b c d e f", "x" * 65, "<script>alert</script>"])
def test_request_ids_are_well_formed(given: str, caplog: pytest.LogCaptureFixture) -> None:
    """An id that is not one is replaced by one that is ours."""
    shop().test_client().get("/go?next=//evil.test", headers={"X-Request-ID": given})
    (record,) = (r for r in caplog.records if r.name == "kolba.safety")
    identifier = record.refusal.request_id  # type: ignore[attr-defined]
    assert identifier != given and len(identifier) == 12


def test_what_is_shown_is_clean(caplog: pytest.LogCaptureFixture) -> None:
    """Control characters and endless values of a stranger reach neither the log nor the page."""
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://x\x1b[31m" + "y" * 1000}
    answer = shop().test_client().post("/go", headers=headers)
    (record,) = (r for r in caplog.records if r.name == "kolba.safety")
    assert "\x1b" not in record.getMessage() + answer.text
    assert len(record.refusal.what) < 320  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("language", "words"), [("ru-RU,ru;q=0.9", "Эта форма пришла"), ("de", "This form came")]
)
def test_pages_speak_the_visitors_language(language: str, words: str) -> None:
    """Russian for those who ask for it, else English; the page is whole, escaped and not stored."""
    headers = {**FOREIGN, "Origin": "https://evil.test", "Accept-Language": language}
    answer = shop().test_client().post("/go", headers=headers)
    assert words in answer.text
    assert answer.text.startswith("<!doctype html>")
    assert answer.cache_control.no_store
    assert "Accept-Language" in answer.headers["Vary"]


def test_pages_escape() -> None:
    """What a stranger wrote stands on the page as text."""
    headers = {"Sec-Fetch-Site": "<script>alert(1)</script>"}
    answer = shop().test_client().post("/go", headers=headers)
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("headers", "is_json"),
    [
        ({"Accept": "application/json"}, True),
        ({"Accept": "application/problem+json"}, True),
        ({"Accept": "text/html,application/json;q=0.9"}, False),
        ({"Accept": "*/*", "Sec-Fetch-Dest": "empty"}, True),
        ({"Accept": "*/*"}, False),
        ({}, False),
        ({"Content-Type": "application/json"}, True),
    ],
)
def test_programs_get_problem_details(headers: dict[str, str], is_json: bool) -> None:
    """Clients that read JSON get RFC 9457, browsers the page."""
    answer = shop().test_client().post("/go", headers={**FOREIGN, **headers})
    assert answer.status_code == 403
    assert (answer.content_type == "application/problem+json") == is_json
    if is_json:
        problem = json.loads(answer.text)
        assert (problem["status"], problem["guard"]) == (403, "cross_origin")
        assert problem["what"] == "Sec-Fetch-Site: cross-site, Origin: https://evil.test"


def test_developers_see_how_to_mend() -> None:
    """In debug mode the page has the line that would allow it; visitors do not need it."""
    app = shop()
    assert "KOLBA_REDIRECT_ORIGINS" not in app.test_client().get("/go?next=//evil.test").text
    app = shop()
    app.debug = True
    assert "KOLBA_REDIRECT_ORIGINS" in app.test_client().get("/go?next=//evil.test").text


def test_rows_are_added_up(tmp_path: Path) -> None:
    """Each refusal, real or would-be, is a row with its count, its first and last time."""
    client = shop(tmp_path).test_client()
    for _ in range(3):
        client.get("/go?next=https://evil.test/" + "x" * 10)
    client.post("/go", headers=FOREIGN)
    would = shop(tmp_path, safety="report").test_client()
    would.get("/go?next=https://evil.test/y")
    rows = report.rows_of(shop(tmp_path))
    seen = [(r.count, r.guard, r.mode, r.endpoint, r.what) for r in rows]
    assert seen == [
        (3, "redirect", "enforce", "go", "Location: https://evil.test"),
        (
            1,
            "cross_origin",
            "enforce",
            "go",
            "Sec-Fetch-Site: cross-site, Origin: https://evil.test",
        ),
        (1, "redirect", "report", "go", "Location: https://evil.test"),
    ]
    assert rows[0].first <= rows[0].last
    assert "'https://evil.test' to KOLBA_REDIRECT_ORIGINS" in rows[0].mend


def test_a_flood_of_one_guard_hides_no_other(tmp_path: Path) -> None:
    """Rows are bounded for each guard: a stranger's thousand hosts leave room for redirects."""
    app = shop(tmp_path, KOLBA_ORIGINS="http://localhost")
    client = app.test_client()
    for number in range(300):
        client.get("/go", headers={"Host": f"evil{number}.test"})
    client.get("/go?next=//evil.test")
    rows = report.rows_of(app)
    assert sum(row.guard == "host" for row in rows) == 200
    assert sum(row.guard == "redirect" for row in rows) == 1


def test_a_store_that_is_down_loses_only_the_count(caplog: pytest.LogCaptureFixture) -> None:
    """The refusal stands, and the log says that it was not counted."""
    app = shop()
    store: Any = store_of(app)

    def tally(*args: Any, **kwargs: Any) -> None:
        raise StoreDown("no room")

    store.tally = tally
    assert app.test_client().get("/go?next=//evil.test").status_code == 400
    assert any("was not counted: no room" in r.getMessage() for r in caplog.records)


def test_the_report_for_people_and_programs() -> None:
    """The table names what, why and the mending line; JSON says the same."""
    row = report.Row("redirect", "report", None, "Location: x", "why", "mend", 12, 0.0, 86400.0)
    text = report.text([row], "shop:app")
    assert text.splitlines()[0] == "shop:app: 0 refused, 12 would have been"
    assert "   12  redirect  report  -         Location: x" in text
    assert "\n       why\n       mend\n" in text
    assert report.document([row], "shop:app")["refusals"][0]["count"] == 12
    assert report.text([], "shop:app").startswith("shop:app: no guard has refused anything")


@pytest.mark.parametrize("state", ["memory:", "cookie:"])
def test_where_there_is_nothing_to_report(state: str) -> None:
    """A store that no other process can read is an error that says so."""
    with pytest.raises(ConfigError, match=state):
        report.rows_of(shop(KOLBA_STATE=state, SECRET_KEY="k" * 16))


def test_a_plain_app_has_no_report() -> None:
    """A plain Flask app is told so, and not that nothing was refused."""
    with pytest.raises(ConfigError, match=r"plain flask\.Flask.*kolba\.Kolba\(__name__, safety="):
        report.rows_of(Flask("shop"))


def test_handlers_by_status_and_class() -> None:
    """An app's own pages are asked first, the class before the status."""
    app: Flask = shop()
    app.register_error_handler(403, lambda error: ("own 403", 403))
    assert app.test_client().post("/go", headers=FOREIGN).text == "own 403"
    app = shop()
    app.register_error_handler(Refused, lambda error: (f"own {error.refusal.guard}", 403))
    assert app.test_client().post("/go", headers=FOREIGN).text == "own cross_origin"
