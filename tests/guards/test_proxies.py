"""Trusted proxies: what they say is believed whole and well formed, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify

from kolba import Kolba, request, url_for
from kolba.errors import ConfigError
from tests.guards.serving import request as raw
from tests.guards.serving import served, status


def shop(**config: Any) -> Flask:
    app = Kolba(__name__)
    app.config.update(SECRET_KEY="of the tests", **config)

    @app.get("/")
    def index() -> Any:
        return jsonify(
            client=request.remote_addr,
            url=request.url,
            root=request.script_root,
            link=url_for("index"),
        )

    return app


def seen(app: Flask, peer: str = "10.0.0.1", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/", headers=named, environ_base={"REMOTE_ADDR": peer})
    return answer.get_json() if answer.status_code == 200 else answer.status_code


def test_without_the_setting_nothing_is_believed() -> None:
    """C19-C22: every forwarded header is a stranger's."""
    got = seen(
        shop(),
        X_Forwarded_For="127.0.0.1, 6.6.6.6",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.test",
        X_Forwarded_Prefix="//evil.test",
        X_Forwarded_Ssl="off",
        X_Real_IP="6.6.6.6",
    )
    assert got == {"client": "10.0.0.1", "url": "http://localhost/", "root": "", "link": "/"}


def test_one_proxy() -> None:
    """The last value is the proxy's; what the client had written before it is not."""
    got = seen(
        shop(KOLBA_TRUSTED_PROXIES=1),
        X_Forwarded_For="6.6.6.6, 1.2.3.4",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="shop.test",
    )
    assert (got["client"], got["url"]) == ("1.2.3.4", "https://shop.test/")


def test_two_proxies() -> None:
    """With two, the value before the last is the client's; a header that is replaced is short."""
    got = seen(
        shop(KOLBA_TRUSTED_PROXIES="2"),
        X_Forwarded_For="6.6.6.6, 1.2.3.4, 10.0.0.9",
        X_Forwarded_Proto="https",
    )
    assert (got["client"], got["url"]) == ("1.2.3.4", "https://localhost/")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        ("10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("192.0.2.1", "6.6.6.6", "192.0.2.1"),
        ("2001:db8::1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "[2001:470::1]:5000", "2001:470::1"),
        ("10.0.0.1", "1.2.3.4:5000", "1.2.3.4"),
    ],
)
def test_networks(peer: str, forwarded: str, client: str) -> None:
    """Named by networks, proxies are believed as far as the chain of them goes."""
    app = shop(KOLBA_TRUSTED_PROXIES=["10.0.0.0/8", "2001:db8::/32"])
    assert seen(app, peer, X_Forwarded_For=forwarded)["client"] == client


def test_a_peer_outside_the_networks_is_a_stranger() -> None:
    """Nothing that it forwards is believed, however it is written."""
    app = shop(KOLBA_TRUSTED_PROXIES="10.0.0.0/8")
    got = seen(app, "192.0.2.1", X_Forwarded_Proto="https", X_Forwarded_Host="evil.test")
    assert got["url"] == "http://localhost/"


def test_what_a_proxy_leaves_empty_it_has_not_said() -> None:
    """A gateway that passes on what is absent as empty (nginx' `uwsgi_param`) is no stranger."""
    app = shop(KOLBA_TRUSTED_PROXIES=1)
    got = seen(app, X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="", X_Forwarded_Host="")
    assert (got["url"], got["client"]) == ("http://localhost/", "192.0.2.7")


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_For": "nonsense"},
        {"X_Forwarded_For": ""},
        {"X_Forwarded_For": "1.2.3.4\t5"},
        {"X_Forwarded_Proto": "ftp"},
        {"X_Forwarded_Proto": "javascript"},
        {"X_Forwarded_Proto": "https", "X_Forwarded_Ssl": "off"},
        {"X_Forwarded_Host": "a b"},
        {"X_Forwarded_Host": "evil.test/x"},
        {"X_Forwarded_Port": "80x"},
        {"X_Forwarded_Prefix": "//evil.test"},
        {"X_Forwarded_Prefix": "/\\evil.test"},
        {"X_Forwarded_Prefix": "https://evil.test"},
        {"X_Forwarded_Prefix": "/a/../b"},
        {"X_Forwarded_Prefix": "/a b"},
        {"X_Forwarded_Prefix": "evil"},
        {"X_Forwarded_Prefix": "/forged"},
    ],
)
def test_what_cannot_be_right_is_refused(headers: dict[str, str]) -> None:
    """A forged or malformed value is a 400, not a guess."""
    assert seen(shop(KOLBA_TRUSTED_PROXIES=1), **headers) == 400


def test_a_header_that_the_server_cannot_read_hides_nobody(tmp_path: Path) -> None:
    """A stranger whose `X-Forwarded-For` holds other bytes than ASCII is not taken for the proxy.

    The proxy has appended the true address to them, and the server gives the app nothing of it.
    """
    code = """
        from kolba import Kolba, request
        app = Kolba(__name__)
        app.config["KOLBA_TRUSTED_PROXIES"] = ["127.0.0.0/8"]
        app.add_url_rule("/", "index", lambda: request.remote_addr)
    """
    with served(tmp_path, code) as server:
        assert server.raw(raw("/", "X-Forwarded-For: 1.2.3.4")).endswith(b"1.2.3.4")
        hidden = server.raw(raw("/", "X-Forwarded-For: \xff, 1.2.3.4"))
    assert status(hidden) == 400


def test_the_prefix_is_the_configured_one() -> None:
    """`X-Forwarded-Prefix` is believed where it says what `APPLICATION_ROOT` says."""
    app = shop(KOLBA_TRUSTED_PROXIES=1, APPLICATION_ROOT="/shop")
    got = seen(app, X_Forwarded_Prefix="/shop")
    assert (got["root"], got["link"]) == ("/shop", "/shop/")
    assert seen(app, X_Forwarded_Prefix="/shop/")["root"] == "/shop"
    assert seen(app, X_Forwarded_Prefix="/other") == 400


def test_ports() -> None:
    """A port stands in the host, or in its own header; the scheme's own is left out."""
    app = shop(KOLBA_TRUSTED_PROXIES=1)
    assert seen(app, X_Forwarded_Host="shop.test:8443", X_Forwarded_Proto="https")["url"] == (
        "https://shop.test:8443/"
    )
    assert seen(app, X_Forwarded_Host="shop.test", X_Forwarded_Port="8080")["url"] == (
        "http://shop.test:8080/"
    )
    assert seen(
        app, X_Forwarded_Host="shop.test", X_Forwarded_Port="443", X_Forwarded_Proto="https"
    )["url"] == ("https://shop.test/")


def test_the_forwarded_host_is_judged_too() -> None:
    """A host from a proxy must be the site's like any other."""
    app = shop(KOLBA_TRUSTED_PROXIES=1, KOLBA_ORIGINS="https://shop.test")
    assert seen(app, X_Forwarded_Host="evil.test") == 421
    assert seen(app, X_Forwarded_Host="shop.test", X_Forwarded_Proto="https")["url"] == (
        "https://shop.test/"
    )


@pytest.mark.parametrize("value", [True, -1, "nonsense", ["10.0.0.0/99"], [7.5]])
def test_the_setting_is_checked(value: Any) -> None:
    """Neither a count nor networks is an error that says what to write."""
    with pytest.raises(ConfigError, match="KOLBA_TRUSTED_PROXIES"):
        seen(shop(KOLBA_TRUSTED_PROXIES=value))
