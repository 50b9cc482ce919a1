"""Step 7 with Kolba. Перенаправления · Redirects.

The plain version is `task_7.py`; this one has no `inside`, no `login_required` and no key of its
own: all three are imported, or not needed.

In Flask a redirect goes wherever it is told to, so that every view which takes its target from the
request has to judge it, with all its disguises; the one that forgets lends this site's name to a
forger. Here no answer leads a browser to an origin that the app has not named, whoever wrote the
`Location`: it is a 400 that says what happened. The login gate keeps the way back in the session
and not in the address, so there is no `?next=` to forge at all; a login that another site's form
sends is refused. After a form the answer is 303 by itself.
"""

from itertools import count
from typing import Any

from werkzeug import Response
from werkzeug.security import check_password_hash, generate_password_hash

from kolba import (
    Kolba,
    current_identity,
    is_safe_target,
    log_in,
    log_out,
    login_required,
    redirect,
    redirect_back,
    render_template_string,
    request,
    url_for,
)

app = Kolba(__name__)
app.login_view = "login"

SENT = count(1)
USER, PASSWORD = "anna", generate_password_hash("kolba")
HOSTILE = ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example")


@app.get("/")
def form() -> str:
    """A form, and the way to the protected page."""
    return render_template_string(PAGE)


@app.post("/")
def send() -> Response:
    """303 See Other, by itself: the browser gets the next page with GET, a reload only that."""
    return redirect(url_for("thanks", number=next(SENT)))


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
    return render_template_string(PAGE, user=current_identity)


@app.get("/login")
def login() -> str:
    """The login form. Where the visitor was going is in the session, and not in the page."""
    return render_template_string(PAGE, entering=True)


@app.post("/login")
def enter() -> Response | tuple[str, int]:
    """`log_in` makes the session another's, under a new id; `redirect_back` knows the way."""
    known = check_password_hash(PASSWORD, request.form.get("password", ""))
    if not known or request.form.get("user", "") != USER:
        return render_template_string(PAGE, entering=True, wrong=True), 422
    log_in(USER)
    return redirect_back(url_for("account"))


@app.post("/logout")
def leave() -> Response:
    """The session ends in the store: a copy of its cookie is worth nothing any more."""
    log_out()
    return redirect(url_for("form"))


@app.get("/targets")
def targets() -> str:
    """What a login page that trusts `next` would follow, as text beside our answer."""
    judged = {to: is_safe_target(to) for to in ("/account", *HOSTILE)}
    return render_template_string(PAGE, targets=judged)


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language


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
<header><a href="?lang=ru" lang="ru">Русский</a> <a href="?lang=en" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if number %}<p class="success">{{ t.thanks.format(number) }}</p>
<p>{{ t.reload if careless else t.once }}</p>
{% elif user %}<p>{{ t.hello.format(user) }}</p>
<form method="post" action="{{ url_for('leave') }}"><button>{{ t.leave }}</button></form>
{% elif targets %}<h2>{{ t.targets }}</h2>
<ul>{% for target, followed in targets.items() %}
<li><code>{{ target|tojson }}</code>: {{ t.yes if followed else t.no }}</li>{% endfor %}
</ul>
{% elif entering %}<p>{{ t.login }}</p>
{% if wrong %}<p class="error" role="alert">{{ t.wrong }}</p>{% endif %}
<form method="post" action="{{ url_for('enter') }}">
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
{% endif %}{% if number or user or targets or entering %}
<p><a href="{{ url_for('form') }}">{{ t.back }}</a></p>
{% endif %}</main>
"""
