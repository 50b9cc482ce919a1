"""Step 7. Перенаправления · Redirects.

The lesson's words:

    «Перенаправления позволяют перенаправлять пользователя с одной страницы на другую. Это может
    быть полезно, например, для перенаправления пользователя после успешной отправки формы или для
    перенаправления пользователя на страницу авторизации при попытке доступа к защищенной странице
    без авторизации»
    Redirects take the user from one page to another. This is useful, for example, to redirect the
    user after a form was sent, or to the login page when a protected page is asked for without
    having logged in.

What goes wrong: a page that answers the POST itself is sent again by a reload (`/careless` counts
it); and a login page that goes wherever `?next=` says lends this site's name to a forger, who
sends people to a copy of it (`/targets` lists the disguises).
The right way: 303 after a form; and back only to a path of this very site.
"""

import os
import secrets
from collections.abc import Callable
from functools import wraps
from itertools import count
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

SENT = count(1)
USER, PASSWORD = "anna", generate_password_hash("kolba")
HOSTILE = ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example")


def inside(target: str) -> bool:
    """Whether a browser that is sent to `target` stays on this site.

    One slash, then no second one: `//host` is another site. Browsers read a backslash as a slash
    and leave tabs and line ends out, so neither may occur anywhere.
    """
    return (
        target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and target.isprintable()
    )


def login_required(view: Callable[..., str]) -> Callable[..., str | Response]:
    """Strangers are sent to the login page, which is told where they were going."""

    @wraps(view)
    def guarded(**values: Any) -> str | Response:
        if "user" in session:
            return view(**values)
        return redirect(url_for("login", next=request.full_path.rstrip("?")), 303)

    return guarded


@app.get("/")
def form() -> str:
    """A form, and the way to the protected page."""
    return render_template_string(PAGE)


@app.post("/")
def send() -> Response:
    """303 See Other: the browser gets the next page with GET, and a reload repeats only that."""
    return redirect(url_for("thanks", number=next(SENT)), 303)


@app.get("/thanks/<int:number>")
def thanks(number: int) -> str:
    """Where the form leads to."""
    return render_template_string(PAGE, number=number)


@app.post("/careless")
def careless() -> str:
    """The wrong way: the answer to the POST is a page. Reload it and watch the number."""
    return render_template_string(PAGE, number=next(SENT), careless=True)


@app.get("/account")
@login_required
def account() -> str:
    """The protected page. `login_required` stands below the route, so that the route calls it."""
    return render_template_string(PAGE, user=session["user"])


@app.get("/login")
def login() -> str:
    """The login form carries `next` on, unjudged: it is judged where it is used."""
    return render_template_string(PAGE, next=request.args.get("next", ""))


@app.post("/login")
def log_in() -> Response | tuple[str, int]:
    """Back to where the visitor was going, if that is here; else to the account page."""
    target = request.form.get("next", "")
    known = check_password_hash(PASSWORD, request.form.get("password", ""))
    if not known or request.form.get("user", "") != USER:
        return render_template_string(PAGE, next=target, wrong=True), 422
    session.clear()  # nothing of the stranger's session goes on under the new name
    session["user"] = USER
    return redirect(target if inside(target) else url_for("account"), 303)


@app.post("/logout")
def log_out() -> Response:
    """A POST: an image on another site cannot log people out."""
    session.clear()
    return redirect(url_for("form"), 303)


@app.get("/targets")
def targets() -> str:
    """What a login page that trusts `next` would follow, as text beside our answer."""
    return render_template_string(PAGE, targets={to: inside(to) for to in ("/account", *HOSTILE)})


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
        "title": "Redirects",
        "message": "Your message",
        "send": "Send",
        "careless": "Send without a redirect",
        "thanks": "Thank you! Messages so far: {}.",
        "reload": "Reload this page: the browser sends the form again.",
        "once": "Reload this page: nothing is sent again.",
        "account": "The protected page",
        "hello": "Hello, {}! Strangers do not get this page.",
        "login": "Please log in (here: anna, kolba).",
        "user": "User name",
        "password": "Password",
        "enter": "Log in",
        "leave": "Log out",
        "wrong": "There is no such user with such a password.",
        "targets": "Where must a login page not go back to?",
        "yes": "followed",
        "no": "refused",
        "back": "To the start",
    },
    "ru": {
        "title": "Перенаправления",
        "message": "Ваше сообщение",
        "send": "Отправить",
        "careless": "Отправить без перенаправления",
        "thanks": "Спасибо! Сообщений уже: {}.",
        "reload": "Обновите страницу: браузер отправит форму ещё раз.",
        "once": "Обновите страницу: ничего не отправится повторно.",
        "account": "Защищённая страница",
        "hello": "Здравствуйте, {}! Посторонним эта страница не видна.",
        "login": "Войдите, пожалуйста (здесь: anna, kolba).",
        "user": "Имя пользователя",
        "password": "Пароль",
        "enter": "Войти",
        "leave": "Выйти",
        "wrong": "Пользователя с таким именем и паролем нет.",
        "targets": "Куда страница входа не должна возвращать?",
        "yes": "вернёт",
        "no": "откажет",
        "back": "В начало",
    },
}

PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
{% set more = {"next": next} if next else {} %}
<header><a href="?{{ dict(more, lang='ru')|urlencode }}" lang="ru">Русский</a>
<a href="?{{ dict(more, lang='en')|urlencode }}" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if number %}<p class="success">{{ t.thanks.format(number) }}</p>
<p>{{ t.reload if careless else t.once }}</p>
{% elif user %}<p>{{ t.hello.format(user) }}</p>
<form method="post" action="{{ url_for('log_out') }}"><button>{{ t.leave }}</button></form>
{% elif targets %}<h2>{{ t.targets }}</h2>
<ul>{% for target, followed in targets.items() %}
<li><code>{{ target|tojson }}</code>: {{ t.yes if followed else t.no }}</li>{% endfor %}
</ul>
{% elif next is defined %}<p>{{ t.login }}</p>
{% if wrong %}<p class="error" role="alert">{{ t.wrong }}</p>{% endif %}
<form method="post" action="{{ url_for('login') }}">
<input type="hidden" name="next" value="{{ next }}">
<label for="user">{{ t.user }}</label>
<input id="user" name="user" autocomplete="username">
<label for="password">{{ t.password }}</label>
<input id="password" name="password" type="password" autocomplete="current-password">
<button>{{ t.enter }}</button>
</form>
{% else %}<form method="post">
<label for="message">{{ t.message }}</label>
<input id="message" name="message">
<button>{{ t.send }}</button>
<button formaction="{{ url_for('careless') }}">{{ t.careless }}</button>
</form>
<p><a href="{{ url_for('account') }}">{{ t.account }}</a></p>
<p><a href="{{ url_for('targets') }}">{{ t.targets }}</a></p>
{% endif %}{% if number or user or targets or next is defined %}
<p><a href="{{ url_for('form') }}">{{ t.back }}</a></p>
{% endif %}</main>
"""
