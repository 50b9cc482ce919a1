"""Step 9 with Kolba. Cookie-файлы · Cookies.

The plain version is `task_9.py`; this one declares its two cookies, and never names them again.

In Flask a cookie's list of values, its lifetime and its attributes stand in three views, and have
to stay the same in all of them, or it is not deleted. Here each is declared once, and `get`, `set`
and `delete` go by that. What the browser sends is a value of the type, or the default. Over HTTPS
the cookie is called `__Host-theme`: a sister subdomain, or anybody on the plain-text network,
cannot plant one over it. A cookie that no browser would keep is an error at its line, and `kolba
cookies` prints the table for the privacy page.
"""

from datetime import timedelta
from typing import Any, Literal, get_args

from werkzeug import Response

from kolba import Cookie, Kolba, make_response, redirect, render_template_string, request, url_for

app = Kolba(__name__)

Language = Literal["auto", "ru", "en"]
Theme = Literal["auto", "light", "dark"]
YEAR = timedelta(days=365)
# A preference and its allowed values. The first one is the default ("auto": as the browser asks).
CHOICES = {"lang": get_args(Language), "theme": get_args(Theme)}
COOKIES = {
    "lang": Cookie("lang", Language, default="auto", life=YEAR, purpose="language of the pages"),
    "theme": Cookie("theme", Theme, default="auto", life=YEAR, purpose="light or dark pages"),
}


@app.get("/")
def show() -> Response:
    """The page in the visitor's language and theme. (`Vary: Cookie` comes by itself.)"""
    response = make_response(render_template_string(PAGE))
    response.vary.add("Accept-Language")
    return response


@app.post("/")
def save() -> Response:
    """Cookies go out with the answer, here with the redirect; no response has to be at hand."""
    for name, choices in CHOICES.items():
        if (value := request.form.get(name, "")) in choices:
            COOKIES[name].set(value)
    return redirect(url_for("show"))


@app.post("/forget")
def forget() -> Response:
    """Deleted by the declaration: the same name, path and attributes."""
    for cookie in COOKIES.values():
        cookie.delete()
    return redirect(url_for("show"))


def language() -> str:
    """The preferred language, else the browser's own wish. Here the cookie is the switch."""
    chosen = COOKIES["lang"].get()
    return chosen if chosen in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows."""
    used = {name: cookie.get() for name, cookie in COOKIES.items()}
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
