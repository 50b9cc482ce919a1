"""Hosts: which requests are the site's, and what external URLs name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from kolba import Blueprint, Kolba, render_template_string, url_for
from kolba.errors import ConfigError
from kolba.safety import refused
from tests.guards.serving import header, served, status
from tests.guards.serving import request as raw

MALFORMED = [
    "",
    "example.test@evil.test",
    "example.test:x",
    "example.test:80/badpath",
    "example.test: evil.test",
    "[z:443]:80",
    "example.test..",
    "example.test:99999",
    "localhost:",
    "localhost:0",
    "localhost:080",
    "[::1]:",
    "a" * 300,
    "a" * 64 + ".test",
    "example.test,evil.test",
]


def shop(cls: type[Flask] = Kolba, **config: Any) -> Flask:
    app = cls(__name__)
    app.config.update(SECRET_KEY="of the tests", **config)
    app.add_url_rule("/", "index", lambda: "ok")
    app.add_url_rule("/health", "health", lambda: url_for("index", _external=True))
    app.add_url_rule("/link", "link", lambda: url_for("index", _external=True))
    app.add_url_rule("/plain", "plain", lambda: url_for("index"))
    app.add_url_rule("/scheme", "scheme", lambda: url_for("index", _scheme="wss", _external=True))
    return app


@pytest.mark.parametrize("host", MALFORMED)
def test_malformed_hosts_are_refused(host: str) -> None:
    """A Host that is none is a 400 before any view, without any setting (M20)."""
    answer = shop().test_client().get("/link", headers={"Host": host})
    assert answer.status_code == 400
    assert "http://" not in answer.text


@pytest.mark.parametrize("host", MALFORMED)
def test_the_apps_own_page_for_it_may_have_links(host: str) -> None:
    """An error page with the site's navigation is shown with its status, below a prefix, too."""
    app = shop()
    app.register_error_handler(
        HTTPException,
        lambda error: (render_template_string("{{ url_for('index') }}"), error.code or 500),
    )
    client = app.test_client()
    for prefix in ("", "/shop"):
        answer = client.get("/", headers={"Host": host}, environ_overrides={"SCRIPT_NAME": prefix})
        assert (answer.status_code, answer.text) == (400, f"{prefix}/")


def test_without_a_setting_hosts_are_not_known() -> None:
    """Any well-formed host is answered, in any case; none of them gets into an external URL."""
    client = shop().test_client()
    assert client.get("/", headers={"Host": "EXAMPLE.test"}).text == "ok"
    assert client.get("/plain", headers={"Host": "evil.test"}).text == "/"
    answer = client.get("/link", headers={"Host": "evil.test"})
    assert answer.status_code == 500 and "evil.test" not in answer.text


def test_plain_flask_believes_any_host() -> None:
    """The same link of class Flask names whatever the client wrote."""
    client = shop(Flask).test_client()
    assert client.get("/link", headers={"Host": "evil.test"}).text == "http://evil.test/"


def test_an_unverified_host_makes_no_url() -> None:
    """The error names the setting that is missing."""
    app = shop()
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(ConfigError, match=r"app.config\['KOLBA_ORIGINS'\] = "):
        app.test_client().get("/link", headers={"Host": "evil.test"})


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:5000", "127.0.0.1:8000", "[::1]", "a.localhost"]
)
def test_development_needs_no_setting(host: str) -> None:
    """On this machine external URLs work as they are."""
    client = shop().test_client()
    assert client.get("/link", headers={"Host": host}).text == f"http://{host}/"


@pytest.mark.parametrize("switch", ["TESTING", "DEBUG"])
@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:8000", "[::1]"])
def test_this_machine_is_the_site_too_in_development_and_in_tests(host: str, switch: str) -> None:
    """An app with the origins of its deployment answers its own tests and its developer."""
    app = shop(KOLBA_ORIGINS="https://shop.test", **{switch: True})
    app.add_url_rule("/", "save", lambda: "saved", methods=["POST"])
    client = app.test_client()
    assert client.get("/link", headers={"Host": host}).text == f"http://{host}/"
    own = {"Host": host, "Origin": f"http://{host}"}
    assert client.post("/", headers=own).text == "saved"
    assert client.post("/", headers={**own, "Origin": "http://localhost:1"}).status_code == 403
    assert client.get("/link", headers={"Host": "shop.test"}).text == "https://shop.test/"
    assert client.get("/", headers={"Host": "10.0.0.7"}).status_code == 421


def test_this_machine_is_no_site_in_production() -> None:
    """Nothing but debug and testing makes it one."""
    client = shop(KOLBA_ORIGINS="https://shop.test").test_client()
    assert client.get("/").status_code == 421


def test_unknown_hosts_are_refused() -> None:
    """With `KOLBA_ORIGINS` a request for another host is a 421 before any view."""
    app = shop(KOLBA_ORIGINS=["https://shop.test", "https://*.tenant.test", "http://lab:8080"])
    client = app.test_client()
    table = {
        "shop.test": 200,
        "SHOP.test:443": 200,
        "a.tenant.test": 200,
        "lab:8080": 200,
        "lab": 421,
        "tenant.test": 421,
        "shop.test:8443": 421,
        "evil.test": 421,
        "shop.test.evil.test": 421,
        "10.0.0.7": 421,
    }
    got = {host: client.get("/", headers={"Host": host}).status_code for host in table}
    assert got == table
    assert client.get("/", headers={"Host": "evil.test"}).status_code == 421  # and again


def test_health_checks_by_address() -> None:
    """A path of `KOLBA_HOST_EXEMPT` answers whatever the host, and only that path."""
    app = shop(KOLBA_ORIGINS="https://shop.test", KOLBA_HOST_EXEMPT=["/health"])
    client = app.test_client()
    assert client.get("/health", headers={"Host": "10.0.0.7"}).text == "https://shop.test/"
    assert client.get("/", headers={"Host": "10.0.0.7"}).status_code == 421
    assert client.get("/health/", headers={"Host": "10.0.0.7"}).status_code == 421
    assert client.get("/health", headers={"Host": "a b"}).status_code == 400


def test_external_urls_name_the_configured_origin() -> None:
    """The scheme is the origin's though the request came by http; the host is the request's."""
    client = shop(KOLBA_ORIGINS="https://shop.test https://www.shop.test").test_client()
    for host in ("shop.test", "www.shop.test"):
        assert client.get("/link", headers={"Host": host}).text == f"https://{host}/"
    assert client.get("/plain", headers={"Host": "shop.test"}).text == "/"
    assert client.get("/scheme", headers={"Host": "shop.test"}).text == "wss://shop.test/"


def test_external_urls_outside_a_request() -> None:
    """A mail from a job names the first origin; Flask alone cannot build one."""
    app = shop(KOLBA_ORIGINS="https://shop.test", APPLICATION_ROOT="/app")
    blueprint = Blueprint("admin", __name__)
    blueprint.add_url_rule("/admin/<int:number>", "one", lambda number: str(number))
    app.register_blueprint(blueprint)
    with app.app_context():
        assert url_for("admin.one", number=7, q="a b") == "https://shop.test/app/admin/7?q=a+b"
        assert url_for("index", _anchor="top") == "https://shop.test/app/#top"
        assert url_for("index", _scheme="http") == "http://shop.test/app/"
        with pytest.raises(Exception, match="no_such"):
            url_for("no_such")
    plain = shop(Flask)
    with plain.app_context(), pytest.raises(RuntimeError):
        url_for("index")


def test_server_name_is_an_origin() -> None:
    """An app that has `SERVER_NAME` needs no other setting."""
    app = shop(SERVER_NAME="shop.test", PREFERRED_URL_SCHEME="https")
    client = app.test_client()
    assert client.get("/link", base_url="https://shop.test").text == "https://shop.test/"
    assert client.get("/", headers={"Host": "evil.test"}).status_code == 421


@pytest.mark.parametrize("cls", [Flask, Kolba])
def test_a_server_name_without_a_scheme_has_that_of_the_request(cls: type[Flask]) -> None:
    """It promises no https, as an app on a company's network may have none."""
    client = shop(cls, SERVER_NAME="shop.test").test_client()
    for base in ("http://shop.test", "https://shop.test"):
        assert client.get("/link", base_url=base).text == f"{base}/"


@pytest.mark.parametrize("cls", [Flask, Kolba])
def test_a_server_name_that_tests_change_is_the_new_one(cls: type[Flask]) -> None:
    """pytest-flask's live server gives the app another port when it has answered already."""
    app = shop(cls, SERVER_NAME="localhost", TESTING=True)
    assert app.test_client().get("/link").text == "http://localhost/"
    app.config["SERVER_NAME"] = "localhost:5123"
    assert app.test_client().get("/link").text == "http://localhost:5123/"
    with app.test_request_context():
        assert url_for("index", _external=True) == "http://localhost:5123/"


def test_forwarded_hosts_are_ignored() -> None:
    """C19: without a trusted proxy no header but Host names the host."""
    headers = {"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    assert shop().test_client().get("/link", headers=headers).text == "http://localhost/"


def test_report_mode_lets_through_and_tells() -> None:
    """In `report` hosts and links are Flask's, and each unknown host is told."""
    app = shop(KOLBA_HOST="report", KOLBA_ORIGINS="https://shop.test")
    told: list[Any] = []

    def receive(sender: Flask, refusal: Any) -> None:
        if refusal.guard == "host":
            told.append(refusal)

    with refused.connected_to(receive, app):
        client = app.test_client()
        for host in ("evil.test", "a b", "shop.test"):
            assert client.get("/", headers={"Host": host}).text == "ok"
        assert client.get("/link", headers={"Host": "shop.test"}).text == "http://shop.test/"
    assert [r.what for r in told] == ["Host: evil.test", "Host: a b"]
    assert "'http://evil.test' to KOLBA_ORIGINS" in told[0].mend


@pytest.mark.parametrize(
    ("setting", "value"), [("KOLBA_ORIGINS", "shop.test"), ("KOLBA_HOST_EXEMPT", ["health"])]
)
def test_settings_are_checked(setting: str, value: Any) -> None:
    """A setting that cannot mean anything is an error that names it."""
    with pytest.raises(ConfigError, match=setting):
        shop(**{setting: value}).test_client().get("/")


SERVED = """
    from kolba import Kolba, url_for
    app = Kolba(__name__)
    app.config["KOLBA_ORIGINS"] = ["http://example.test"]
    @app.get("/link")
    def link():
        return url_for("link", _external=True)
    @app.get("/dir/")
    def directory():
        return "dir"
"""


@pytest.mark.slow
def test_over_a_real_server(tmp_path: Path) -> None:
    """C01-C22 sent raw: bad hosts are 400, unknown ones 421, forwarded values are ignored."""
    with served(tmp_path, SERVED) as server:
        assert status(server.raw(raw("/link", host=None))) == 400
        assert status(server.raw(raw("/link", "Host: evil.test"))) == 400
        for host in MALFORMED[:-1]:
            assert status(server.raw(raw("/link", host=host))) == 400, host
        assert status(server.raw(raw("/link", host="evil.test"))) == 421
        good = server.raw(raw("/link", "X-Forwarded-Host: evil.test", host="EXAMPLE.TEST"))
        assert good.endswith(b"http://example.test/link")
        moved = server.raw(raw("/dir", "X-Forwarded-Prefix: //evil.test"))
        assert header(moved, "Location") == "http://example.test/dir/"
        assert "Traceback" not in server.errors()
