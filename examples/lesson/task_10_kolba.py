"""Step 10 with Kolba. Сессии · Sessions.

The plain version is `task_10.py`; this one differs in the class, and has no key and no `modified`.

"In essence an advanced version of cookies", the lesson says of Flask's session, and that is its
trouble: the holder reads it, keeps a copy that outlives the logout, and two requests at once
overwrite each other's keys. Here the session is a record on the server (one SQLite file, nothing
to configure) and the browser holds a random number. A change inside of a value is kept without an
announcement, different keys that are written at once both win, `increment` counts right whatever
happens at once, and after a logout no copied cookie brings anything back. `log_in` gives the
session a new number.
"""

from typing import Any

from werkzeug import Response
from werkzeug.security import check_password_hash, generate_password_hash

from kolba import (
    Kolba,
    current_identity,
    log_in,
    log_out,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)

app = Kolba(__name__)

USER, PASSWORD = "anna", generate_password_hash("kolba")
FIELDS = ("goods", "address", "phone")


@app.get("/")
def show() -> str:
    """Reads the session; a visitor who has stored nothing gets no cookie."""
    return render_template_string(PAGE, draft=session.get("draft", {}))


@app.post("/order")
def order() -> Response:
    """A half-filled form goes to the session: a reload, or tomorrow's page, finds it there."""
    draft = {key: request.form.get(key, "").strip()[:200] for key in FIELDS}
    if all(draft.values()):
        session.pop("draft", None)
        return redirect(url_for("sent"))
    session["draft"] = draft
    return redirect(url_for("show"))


@app.get("/sent")
def sent() -> str:
    """The page after a complete form."""
    return render_template_string(PAGE, sent=True)


@app.post("/login")
def enter() -> Response | tuple[str, int]:
    """A new number for the session of the new identity; a stranger's draft is taken along."""
    known = check_password_hash(PASSWORD, request.form.get("password", ""))
    if not known or request.form.get("user", "") != USER:
        return render_template_string(PAGE, draft=session.get("draft", {}), refused=True), 422
    log_in(USER)
    return redirect(url_for("show"))


@app.post("/logout")
def leave() -> Response:
    """Everything goes, the draft too, and for good: the record is deleted."""
    log_out()
    return redirect(url_for("show"))


@app.post("/wrong")
def inside() -> Response:
    """The very line that Flask's session does not see. It is kept."""
    session.setdefault("wrong", {"presses": 0})["presses"] += 1
    return redirect(url_for("show"))


@app.post("/right")
def counted() -> Response:
    """Counted by the store, in one step: two presses at once are two."""
    session.increment("presses")
    return redirect(url_for("show"))


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows (Flask itself adds `session`)."""
    presses = {"wrong": session.get("wrong", {}).get("presses", 0)}
    presses["right"] = session.get("presses", 0)
    known = {"lang": language(), "t": TEXTS[language()], "fields": FIELDS, "presses": presses}
    return {**known, "user": current_identity}


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
        "inside": "A change inside a value, and a count",
        "wrong": "Inside: pressed {}",
        "right": "Counted: pressed {}",
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
        "inside": "Изменение внутри значения и счётчик",
        "wrong": "Внутри: нажато {}",
        "right": "Счётчик: нажато {}",
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
{% else %}{% if user %}<p>{{ t.hello.format(user) }}</p>
<form method="post" action="{{ url_for('leave') }}"><button>{{ t.leave }}</button></form>
{% else %}<form method="post" action="{{ url_for('enter') }}">
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
<button formaction="{{ url_for('inside') }}">{{ t.wrong.format(presses.wrong) }}</button>
<button formaction="{{ url_for('counted') }}">{{ t.right.format(presses.right) }}</button>
</form>
{% endif %}</main>
"""
