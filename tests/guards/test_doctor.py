"""`kolba doctor`, `kolba report` and `kolba cookies`: real commands against a real server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kolba import Kolba, doctor, login_required
from kolba.doctor import Level
from kolba.guards import belief
from tests.cli.conftest import environment
from tests.guards.serving import request as raw
from tests.guards.serving import served, status

APP = """
    from datetime import timedelta
    from kolba import Cookie, Kolba, redirect, request
    theme = Cookie("theme", str, default="light", life=timedelta(days=365), purpose="colours")
    app = Kolba(__name__)
    app.config.update(KOLBA_STATE="sqlite:///{folder}/state.sqlite3", SECRET_KEY="k" * 32)
    @app.get("/go")
    def go():
        return redirect(request.args["next"])
"""


def kolba(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kolba", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_the_commands_against_a_server(tmp_path: Path) -> None:
    """What a server refuses is in the report; the doctor hears what it believes."""
    with served(tmp_path, APP.format(folder=tmp_path)) as server:
        refused = server.raw(raw("/go?next=https://evil.test/x", host=f"localhost:{server.port}"))
        assert status(refused) == 400
        report = json.loads(kolba(tmp_path, "report", "served:app", "--json").stdout)
        (row,) = report["refusals"]
        assert (row["guard"], row["what"]) == ("redirect", "Location: https://evil.test")
        table = kolba(tmp_path, "report", "served:app").stdout
        assert table.startswith("served:app: 1 refused, 0 would have been\n")
        url = f"http://localhost:{server.port}/"
        found = kolba(tmp_path, "doctor", "served:app", "--url", url)
        assert f"good   the host is localhost:{server.port}" in found.stdout, found
        assert "good   the client's address is 127.0.0.1" in found.stdout
        assert "wrong  KOLBA_ORIGINS is not set" in found.stdout
        assert found.returncode == 1
        stranger = server.raw(raw("/go?next=/", "Kolba-Doctor: forged", host="localhost"))
        assert status(stranger) == 302
    gone = kolba(tmp_path, "doctor", "served:app", "--url", url)
    assert gone.returncode == 2 and "does not answer" in gone.stderr
    register = json.loads(kolba(tmp_path, "cookies", "served:app", "--format", "json").stdout)
    assert [c["name"] for c in register["cookies"] if c["purpose"] == "colours"] == ["theme"]
    assert (
        "| theme | colours | 1 year |"
        in kolba(tmp_path, "cookies", "served:app", "--format", "markdown").stdout
    )


def findings(app: Flask) -> dict[str, Level]:
    return {finding.what: finding.level for finding in doctor.examine(app)}


def test_a_good_app_has_nothing_wrong(tmp_path: Path) -> None:
    """With all settings of the pages, no finding is wrong."""
    app = Kolba(__name__)
    app.config.update(
        KOLBA_ORIGINS="https://shop.example",
        KOLBA_TRUSTED_PROXIES=1,
        KOLBA_HSTS=True,
        KOLBA_STATE=f"sqlite:///{tmp_path}/state.sqlite3",
        SECRET_KEY="k" * 32,
    )
    assert set(findings(app).values()) == {Level.GOOD}


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    """Each thing that production lacks is a finding of its own."""
    app = Kolba(__name__, safety="report")
    app.debug = True
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    app.config.update(KOLBA_ORIGINS="http://shop.example", KOLBA_TRUSTED_PROXIES=1)
    app.config["KOLBA_REDIRECTS"] = "off"
    app.add_url_rule("/in", "in", login_required(lambda: "in"))
    found = findings(app)
    wrong = {what for what, level in found.items() if level is Level.WRONG}
    assert wrong == {
        "http://shop.example is not https: cookies travel in the open",
        "ProxyFix is around the app as well",
        "KOLBA_REDIRECTS is no setting: nothing reads it",
        "debug mode is on: errors show code to visitors",
        "KOLBA_STATE is 'memory:': a restart logs everybody out",
        "views need a login, and there is no login view",
    }
    assert found["KOLBA_REDIRECT: report"] is Level.NOTE


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    """The JSON has each finding of the text; the exit code is that of the text."""
    (tmp_path / "shop.py").write_text(
        "from kolba import Kolba\napp = Kolba(__name__)\napp.config['KOLBA_REDIRECTS'] = 'off'\n"
    )
    told, read = kolba(tmp_path, "doctor", "shop"), kolba(tmp_path, "doctor", "shop", "--json")
    document = json.loads(read.stdout)
    assert (document["schema"], document["target"]) == (1, "shop")
    lines = [f"{one['level']:<6} {one['what']}" for one in document["findings"]]
    assert lines == [line for line in told.stdout.splitlines() if not line.startswith("  ")]
    assert {"level", "what", "do"} == set(document["findings"][0])
    assert told.returncode == read.returncode == 1


def test_an_app_that_does_not_start_is_one_finding() -> None:
    """A bad setting is the finding, with what to write."""
    app = Kolba(__name__)
    app.config["KOLBA_ORIGINS"] = ["shop.example"]
    (finding,) = doctor.examine(app)
    assert finding.level is Level.WRONG and "'https://shop.example'" in finding.do
    assert findings(Flask(__name__)) == {
        "the app is a plain Flask: no guard watches over it": Level.NOTE
    }


def believed(app: Flask, **options: Any) -> Any:
    headers = {belief.HEADER: belief.ticket(app), **options.pop("headers", {})}
    return app.test_client().get("/", headers=headers, **options).get_json()


def test_beliefs() -> None:
    """The doctor hears scheme, host, prefix, client, and whether the request would be refused."""
    app = Kolba(__name__)
    app.config.update(SECRET_KEY="k" * 32, KOLBA_ORIGINS="https://shop.example")
    found = believed(app, headers={"X-Forwarded-Proto": "https"}, base_url="http://shop.example")
    assert (found["scheme"], found["host"], found["refused"]) == ("http", "shop.example", None)
    assert found["forwarded"] == {"X-Forwarded-Proto": "https"}
    said = {f.what: f.level for f in doctor.compare("https://shop.example/", found)}
    assert said["the scheme was https, and the app believes http"] is Level.WRONG
    assert said["a proxy sends X-Forwarded-Proto, and is not believed"] is Level.WRONG
    assert said["the host is shop.example"] is Level.GOOD
    unknown = believed(app, base_url="http://evil.test")
    assert "it is not in KOLBA_ORIGINS" in unknown["refused"]


UNDERSCORES = """
    from kolba import Kolba
    app = Kolba(__name__)
    app.config.update(KOLBA_STATE="memory:", SECRET_KEY="k" * 32, KOLBA_TRUSTED_PROXIES={proxies})
"""


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [0, 1])
def test_headers_that_pass_for_the_proxys_are_found(tmp_path: Path, proxies: int) -> None:
    """`X_Forwarded_For` is `X-Forwarded-For` to apps on this server: wrong, where it counts."""
    with served(tmp_path, UNDERSCORES.format(proxies=proxies)) as server:
        url = f"http://localhost:{server.port}/"
        said = kolba(tmp_path, "doctor", "served:app", "--url", url).stdout
    assert ("wrong  a visitor's X_Forwarded_For and" in said) == bool(proxies), said


def test_nobody_else_hears_them() -> None:
    """A ticket of another key, an old one, or none, is an ordinary request."""
    app = Kolba(__name__)
    app.config["SECRET_KEY"] = "k" * 32
    app.add_url_rule("/", "index", lambda: "page")
    other = Kolba("other")
    other.config["SECRET_KEY"] = "o" * 32
    client = app.test_client()
    for ticket in ("", "x", belief.ticket(other), belief.ticket(app)[:-1]):
        assert client.get("/", headers={belief.HEADER: ticket}).text == "page"


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example", "https://"])
def test_what_is_no_url_is_said(url: str) -> None:
    """A URL that cannot be asked is an error with the next step."""
    with pytest.raises(doctor.KolbaError, match=r"Write 'https://shop\.example/'"):
        doctor.ask(Kolba(__name__), url)
