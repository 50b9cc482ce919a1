"""Step 4. Декораторы get и post вместо route · The decorators get and post in place of route.

The lesson's line:

    «замена декоратора route на get и post»
    the decorator route replaced by get and post

What goes wrong: one view for both methods asks `if request.method == "POST"`, and all that is
neither (HEAD, say) takes the other branch unseen. `@app.get(..., methods=[...])` is refused while
the app starts (`/trap` shows the words).
The right way: a function for each method. The same URL may have both; a method that has no
function is answered 405, with the list of those that have one.
"""

from itertools import count
from typing import Any

from flask import Flask, redirect, render_template_string, request, url_for
from werkzeug import Response
from werkzeug.exceptions import MethodNotAllowed

app = Flask(__name__)

# The memory of one process: a restart forgets it. A real list stands in a database.
ITEMS: dict[int, str] = {}
NUMBERS = count(1)


@app.get("/")
def show() -> str:
    """GET / shows the list, and changes nothing."""
    return render_template_string(PAGE, items=dict(ITEMS))


@app.post("/")
def add() -> Response:
    """POST / adds to it: the same URL, another function, its own name for `url_for`."""
    text = request.form.get("text", "").strip()
    if text and len(ITEMS) < 20:
        ITEMS[next(NUMBERS)] = text[:100]
    return redirect(url_for("show"), 303)


@app.post("/<int:number>/remove")
def remove(number: int) -> Response:
    """POST alone: a crawler that follows every link cannot empty the list."""
    ITEMS.pop(number, None)
    return redirect(url_for("show"), 303)


@app.get("/trap")
def trap() -> str:
    """`get` has chosen the method, so it takes no `methods`: tried on an app that serves nobody."""
    try:
        Flask(__name__).get("/both", methods=["GET", "POST"])(show)
    except TypeError as error:
        return render_template_string(PAGE, refusal=str(error))
    return ""


@app.errorhandler(MethodNotAllowed)
def wrong_method(error: MethodNotAllowed) -> tuple[str, int, dict[str, str]]:
    """Says in the visitor's language what the router has found."""
    allow = ", ".join(sorted(error.valid_methods or ()))
    return render_template_string(PAGE, refused=request.method, allow=allow), 405, {"Allow": allow}


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
        "title": "A shopping list: get and post",
        "text": "What to buy",
        "add": "Add",
        "remove": "Remove",
        "trap": "What does get say to methods=?",
        "says": "The app does not start, and Flask says:",
        "refused": "Nothing here answers the method {}. There is an answer to:",
        "back": "To the list",
    },
    "ru": {
        "title": "Список покупок: get и post",
        "text": "Что купить",
        "add": "Добавить",
        "remove": "Убрать",
        "trap": "Что ответит get на methods=?",
        "says": "Приложение не запустится, и Flask сообщит:",
        "refused": "На метод {} здесь никто не отвечает. Отвечают на:",
        "back": "К списку",
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
{% if refused %}<p class="error">{{ t.refused.format(refused) }} <code>{{ allow }}</code></p>
<p><a href="{{ url_for('show') }}">{{ t.back }}</a></p>
{% elif refusal %}<p>{{ t.says }}</p>
<p class="error"><code lang="en">{{ refusal }}</code></p>
<p><a href="{{ url_for('show') }}">{{ t.back }}</a></p>
{% else %}<form method="post" action="{{ url_for('add') }}">
<label for="text">{{ t.text }}</label>
<input id="text" name="text" maxlength="100">
<button>{{ t.add }}</button>
</form>
<ul>{% for number, text in items.items() %}
<li><form method="post" action="{{ url_for('remove', number=number) }}">
{{ text }} <button aria-label="{{ t.remove }}: {{ text }}">{{ t.remove }}</button></form></li>
{% endfor %}</ul>
<p><a href="{{ url_for('trap') }}">{{ t.trap }}</a></p>
{% endif %}</main>
"""
