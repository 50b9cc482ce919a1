"""Apps whose `g` is of a class of their own."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, render_template_string, request
from pydantic import BaseModel, EmailStr

from kolba import Cookie, Form, Kolba, current_user, log_in, log_out


class Context:
    """What some applications have for `g`: attributes, and nothing of a dictionary."""

    ledger = "main"


class Address(BaseModel):
    mail: EmailStr


THEME = Cookie("held_theme", str, default="light")


def shop() -> Kolba:
    app = Kolba(__name__)
    app.app_ctx_globals_class = Context  # type: ignore[assignment]
    app.user_loader(str.upper)

    @app.post("/login")
    def login() -> str:
        log_in(request.form["name"])
        return f"{g.ledger} {current_user}"

    @app.post("/logout")
    def logout() -> str:
        log_out()
        return f"{g.ledger} {bool(current_user)}"

    @app.post("/mail")
    def mail(form: Form[Address]) -> Any:
        return form.value.mail if form.valid else render_template_string("{{ form }}", form=form)

    @app.get("/theme")
    def theme() -> str:
        before = THEME.get()
        THEME.set("dark")
        return f"{before} {THEME.get()}"

    return app


def test_each_chapter_keeps_what_it_needs() -> None:
    """What chapters keep for a request needs no `g.get`: who is here, forms, cookies, language."""
    client = shop().test_client()
    assert client.post("/login", data={"name": "anna"}).text == "main ANNA"
    assert client.get("/theme").text == "light dark"
    assert client.get("/theme").headers["Vary"] == "Cookie"
    assert client.post("/mail", data={"mail": "a@example.org"}).text == "a@example.org"
    refused = client.post("/mail", data={"mail": "x"}, headers={"Accept-Language": "ru"})
    assert "адрес" in refused.text
    assert client.post("/logout").text == "main False"


def test_flask_asks_nothing_of_the_class() -> None:
    """Flask itself takes any class for `g`."""
    app = Flask(__name__)
    app.app_ctx_globals_class = Context  # type: ignore[assignment]
    app.add_url_rule("/", "start", lambda: g.ledger)
    assert app.test_client().get("/").text == "main"
