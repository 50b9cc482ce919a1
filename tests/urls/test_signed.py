"""Signed URLs: nobody can change or make them up; they end; keys can be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from kolba import Kolba, sign_url, signed_url_required
from kolba.urls.signed import Signature, check_signature

NOW = "2026-01-01T12:00:00+00:00"


def make(key: str | None = "key", fallbacks: list[str] | None = None, **options: Any) -> Kolba:
    app = Kolba("shop", **options)
    app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks, KOLBA_ROUTES="off")

    @app.route("/file/<path:name>", methods=["GET", "POST"])
    @signed_url_required()
    def file(name: str) -> str:
        return f"{name} {request.args.get('page')}"

    @app.get("/reset/<int:user>")
    @signed_url_required(purpose="reset", ignore=("utm_source",))
    def reset(user: int) -> str:
        return str(user)

    @app.get("/state")
    def state() -> str:
        return check_signature()

    return app


app = make()
client = app.test_client()


def signed(endpoint: str = "file", app: Flask = app, **values: Any) -> str:
    with app.test_request_context():
        return sign_url(endpoint, **values)


def test_a_signed_url_opens_its_view() -> None:
    """The view gets the arguments and the query, and the answer is nobody else's."""
    response = client.get(signed(name="a/b.txt", page=2))
    assert (response.status_code, response.text) == (200, "a/b.txt 2")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_plain_url_does_not() -> None:
    """Without a signature the answer is 403, in the visitor's language."""
    response = client.get("/file/a", headers={"Accept-Language": "ru"})
    assert response.status_code == 403
    assert "по присланной ссылке" in response.text


TAMPERED = {
    "another path": lambda url: url.replace("/a?", "/b?"),
    "another query": lambda url: url.replace("page=1", "page=2"),
    "more query": lambda url: url + "&page=1",
    "less query": lambda url: url.replace("page=1&", ""),
    "a longer life": lambda url: url.replace("_signature=", "_signature=z"),
    "another end of life": lambda url: (
        f"{url.partition('_signature=')[0]}_signature=1.{url.rpartition('.')[2]}"
    ),
    "a letter of the signature": lambda url: url[:-3] + ("A" if url[-3] != "A" else "B") + url[-2:],
    "a signature cut off": lambda url: url[:-5],
    "no signature at all": lambda url: url.rpartition(".")[0] + ".",
    "no dot": lambda url: url.partition("_signature=")[0] + "_signature=abc",
    "nothing": lambda url: url.partition("_signature=")[0] + "_signature=",
    "two signatures": lambda url: url + "&_signature=0.x",
    "odd letters": lambda url: url.partition("_signature=")[0] + "_signature=%D0%B0.%00%ff",
    "an end of another alphabet": lambda url: url.partition("_signature=")[0] + "_signature=²³.x",
    "a very long end": lambda url: url.partition("_signature=")[0] + f"_signature={'z' * 5000}.x",
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
@pytest.mark.parametrize("expires_in", [None, 3600])
def test_a_changed_url_is_refused(change: Any, expires_in: float | None) -> None:
    """Whatever is changed: 403, and never an error of the server."""
    url = signed(name="a", page=1, expires_in=expires_in)
    assert client.get(url).status_code == 200
    response = client.get(change(url))
    assert response.status_code == 403
    assert "damaged" in response.text


@pytest.mark.parametrize("other", ["%ff", "%fe", "\xff", "%FF%FD"])
def test_bytes_that_are_no_text_are_a_change_too(other: str) -> None:
    """A view sees `%ff` otherwise than the character that stands for unreadable ones."""
    url = signed(name="a", page="\ufffd")
    assert "page=%EF%BF%BD" in url
    assert client.get(url.replace("%EF%BF%BD", other)).status_code == 403


def test_the_order_of_the_query_is_no_change() -> None:
    """Proxies that sort the query do no harm."""
    url = signed(name="a", page=1, b=2)
    path, _, query = url.partition("?")
    shuffled = "&".join(reversed(query.split("&")))
    assert client.get(f"{path}?{shuffled}").status_code == 200


@pytest.mark.parametrize("life", [60, 60.0, timedelta(minutes=1)])
def test_a_link_ends(life: Any) -> None:
    """It works until its last second, then answers 410, and says what to do."""
    with time_machine.travel(NOW, tick=False) as clock:
        url = signed(name="a", expires_in=life)
        clock.shift(59)
        assert client.get(url).status_code == 200
        clock.shift(1)
        response = client.get(url)
    assert response.status_code == 410
    assert "Ask for a new one" in response.text


def test_a_tampered_link_is_not_called_expired() -> None:
    """A life that somebody else wrote is not believed, in either direction."""
    url = signed(name="a").partition("_signature=")[0] + "_signature=1.x"
    assert client.get(url).status_code == 403


def test_a_link_without_an_end_stays() -> None:
    """It lives as long as its key."""
    with time_machine.travel(NOW) as clock:
        url = signed(name="a")
        clock.shift(timedelta(days=3650))
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("life", [0, -1, float("nan"), float("inf"), timedelta(0)])
def test_a_life_that_is_over_is_a_mistake(life: Any) -> None:
    """Nobody would want to send such a link."""
    with pytest.raises(ValueError, match="expires_in"):
        signed(name="a", expires_in=life)


def test_a_link_serves_its_purpose_only() -> None:
    """A link for another purpose is not good, though its URL is the same."""
    assert client.get(signed("reset", user=1, purpose="reset")).status_code == 200
    assert client.get(signed("reset", user=1)).status_code == 403
    assert client.get(signed("reset", user=1, purpose="invite")).status_code == 403


def test_names_that_others_add_can_be_passed_over() -> None:
    """A mailer that adds `utm_source` does not break the link, if the view says so."""
    url = signed("reset", user=1, purpose="reset")
    assert client.get(url + "&utm_source=mail").status_code == 200
    assert client.get(url + "&utm_medium=mail").status_code == 403


def test_a_key_can_be_changed() -> None:
    """New links are signed by the new key; old ones work while the old key is listed."""
    old = signed(name="a", app=make("old"))
    both = make("new", ["old"])
    assert both.test_client().get(old).status_code == 200
    new = signed(name="a", app=both)
    assert make("new").test_client().get(new).status_code == 200
    assert make("new").test_client().get(old).status_code == 403
    assert make("old").test_client().get(new).status_code == 403


def test_the_signature_is_of_this_use_alone() -> None:
    """A signature that the app's key made for something else opens nothing."""
    other = Signer("key").get_signature(b"anything").decode()
    assert client.get(f"/file/a?_signature=0.{other}").status_code == 403


def test_without_a_given_key_one_is_made_and_kept() -> None:
    """A new app signs from the first day, with the key that lies beside its state."""
    keyless = make(None)
    url = signed(name="a", app=keyless)
    assert keyless.test_client().get(url).status_code == 200
    assert client.get(url).status_code == 403


def test_keys_of_kolba_are_rotated_too() -> None:
    """`KOLBA_KEYS`: the first signs, all verify."""
    first, second = "first" * 5, "second" * 5
    old, both = make(None), make(None)
    old.config["KOLBA_KEYS"], both.config["KOLBA_KEYS"] = [first], [second, first]
    assert both.test_client().get(signed(name="a", app=old)).status_code == 200
    assert old.test_client().get(signed(name="a", app=both)).status_code == 403


def test_the_name_of_the_signature_is_taken() -> None:
    """An argument of that name would be lost."""
    with app.test_request_context(), pytest.raises(ValueError, match="_signature"):
        sign_url("file", name="a", _signature="x")


def test_a_fragment_stays_at_the_end() -> None:
    """`_anchor` is not part of what the server sees."""
    url = signed(name="a", _anchor="top")
    assert url.endswith("#top")
    assert client.get(url.partition("#")[0]).status_code == 200


def test_a_link_made_below_a_prefix_works_there_and_elsewhere() -> None:
    """What stands before the app's own path is not signed."""
    with app.test_request_context(base_url="http://localhost/shop"):
        url = sign_url("file", name="a b")
    assert url.startswith("/shop/file/a%20b?")
    response = client.get(url.removeprefix("/shop"), base_url="http://localhost/shop")
    assert response.status_code == 200


def test_a_link_made_outside_of_a_request() -> None:
    """A job that sends letters makes absolute links by `SERVER_NAME`."""
    job = make()
    job.config.update(SERVER_NAME="shop.example", PREFERRED_URL_SCHEME="https")
    with job.app_context():
        url = sign_url("file", name="a", _external=True)
    assert url.startswith("https://shop.example/file/a?_signature=0.")
    assert client.get(url).status_code == 200


def test_the_host_is_signed_where_routes_depend_on_it() -> None:
    """With subdomains, a link for one tenant opens nothing of another."""
    app = Kolba("shop", subdomain_matching=True, host_matching=False)
    app.config.update(SECRET_KEY="key", SERVER_NAME="shop.example", KOLBA_ROUTES="off")
    app.add_url_rule(
        "/", "home", signed_url_required()(lambda tenant: tenant), subdomain="<tenant>"
    )
    with app.app_context():
        url = sign_url("home", tenant="a", _external=True)
    assert app.test_client().get(url).status_code == 200
    other = url.replace("a.shop", "b.shop")
    assert app.test_client().get(other).status_code == 403


@given(
    name=st.text(min_size=1), page=st.text(), more=st.dictionaries(st.text(min_size=1), st.text())
)
def test_any_text_comes_through(name: str, page: str, more: dict[str, str]) -> None:
    """Whatever the arguments hold, the link that was made is the link that is good."""
    query = {k: v for k, v in more.items() if k.isidentifier() and not k.startswith("_")}
    query = {k: v for k, v in query.items() if k not in ("name", "endpoint", "purpose", "self")}
    url = signed("state", **{"n": name, "page": page, **query})
    assert client.get(url).text == Signature.VALID


@given(st.text(), st.text())
def test_no_made_up_signature_is_good(end: str, signature: str) -> None:
    """No text is taken for a signature, or makes an error."""
    response = client.get(f"/state?_signature={quote(end)}.{quote(signature)}")
    assert response.text == Signature.TAMPERED


def test_a_post_may_be_signed_too() -> None:
    """A form that a signed page shows posts to the same URL."""
    fresh: FlaskClient = app.test_client()
    assert fresh.post(signed(name="a")).status_code == 200
