"""Step 6 with Kolba. Форма помнит введённое · A form that keeps what was typed.

The plain version is `task_6.py`; this one has neither `try` nor `KeyError` nor `mistakes`.

The lesson's alternative tells "left empty" from "never sent" by hand, and its 400 takes away what
did arrive. Here a form that is not whole is treated like one that is wrong: it comes back with all
that was sent, every message beside its field and a summary above that leads to them, by HTML that
screen readers follow. The password's type is `SecretStr`, and by that alone it is never written
back, logged or kept. A program that sends JSON to the same view gets the same judgement as problem
details (RFC 9457).
"""

from itertools import count
from typing import Any

from pydantic import BaseModel, EmailStr, Field, SecretStr
from werkzeug import Response

from kolba import Form, Kolba, redirect, render_template_string, request, url_for

app = Kolba(__name__)

NUMBERS = count(1)


class Registration(BaseModel):
    """What is asked for. Titles are keys of TEXTS, which knows the page's languages."""

    name: str = Field(min_length=1, max_length=80, title="name")
    email: EmailStr = Field(title="email")
    age: int = Field(ge=1, le=150, title="age")
    password: SecretStr = Field(min_length=8, title="password")


@app.route("/", methods=["GET", "POST"])
def register(form: Form[Registration]) -> str | Response:
    """One view: the empty form, the refused one (filled, 422), and the way on from a good one."""
    if form.valid:
        return redirect(url_for("welcome", number=next(NUMBERS)))
    return render_template_string(PAGE, form=form)


@app.get("/welcome/<int:number>")
def welcome(number: int) -> str:
    """The page after the form: safe to reload and to keep as a bookmark."""
    return render_template_string(PAGE, number=number)


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language
# The model's titles as TEXTS has them; all messages are Kolba's own.
app.config["KOLBA_GETTEXT"] = lambda text: TEXTS[language()].get(text, text)


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows."""
    return {"lang": language(), "t": TEXTS[language()]}


@app.url_defaults
def keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Every URL that `url_for` makes for a page carries the switch on."""
    if endpoint != "static" and "lang" in request.args:
        values.setdefault("lang", language())


TEXTS = {
    "en": {
        "title": "Registration: a form that keeps what was typed",
        "name": "Name",
        "email": "Email",
        "age": "Age",
        "password": "Password, at least 8 characters",
        "send": "Send",
        "half": "Send half of the form",
        "welcome": "Thank you! You are number {}.",
        "back": "To the form",
    },
    "ru": {
        "title": "Регистрация: форма, которая помнит введённое",
        "name": "Имя",
        "email": "Электронная почта",
        "age": "Возраст",
        "password": "Пароль, не короче 8 знаков",
        "send": "Отправить",
        "half": "Отправить половину формы",
        "welcome": "Спасибо! Ваш номер: {}.",
        "back": "К форме",
    },
}

PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<header><a href="?lang=ru" lang="ru">Русский</a> <a href="?lang=en" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if number %}<p class="success">{{ t.welcome.format(number) }}</p>
<p><a href="{{ url_for('register') }}">{{ t.back }}</a></p>
{% else %}{{ form(submit=t.send, novalidate=True) }}
<form method="post">
<input type="hidden" name="name" value="Anna">
<button>{{ t.half }}</button>
</form>
{% endif %}</main>
"""
