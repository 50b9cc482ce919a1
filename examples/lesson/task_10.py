"""Step 10. Сессии · Sessions.

The lesson's words:

    «Сессии в Flask являются способом сохранения данных между запросами. Это может быть полезно,
    например, для хранения информации о пользователе после авторизации или для сохранения состояния
    формы при перезагрузке страницы. Для работы с сессиями в Flask используется объект session. Он
    представляет собой словарь, который можно использовать для записи и чтения данных. По сути
    сессия — продвинутая версия cookies файлов.»
    Sessions are Flask's way to keep data between requests. This is useful, for example, to keep
    information about the user after the login, or the state of a form over a reload of the page.
    The object session does it. It is a dictionary that data can be written to and read from. In
    essence a session is an advanced version of cookies.

What goes wrong: `session["basket"]["apples"] += 1` is lost, because the dictionary sees its own
keys change and not what lies inside them (the button "wrong" counts its first press alone). And
Flask's session is a cookie that is signed, not encrypted: its holder reads it (shown below).
The right way: assign the key, or set `session.modified`; nothing secret and nothing big in it;
a fresh session at login, an empty one at logout.
"""

import os
import secrets
import zlib
from base64 import urlsafe_b64decode
from typing import Any

from flask import Flask, redirect, render_template_string, request, session, url_for
from werkzeug import Response
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
# Who knows the key can log in as anybody: it comes from outside and is in no repository. Without
# one, each start draws its own: right for development, where logins may end with the process.
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex()
# Lax: other sites' forms come without the cookie. Served over HTTPS, add SESSION_COOKIE_SECURE.
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

USER, PASSWORD = "anna", generate_password_hash("kolba")
FIELDS = ("goods", "address", "phone")


@app.get("/")
def show() -> str:
    """Reads the session; a visitor who has stored nothing gets no cookie."""
    return render_template_string(PAGE, draft=session.get("draft", {}), readable=readable())


@app.post("/order")
def order() -> Response:
    """A half-filled form goes to the session: a reload, or tomorrow's page, finds it there."""
    draft = {key: request.form.get(key, "").strip()[:200] for key in FIELDS}
    if all(draft.values()):
        session.pop("draft", None)
        return redirect(url_for("sent"), 303)
    session["draft"] = draft
    return redirect(url_for("show"), 303)


@app.get("/sent")
def sent() -> str:
    """The page after a complete form."""
    return render_template_string(PAGE, sent=True)


@app.post("/login")
def log_in() -> Response | tuple[str, int]:
    """A fresh session for the new identity; only the draft is taken along."""
    known = check_password_hash(PASSWORD, request.form.get("password", ""))
    draft = session.get("draft", {})
    if not known or request.form.get("user", "") != USER:
        return render_template_string(PAGE, draft=draft, refused=True), 422
    session.clear()
    session.update(user=USER, draft=draft)
    return redirect(url_for("show"), 303)


@app.post("/logout")
def log_out() -> Response:
    """Everything goes, the draft too: the next person at this computer may be another."""
    session.clear()
    return redirect(url_for("show"), 303)


@app.post("/wrong")
def wrong_way() -> Response:
    """Works once, when the key is new. After that the session does not see the change."""
    session.setdefault("wrong", {"presses": 0})["presses"] += 1
    return redirect(url_for("show"), 303)


@app.post("/right")
def right_way() -> Response:
    """The same change, announced. (`session["right"] = …` would announce itself.)"""
    session.setdefault("right", {"presses": 0})["presses"] += 1
    session.modified = True
    return redirect(url_for("show"), 303)


def readable() -> str:
    """What the holder of the cookie reads in it without any key."""
    if not session:  # empty, or its signature is wrong: then nothing of it is opened here
        return ""
    cookie = request.cookies["session"]
    payload = cookie.removeprefix(".").split(".")[0]
    data = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return (zlib.decompress(data) if cookie.startswith(".") else data).decode()


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows (Flask itself adds `session`)."""
    presses = {way: session.get(way, {}).get("presses", 0) for way in ("wrong", "right")}
    return {"lang": language(), "t": TEXTS[language()], "fields": FIELDS, "presses": presses}


@app.url_defaults
def keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Every URL that `url_for` makes for a page carries the switch on."""
    if endpoint != "static" and "lang" in request.args:
        values.setdefault("lang", language())


TEXTS = {
    "en": {
        "title": "Sessions",
        "hello": "Hello, {}!",
        "login": "Log in (here: anna, kolba)",
        "user": "User name",
        "password": "Password",
        "enter": "Log in",
        "leave": "Log out",
        "bad": "There is no such user with such a password.",
        "order": "An order: send it half filled, then reload the page",
        "goods": "What to bring",
        "address": "Where to",
        "phone": "Telephone",
        "send": "Send",
        "missing": "This field is still empty.",
        "sent": "The order is complete. Thank you!",
        "inside": "A change inside a value",
        "wrong": "Wrong: pressed {}",
        "right": "Right: pressed {}",
        "readable": "Signed, not encrypted: this is what your cookie says to everyone",
        "back": "To the form",
    },
    "ru": {
        "title": "Сессии",
        "hello": "Здравствуйте, {}!",
        "login": "Вход (здесь: anna, kolba)",
        "user": "Имя пользователя",
        "password": "Пароль",
        "enter": "Войти",
        "leave": "Выйти",
        "bad": "Пользователя с таким именем и паролем нет.",
        "order": "Заказ: отправьте его наполовину пустым и обновите страницу",
        "goods": "Что привезти",
        "address": "Куда",
        "phone": "Телефон",
        "send": "Отправить",
        "missing": "Это поле ещё пусто.",
        "sent": "Заказ заполнен. Спасибо!",
        "inside": "Изменение внутри значения",
        "wrong": "Неверно: нажато {}",
        "right": "Верно: нажато {}",
        "readable": "Подписано, но не зашифровано: вот что ваш cookie-файл говорит любому",
        "back": "К форме",
    },
}

PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<header><a href="{{ url_for('show', lang='ru') }}" lang="ru">Русский</a>
<a href="{{ url_for('show', lang='en') }}" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if sent %}<p class="success">{{ t.sent }}</p>
<p><a href="{{ url_for('show') }}">{{ t.back }}</a></p>
{% else %}{% if session.user %}<p>{{ t.hello.format(session.user) }}</p>
<form method="post" action="{{ url_for('log_out') }}"><button>{{ t.leave }}</button></form>
{% else %}<form method="post" action="{{ url_for('log_in') }}">
<fieldset><legend>{{ t.login }}</legend>
{% if refused %}<p class="error" role="alert">{{ t.bad }}</p>{% endif %}
<label for="user">{{ t.user }}</label>
<input id="user" name="user" autocomplete="username">
<label for="password">{{ t.password }}</label>
<input id="password" name="password" type="password" autocomplete="current-password">
<button>{{ t.enter }}</button>
</fieldset></form>{% endif %}
<h2>{{ t.order }}</h2>
<form method="post" action="{{ url_for('order') }}">
{% for key in fields %}<label for="{{ key }}">{{ t[key] }}</label>
<input id="{{ key }}" name="{{ key }}" value="{{ draft[key] }}" maxlength="200"
{%- if draft and not draft[key] %} aria-describedby="{{ key }}-missing"{% endif %}>
{% if draft and not draft[key] %}<p class="info" id="{{ key }}-missing">{{ t.missing }}</p>
{% endif %}{% endfor %}<button>{{ t.send }}</button>
</form>
<h2>{{ t.inside }}</h2>
<form method="post">
<button formaction="{{ url_for('wrong_way') }}">{{ t.wrong.format(presses.wrong) }}</button>
<button formaction="{{ url_for('right_way') }}">{{ t.right.format(presses.right) }}</button>
</form>
{% if readable %}<h2>{{ t.readable }}</h2>
<p><code>{{ readable }}</code></p>{% endif %}
{% endif %}</main>
"""
