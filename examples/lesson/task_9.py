"""Step 9. Cookie-файлы · Cookies.

The lesson's words:

    «Cookie файлы — это небольшие текстовые файлы, которые хранятся в браузере пользователя и
    используются для хранения информации о пользователе и его предпочтениях на сайте.»
    Cookies are small text files that are kept in the user's browser, and that are used to keep
    information about the user and the user's preferences on the site.

What goes wrong: the file is the visitor's, who can write anything into it. A value pasted into a
page, a file name or a query as it came is an attack; a value that is trusted ("admin=1") is a lie
waiting to be told. The page shows what came in, as text, and what was made of it.
The right way: only values from a list are taken, all others mean the default; each cookie has a
lifetime and says who may read it (HttpOnly) and when it travels (SameSite, Secure).
"""

from typing import Any

from flask import Flask, make_response, redirect, render_template_string, request, url_for
from werkzeug import Response

app = Flask(__name__)

YEAR = 365 * 24 * 60 * 60
# A preference and its allowed values. The first one is the default ("auto": as the browser asks).
CHOICES = {"lang": ("auto", "ru", "en"), "theme": ("auto", "light", "dark")}


def preference(name: str) -> str:
    """What the visitor prefers; the default where the cookie holds anything but a choice."""
    value = request.cookies.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


@app.get("/")
def show() -> Response:
    """The page in the visitor's language and theme; `Vary` tells caches what it depends on."""
    response = make_response(render_template_string(PAGE))
    response.vary.update(["Accept-Language", "Cookie"])
    return response


@app.post("/")
def save() -> Response:
    """Cookies go out with the answer, here with the redirect; the next request brings them."""
    response = redirect(url_for("show"), 303)
    for name, choices in CHOICES.items():
        value = request.form.get(name, "")
        if value in choices:
            response.set_cookie(
                name,
                value,
                max_age=YEAR,  # without it the cookie ends with the browser's window
                secure=request.is_secure,  # over HTTPS, never back over HTTP
                httponly=True,  # no script needs it, so no script may read it
                samesite="Lax",  # not with other sites' forms and frames
            )
    return response


@app.post("/forget")
def forget() -> Response:
    """A cookie is deleted by one that has expired, of the same name, path and attributes."""
    response = redirect(url_for("show"), 303)
    for name in CHOICES:
        response.delete_cookie(name, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def language() -> str:
    """The preferred language, else the browser's own wish. Here the cookie is the switch."""
    chosen = preference("lang")
    return chosen if chosen in TEXTS else request.accept_languages.best_match(TEXTS, "en")


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows."""
    used = {name: preference(name) for name in CHOICES}
    return {"lang": language(), "t": TEXTS[language()], "choices": CHOICES, "used": used}


TEXTS = {
    "en": {
        "title": "Cookies",
        "lang": "Language",
        "theme": "Theme",
        "auto": "as the browser asks",
        "ru": "Русский",
        "en": "English",
        "light": "light",
        "dark": "dark",
        "save": "Keep for a year",
        "forget": "Forget me",
        "came": "What your browser sent, and what was taken from it",
        "name": "Name",
        "sent": "Sent",
        "taken": "Taken",
        "none": "nothing",
    },
    "ru": {
        "title": "Cookie-файлы",
        "lang": "Язык",
        "theme": "Тема",
        "auto": "как просит браузер",
        "ru": "Русский",
        "en": "English",
        "light": "светлая",
        "dark": "тёмная",
        "save": "Запомнить на год",
        "forget": "Забыть меня",
        "came": "Что прислал ваш браузер и что из этого взято",
        "name": "Имя",
        "sent": "Прислано",
        "taken": "Взято",
        "none": "ничего",
    },
}

PAGE = """<!doctype html>
<html lang="{{ lang }}" data-theme="{{ used.theme }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<main>
<h1>{{ t.title }}</h1>
<form method="post" action="{{ url_for('save') }}">
{% for name, values in choices.items() %}<label for="{{ name }}">{{ t[name] }}</label>
<select id="{{ name }}" name="{{ name }}">{% for value in values %}
<option value="{{ value }}"{% if value in ("ru", "en") %} lang="{{ value }}"{% endif %}
{%- if value == used[name] %} selected{% endif %}>{{ t[value] }}</option>{% endfor %}
</select>
{% endfor %}<button>{{ t.save }}</button>
<button formaction="{{ url_for('forget') }}">{{ t.forget }}</button>
</form>
<table>
<caption>{{ t.came }}</caption>
<tr><th scope="col">{{ t.name }}</th><th scope="col">{{ t.sent }}</th>
<th scope="col">{{ t.taken }}</th></tr>
{% for name in choices %}<tr><th scope="row"><code>{{ name }}</code></th>
<td>{% if name in request.cookies %}<code>{{ request.cookies[name] }}</code>
{%- else %}{{ t.none }}{% endif %}</td>
<td><code>{{ used[name] }}</code></td></tr>
{% endfor %}</table>
</main>
"""
