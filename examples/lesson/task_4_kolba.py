"""Step 4 with Kolba. Декораторы get и post вместо route · The decorators get and post.

The plain version is `task_4.py`; this one differs in the class, and in what `/trap` has to say.

A function for each method means that there are two functions for one URL, and soon a third one by
mistake. Flask answers with the first that it finds and never calls the other: no error, no line in
the log. Here two views that answer the same URL and method are an error before the first request,
with the file and line of both (`/trap` shows it). And what POST protects from crawlers is protected
from other sites as well: a foreign page cannot press "Remove" in the visitor's name.
"""

from itertools import count
from typing import Any

from werkzeug import Response
from werkzeug.exceptions import MethodNotAllowed

from kolba import Kolba, redirect, render_template_string, request, url_for
from kolba.errors import KolbaError

app = Kolba(__name__)

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
    return redirect(url_for("show"))


@app.post("/<int:number>/remove")
def remove(number: int) -> Response:
    """POST alone: a crawler that follows every link cannot empty the list."""
    ITEMS.pop(number, None)
    return redirect(url_for("show"))


@app.get("/trap")
def trap() -> str:
    """Two views for GET /, tried on an app that serves nobody: it does not start."""
    other = Kolba(__name__)
    other.get("/")(show)
    other.get("/", endpoint="forgotten")(add)
    try:
        other.test_client().get("/")
    except KolbaError as error:
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
        "title": "A shopping list: get and post",
        "text": "What to buy",
        "add": "Add",
        "remove": "Remove",
        "trap": "What if two views answer one GET?",
        "says": "The app does not start, and Kolba says:",
        "refused": "Nothing here answers the method {}. There is an answer to:",
        "back": "To the list",
    },
    "ru": {
        "title": "Список покупок: get и post",
        "text": "Что купить",
        "add": "Добавить",
        "remove": "Убрать",
        "trap": "Что, если на один GET отвечают два представления?",
        "says": "Приложение не запустится, и Kolba сообщит:",
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
