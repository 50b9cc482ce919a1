"""The session cookie's name, as an app may choose it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import session

from kolba.errors import ConfigError
from tests.sessions.views import cookie_of, seen, visit, write

pytestmark = pytest.mark.parametrize("state", ["memory"], indirect=True)


@pytest.mark.parametrize("name", ["", "a=b", "a;b", "a\r\nb", "näme", "a b", 'a"b'])
def test_a_name_that_no_browser_sends_back_is_a_start_up_error(make_app: Any, name: str) -> None:
    """The error names the setting, its value and what to write."""
    app = make_app(SESSION_COOKIE_NAME=name)
    with pytest.raises(ConfigError, match=r"SESSION_COOKIE_NAME is '.*Write letters"):
        app.test_client().get("/")


@pytest.mark.parametrize("name", ["s", "shop-1", "__Secure-shop", "a:b", "a.b[c]"])
def test_odd_names_that_come_back_are_taken(make_app: Any, name: str) -> None:
    """What browsers send back works, as with Flask, on http and on https."""
    for base in ("http://localhost", "https://localhost"):
        client = make_app(SESSION_COOKIE_NAME=name).test_client()
        client.environ_base["wsgi.url_scheme"] = base.partition(":")[0]
        write(client, a=1)
        assert seen(client) == {"a": 1}


def test_cookies_of_other_apps_before_ours_hide_nothing(make_app: Any) -> None:
    """However many: of other paths and of the domain, all have the name that Flask gives them."""
    app = make_app()
    client = app.test_client()
    write(client, a=1)
    ours = f"session={cookie_of(client)}"
    others = "; ".join(f"session=eyJhIjo{n}fQ.awoHAQ.signature" for n in range(8))
    for header in (f"{others}; {ours}", f"{ours}; {others}"):
        other = app.test_client(use_cookies=False)
        answer = visit(other, lambda: f"has {session.get('a')}", headers={"Cookie": header})
        assert answer.text == "has 1"
