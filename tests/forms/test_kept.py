"""Refused forms over a redirect: shown again on their page, once, whatever else happens."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from flask import Flask, redirect, render_template_string, request, session
from pydantic import BaseModel, Field, SecretStr, field_validator

from kolba import File, Form, Kolba, Upload
from kolba.errors import ConfigError
from kolba.stores import StoreDown, store_of
from tests.forms.reading import Page


@pytest.fixture(autouse=True)
def _a_real_store(_state_in_memory: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that is tested gets a SQLite file of its own."""
    monkeypatch.delenv("KOLBA_STATE")


class Line(BaseModel):
    amount: int


class Order(BaseModel):
    name: str = Field(min_length=3)
    secret: SecretStr | None = None
    lines: list[Line] = []
    paper: Annotated[Upload | None, File(types=[".pdf"])] = None

    @field_validator("name")
    @classmethod
    def known(cls, name: str) -> str:
        if name == "nobody":
            raise ValueError("Nobody has this name.")
        return name


def create_app(**config: Any) -> Flask:
    app = Kolba(__name__)
    app.config.update(TESTING=True, **config)

    @app.get("/order")
    @app.get("/other")
    def ask(form: Form[Order]) -> str:
        return render_template_string("{{ form }}", form=form)

    @app.get("/broken")
    def broken(form: Form[Order]) -> Any:
        assert form.mistakes
        return "oh", 500

    @app.post("/order")
    def take(form: Form[Order]) -> Any:
        if not form.valid:
            return form.redirect_back(request.args.get("to"))
        return redirect("/done")

    return app


WRONG = {"name": "я", "secret": "hunter2", "lines.0.amount": "x", "lines.3.amount": "5"}


def named(html: str) -> str | None:
    return Page(html).one("name").get("value")


def test_input_and_errors_come_back_once() -> None:
    """303 to the page; there the input and the errors, without the secret; then never again."""
    client = create_app().test_client()
    answer = client.post("/order", data=WRONG)
    assert (answer.status_code, answer.location) == (303, "/order")
    shown = client.get("/order")
    page = Page(shown.text)
    assert shown.status_code == 200
    assert page.one("name")["value"] == "я"
    assert page.one("lines.0.amount")["value"] == "x"
    assert page.one("lines.1.amount")["value"] == "5"
    assert page.one("name")["aria-invalid"] == "true"
    assert "Enter at least 3 characters." in page.words
    assert "hunter2" not in shown.text
    assert shown.cache_control.no_store
    assert named(client.get("/order").text) is None


def test_the_language_is_that_of_the_page() -> None:
    """Errors are kept by kind and said again in the language of whoever reads them."""
    client = create_app().test_client()
    client.post("/order", data=WRONG)
    assert "не меньше 3 символов" in client.get("/order", headers={"Accept-Language": "ru"}).text
    client.post("/order", data={"name": "nobody"})
    assert "Nobody has this name." in client.get("/order").text


def test_nothing_else_takes_it() -> None:
    """HEAD, prefetch, a script's fetch, another page, another visitor: it waits for its page."""
    app = create_app()
    client = app.test_client()
    client.post("/order", data=WRONG)
    client.head("/order")
    client.get("/order", headers={"Sec-Purpose": "prefetch"})
    client.get("/order", headers={"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"})
    assert named(client.get("/other").text) is None
    assert named(client.get("/order?page=2").text) is None
    assert named(app.test_client().get("/order").text) is None
    assert named(client.get("/order").text) == "я"


def test_a_page_that_failed_gives_it_back() -> None:
    """When the page answers 500, the next try shows the input all the same."""
    client = create_app().test_client()
    client.post("/order?to=/broken", data=WRONG)
    assert client.get("/broken").status_code == 500
    assert client.get("/broken").status_code == 500


def test_the_page_is_where_the_form_was_sent_from() -> None:
    """The referrer if it is of this site, with its query; never another site's."""
    client = create_app().test_client()
    here = client.post("/order", data=WRONG, headers={"Referer": "http://localhost/order?a=1"})
    assert here.location.endswith("/order?a=1")
    assert named(client.get("/order?a=1").text) == "я"
    there = client.post("/order", data=WRONG, headers={"Referer": "http://evil.test/order"})
    assert there.location == "/order"


def test_json_clients_get_problem_details() -> None:
    """A program is not sent anywhere: it gets 422 and the errors."""
    answer = create_app().test_client().post("/order", json={"name": ""})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_form_that_is_too_large_to_keep_is_shown() -> None:
    """413 with the setting's name and the text: it is not lost."""
    client = create_app(KOLBA_FORM_KEEP_SIZE=100).test_client()
    answer = client.post("/order", data={**WRONG, "lines.0.amount": "долго " * 50})
    assert answer.status_code == 413
    assert "KOLBA_FORM_KEEP_SIZE" in answer.text
    assert "долго долго" in answer.text
    assert "hunter2" not in answer.text


def test_a_store_that_is_down_shows_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the text, and `Retry-After`: it is not lost."""
    app = create_app()

    def down(*args: Any, **kwargs: Any) -> None:
        raise StoreDown("the disk is full")

    monkeypatch.setattr(store_of(app), "put", down)
    answer = app.test_client().post("/order", data=WRONG, headers={"Accept-Language": "ru"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Ваш текст" in answer.text
    assert ">\nя<" in answer.text
    assert "hunter2" not in answer.text


def test_who_has_the_id_from_before_a_log_in_takes_and_leaves_nothing() -> None:
    """What the person who is in has sent is theirs, and no stranger fills a form for them."""
    app = create_app()
    app.add_url_rule("/in", "in", lambda: str(session.update(user="anna")))
    client, stranger = app.test_client(), app.test_client()
    client.post("/order", data={"name": "a"})
    planted = client.get_cookie("session")
    assert planted and named(client.get("/order").text) == "a"
    stranger.set_cookie("session", planted.value)
    client.get("/in")
    client.post("/order", data={"name": "b"})
    assert not named(stranger.get("/order").text)
    refused = stranger.post("/order", data={"name": "x"})
    assert refused.status_code == 503 and ">\nx<" in refused.text, "the text is not lost"
    assert named(client.get("/order").text) == "b"
    assert not named(client.get("/order").text)


@pytest.mark.parametrize("address", ["192.0.2.{}", "2001:db8::{}"])
def test_nobody_fills_the_store(address: str) -> None:
    """Past 8 MB at a time a network's forms are shown at once, and others' are kept."""
    app = create_app()
    big = {"name": "я", "lines.0.amount": "x" * 200_000}

    def send(last: int) -> Any:
        number = 1 if "." in address else last
        host = {"REMOTE_ADDR": address.format(number)}
        return app.test_client().post("/order", data=big, environ_overrides=host)

    statuses = [send(n).status_code for n in range(1, 60)]
    kept = statuses.count(303)
    assert 30 < kept < 50 and statuses == [303] * kept + [503] * (59 - kept)
    assert ">\nя<" in send(1).text
    other = {"REMOTE_ADDR": "198.51.100.1"}
    answer = app.test_client().post("/order", data=big, environ_overrides=other)
    assert answer.status_code == 303


def test_without_a_store_the_error_says_so() -> None:
    """With sessions in Flask's cookie there is nowhere to keep a form: the error names it."""
    app = create_app(KOLBA_STATE="cookie:", SECRET_KEY="of the tests")
    with pytest.raises(ConfigError, match=r"KOLBA_STATE is 'cookie:'"):
        app.test_client().post("/order", data=WRONG)
    assert app.test_client().get("/order").status_code == 200


def test_a_visitor_who_sends_nothing_wrong_stores_nothing() -> None:
    """A page with a form makes no session; only a refused form does."""
    client = create_app().test_client()
    assert "Set-Cookie" not in client.get("/order").headers
    assert "Set-Cookie" not in client.post("/order", data={"name": "Анна"}).headers
    client.post("/order", data=WRONG)
    with client.session_transaction() as kept:
        assert list(kept) == ["_kolba_forms"]
    assert session is not None


def test_old_ones_go_first_and_all_end() -> None:
    """At most twenty wait for one visitor, and each ends after `KOLBA_FORM_KEEP` seconds."""
    client = create_app(KOLBA_FORM_KEEP=0).test_client()
    client.post("/order", data=WRONG)
    assert named(client.get("/order").text) is None
