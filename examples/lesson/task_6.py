"""Step 6. Альтернатива: try и KeyError; форма помнит введённое · KeyError, and a form that keeps.

The lesson's warning:

    «Альтернатива - блок try с обработкой KeyError.»
    The alternative is a try block that handles KeyError.

What goes wrong: `get` with a default cannot tell "left empty" from "never sent", so half a form
from a broken program looks like a person's mistake; and square brackets alone answer a bare 400
that names nothing. And: a form that comes back empty makes people type everything again.
The right way: `try … except KeyError` where every key has to be there (400, with the key's name);
after that, check the values, and show the form again filled with what was typed (422), each
message beside its field. A password alone is never sent back.
"""

from itertools import count
from typing import Any

from flask import Flask, redirect, render_template_string, request, url_for
from werkzeug import Response

app = Flask(__name__)

NUMBERS = count(1)


@app.get("/")
def form() -> str:
    """The empty form."""
    return render_template_string(PAGE, typed={}, errors={})


@app.post("/")
def register() -> Response | tuple[str, int]:
    """Reads all or nothing, then checks, then redirects: 303, so a reload sends nothing twice."""
    try:
        typed = {key: request.form[key].strip() for key in ("name", "email", "age")}
        password = request.form["password"]
    except KeyError as missing:
        # What Flask raises here is both a KeyError and a 400; caught, it can name the key.
        return render_template_string(PAGE, missing=missing.args[0]), 400
    if errors := mistakes(typed, password):
        return render_template_string(PAGE, typed=typed, errors=errors), 422
    return redirect(url_for("welcome", number=next(NUMBERS)), 303)


@app.get("/welcome/<int:number>")
def welcome(number: int) -> str:
    """The page after the form: safe to reload and to keep as a bookmark."""
    return render_template_string(PAGE, number=number)


def mistakes(typed: dict[str, str], password: str) -> dict[str, str]:
    """Which field is wrong, and the key of the text that says how."""
    wrong = {}
    if not typed["name"]:
        wrong["name"] = "empty"
    if "@" not in typed["email"]:
        wrong["email"] = "no_at"
    if not typed["age"].isdecimal() or not 1 <= int(typed["age"][:4]) <= 150:
        wrong["age"] = "no_age"
    if len(password) < 8:
        wrong["password"] = "short"
    elif wrong:
        wrong["password"] = "again"
    return wrong


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


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
        "missing": "400: this key of the form did not arrive:",
        "empty": "Please write a name.",
        "no_at": "An email address has an @ in it.",
        "no_age": "Please write a whole number from 1 to 150.",
        "short": "This password is too short.",
        "again": "Please type the password again: it is never sent back.",
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
        "missing": "400: этот ключ формы не пришёл:",
        "empty": "Напишите, пожалуйста, имя.",
        "no_at": "В адресе электронной почты есть знак @.",
        "no_age": "Напишите, пожалуйста, целое число от 1 до 150.",
        "short": "Этот пароль слишком короткий.",
        "again": "Введите пароль ещё раз: обратно он не отправляется.",
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
{% elif missing %}<p class="error">{{ t.missing }} <code>{{ missing }}</code></p>
{% else %}<form method="post" action="{{ url_for('register') }}" novalidate>
{% for key, kind in {"name": "text", "email": "email", "age": "text", "password": "password"}
  .items() %}<label for="{{ key }}">{{ t[key] }}</label>
<input id="{{ key }}" name="{{ key }}" type="{{ kind }}" value="{{ typed[key] }}"
{%- if errors[key] %} aria-invalid="true" aria-describedby="{{ key }}-error"{% endif %}>
{% if errors[key] %}<p class="error" id="{{ key }}-error">{{ t[errors[key]] }}</p>
{% endif %}{% endfor %}
<button>{{ t.send }}</button>
</form>
<form method="post" action="{{ url_for('register') }}">
<input type="hidden" name="name" value="{{ typed.name }}">
<button>{{ t.half }}</button>
</form>
{% endif %}{% if number or missing %}<p><a href="{{ url_for('form') }}">{{ t.back }}</a></p>
{% endif %}</main>
"""
