"""Step 8. Flash-сообщения · Flash messages.

The lesson's words:

    «Flash сообщения в Flask являются способом передачи информации между запросами. Это может быть
    полезно, например, для вывода сообщений об успешном выполнении операции или об ошибках ввода
    данных. Для работы с flash сообщениями используется функция flash(). Она принимает сообщение и
    категорию, к которой это сообщение относится, и сохраняет его во временном хранилище.»
    Flash messages are Flask's way to hand information from one request to another. This is
    useful, for example, to tell that something was done, or of mistakes in what was typed. The
    function flash() does it. It takes a message and the category that the message belongs to, and
    keeps it in a temporary store.

What goes wrong: the store is the session's cookie, and a browser drops a cookie that is too big
without a word, with every message in it (`/big` counts the bytes). And a message without a
category is shown with the same face as all others, the refusals too.
The right way: short messages, a category each, and a template that shows them once, by category.
"""

import os
import secrets
from random import Random
from typing import Any

from flask import Flask, flash, redirect, render_template_string, request, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug import Response

app = Flask(__name__)
# It signs the cookie with the messages. Without one from outside each start draws its own: right
# for development, where a message may be lost with the process.
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex()
# Lax: other sites' forms come without the cookie. Served over HTTPS, add SESSION_COOKIE_SECURE.
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

LIMIT = 4093  # bytes of name and value that every browser keeps


@app.get("/")
def form() -> str:
    """The form; above it, whatever earlier requests have left to say (see PAGE)."""
    return render_template_string(PAGE)


@app.post("/")
def transfer() -> Response:
    """Each outcome has a category. What is stored is a text's key: the page knows the language."""
    coins = request.form.get("coins", 0, type=int)
    if not 1 <= coins <= 100:
        flash("range", "error")
    else:
        flash("done", "success")
        if coins > 50:
            flash("much", "info")
    return redirect(url_for("form"), 303)


@app.post("/plain")
def plain() -> Response:
    """The wrong way: no category. Flask files it under "message", a failure or not."""
    flash("range")
    return redirect(url_for("form"), 303)


@app.get("/big")
def big() -> str:
    """What the cookie would weigh with a long message that does not compress: nothing is sent."""
    message = Random(8).randbytes(LIMIT).hex()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    size = len(serializer.dumps({"_flashes": [("error", message)]})) if serializer else 0
    return render_template_string(PAGE, size=size, limit=LIMIT)


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
        "title": "Flash messages",
        "coins": "How many coins to send (1 to 100)?",
        "send": "Send",
        "plain": "Fail without a category",
        "done": "The coins are sent.",
        "range": "Nothing was sent: it has to be a number from 1 to 100.",
        "much": "That was a lot of coins.",
        "success": "Done",
        "error": "Mistake",
        "info": "Note",
        "message": "No category",
        "only_errors": "Mistakes in this answer: {}",
        "big": "What does a long message weigh?",
        "weighs": "{} bytes in a cookie; browsers keep {}. The message would vanish.",
        "back": "To the form",
    },
    "ru": {
        "title": "Flash-сообщения",
        "coins": "Сколько монет отправить (от 1 до 100)?",
        "send": "Отправить",
        "plain": "Ошибиться без категории",
        "done": "Монеты отправлены.",
        "range": "Ничего не отправлено: нужно число от 1 до 100.",
        "much": "Это было много монет.",
        "success": "Готово",
        "error": "Ошибка",
        "info": "Заметка",
        "message": "Без категории",
        "only_errors": "Ошибок в этом ответе: {}",
        "big": "Сколько весит длинное сообщение?",
        "weighs": "В cookie-файле это {} Б, а браузеры хранят {}. Сообщение пропало бы.",
        "back": "К форме",
    },
}

# get_flashed_messages takes the messages out once a request: asked again in the same page, with
# a filter, it answers from what it took. The next request finds none.
PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<header><a href="?lang=ru" lang="ru">Русский</a> <a href="?lang=en" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if size %}<p>{{ t.weighs.format(size, limit) }}</p>
<p><a href="{{ url_for('form') }}">{{ t.back }}</a></p>
{% else %}{% for category, message in get_flashed_messages(with_categories=true) %}
<p class="{{ category }}" role="{{ 'alert' if category == 'error' else 'status' }}">
<strong>{{ t[category] }}.</strong> {{ t[message] }}</p>{% endfor %}
{% set errors = get_flashed_messages(category_filter=["error"]) %}
{% if errors %}<p>{{ t.only_errors.format(errors|length) }}</p>{% endif %}
<form method="post" action="{{ url_for('transfer') }}">
<label for="coins">{{ t.coins }}</label>
<input id="coins" name="coins" inputmode="numeric">
<button>{{ t.send }}</button>
<button formaction="{{ url_for('plain') }}">{{ t.plain }}</button>
</form>
<p><a href="{{ url_for('big') }}">{{ t.big }}</a></p>
{% endif %}</main>
"""
