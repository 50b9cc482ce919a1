"""Step 8 with Kolba. Flash-сообщения · Flash messages.

The plain version is `task_8.py`; this one differs in the class, and sends the long message.

The lesson's "temporary store" is, in Flask, the visitor's own cookie: a message that is too long
vanishes with all others, and whatever asks first takes what is there, be it a prefetch, a HEAD of
a link checker or the other tab. Here the store is a store. A message has no size cliff (`/big`
sends one that no cookie would hold), is shown once, on the page that its redirect led to, and is
given back if that page failed. No secret key is needed, since nothing is left with the visitor
but a random number.
"""

from random import Random
from typing import Any

from werkzeug import Response

from kolba import Kolba, flash, redirect, render_template_string, request, url_for

app = Kolba(__name__)

LIMIT = 4093  # bytes of name and value of a cookie that every browser keeps


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
    return redirect(url_for("form"))


@app.post("/plain")
def plain() -> Response:
    """The wrong way: no category. Flask files it under "message", a failure or not."""
    flash("range")
    return redirect(url_for("form"))


@app.post("/big")
def big() -> Response:
    """A message that no cookie would hold, compressed or not. It arrives."""
    flash(Random(8).randbytes(LIMIT).hex(), "info")
    return redirect(url_for("form"))


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
        "big": "Send a message that no cookie would hold",
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
        "big": "Отправить сообщение, которое не вместит ни один cookie-файл",
    },
}

# Asked again in the same page, with a filter, get_flashed_messages answers from what it took. The
# messages are deleted when the page has left, and given back if it failed.
PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<header><a href="?lang=ru" lang="ru">Русский</a> <a href="?lang=en" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% for category, message in get_flashed_messages(with_categories=true) %}
<p class="{{ category }}" role="{{ 'alert' if category == 'error' else 'status' }}">
<strong>{{ t[category] }}.</strong> {% if message in t %}{{ t[message] }}{% else %}
<code>{{ message }}</code>{% endif %}</p>{% endfor %}
{% set errors = get_flashed_messages(category_filter=["error"]) %}
{% if errors %}<p>{{ t.only_errors.format(errors|length) }}</p>{% endif %}
<form method="post" action="{{ url_for('transfer') }}">
<label for="coins">{{ t.coins }}</label>
<input id="coins" name="coins" inputmode="numeric">
<button>{{ t.send }}</button>
<button formaction="{{ url_for('plain') }}">{{ t.plain }}</button>
<button formaction="{{ url_for('big') }}">{{ t.big }}</button>
</form>
</main>
"""
