"""Step 5. Формы и метод get · Forms and the method get.

The lesson's warning:

    «Важно! Используйте метод get для поиска значения внутри request.form. Так вы избежите ошибок
    обращения к несуществующему ключу. Нет гарантий, что клиент отправит все ключи, которые
    разработчик передаёт в HTML форме.»
    Important! Use the method get to look a value up in request.form. So you avoid the errors of
    access to a key that does not exist. There is no guarantee that the client sends all the keys
    that the developer puts into the HTML form.

What goes wrong: `request.form["letters"]` for a box that is not ticked. Browsers send ticked
boxes only, so the visitor is answered 400 for doing nothing wrong (the button "strict" shows it).
The right way: `get` with a default, `get(..., type=int)`, and `getlist` where there may be many.
"""

from collections import deque
from typing import Any

from flask import Flask, redirect, render_template_string, request, url_for
from werkzeug import Response
from werkzeug.exceptions import BadRequestKeyError

app = Flask(__name__)

DRINKS = ("tea", "coffee")
DAYS = ("saturday", "sunday")
# The memory of one process: a restart forgets it. Real answers stand in a database.
ANSWERS: deque[dict[str, Any]] = deque(maxlen=20)


@app.get("/")
def form() -> str:
    """The form, and the answers so far."""
    return render_template_string(PAGE, answers=tuple(ANSWERS))


@app.post("/")
def answer() -> Response:
    """Takes any form whatever: a key that is missing has a default, a wrong value is no value."""
    sent = request.form
    ANSWERS.append(
        {
            "name": sent.get("name", "").strip()[:50],
            # No default: None is what a form without a chosen radio button means.
            "drink": sent.get("drink") if sent.get("drink") in DRINKS else None,
            # With `type`, text that is not a number gives the default instead of a ValueError.
            "guests": max(0, min(sent.get("guests", 0, type=int), 9)),
            # `get` gives the first value of a key, `getlist` all, and [] if there is none.
            "days": [day for day in sent.getlist("day") if day in DAYS],
            # A ticked box sends its value, one that is not ticked sends nothing.
            "letters": "letters" in sent,
        }
    )
    return redirect(url_for("form"), 303)


@app.post("/strict")
def strict() -> Response:
    """The wrong way: square brackets. Fine until somebody leaves the box alone."""
    request.form["letters"]
    return redirect(url_for("form"), 303)


@app.errorhandler(BadRequestKeyError)
def missing_key(error: BadRequestKeyError) -> tuple[str, int]:
    """What `strict` comes to: 400. Flask names the key in debug mode only; this page always."""
    return render_template_string(PAGE, missing=error.args[0]), 400


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows."""
    return {"lang": language(), "t": TEXTS[language()], "drinks": DRINKS, "days": DAYS}


@app.url_defaults
def keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Every URL that `url_for` makes for a page carries the switch on."""
    if endpoint != "static" and "lang" in request.args:
        values.setdefault("lang", language())


TEXTS = {
    "en": {
        "title": "An invitation: forms",
        "name": "Your name",
        "drink": "What will you drink?",
        "guests": "How many come with you?",
        "day": "Which days suit you?",
        "letters": "Write to me",
        "send": "Send",
        "strict": "Send to the strict view",
        "missing": "400: the strict view wanted this key, and the browser did not send it:",
        "back": "To the form",
        "answers": "Answers",
        "nobody": "without a name",
        "tea": "tea",
        "coffee": "coffee",
        "saturday": "Saturday",
        "sunday": "Sunday",
    },
    "ru": {
        "title": "Приглашение: формы",
        "name": "Ваше имя",
        "drink": "Что будете пить?",
        "guests": "Сколько человек придёт с вами?",
        "day": "Какие дни вам подходят?",
        "letters": "Пишите мне",
        "send": "Отправить",
        "strict": "Отправить строгому представлению",
        "missing": "400: строгому представлению нужен этот ключ, а браузер его не отправил:",
        "back": "К форме",
        "answers": "Ответы",
        "nobody": "без имени",
        "tea": "чай",
        "coffee": "кофе",
        "saturday": "суббота",
        "sunday": "воскресенье",
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
{% if missing %}<p class="error">{{ t.missing }} <code>{{ missing }}</code></p>
<p><a href="{{ url_for('form') }}">{{ t.back }}</a></p>
{% else %}<form method="post" action="{{ url_for('answer') }}">
<label for="name">{{ t.name }}</label><input id="name" name="name" autocomplete="name">
<fieldset><legend>{{ t.drink }}</legend>{% for drink in drinks %}
<label><input type="radio" name="drink" value="{{ drink }}">{{ t[drink] }}</label>{% endfor %}
</fieldset>
<label for="guests">{{ t.guests }}</label>
<input id="guests" name="guests" type="number" min="0" max="9" value="0">
<fieldset><legend>{{ t.day }}</legend>{% for day in days %}
<label><input type="checkbox" name="day" value="{{ day }}">{{ t[day] }}</label>{% endfor %}
</fieldset>
<label><input type="checkbox" name="letters">{{ t.letters }}</label>
<button>{{ t.send }}</button>
<button formaction="{{ url_for('strict') }}">{{ t.strict }}</button>
</form>
{% if answers %}<h2>{{ t.answers }}</h2>
<ul>{% for one in answers %}<li>{{ one.name or t.nobody }}, +{{ one.guests }}
{%- if one.drink %}, {{ t[one.drink] }}{% endif %}
{%- for day in one.days %}, {{ t[day] }}{% endfor %}
{%- if one.letters %}, {{ t.letters }}{% endif %}</li>
{% endfor %}</ul>{% endif %}
{% endif %}</main>
"""
