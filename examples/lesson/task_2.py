"""Step 2. Экранирование · Escaping.

The lesson's warning:

    «Для повышения безопасности необходимо экранировать пользовательский ввод.
    Для этого используйте функцию escape из модуля markupsafe»
    For more safety, user input must be escaped.
    For that, use the function escape of the module markupsafe.

What goes wrong: a string that a view returns is sent as HTML. Input pasted into it as it came is
markup, so a link to this site can run a stranger's script in the visitor's name.
The right way: `escape(...)` around input in strings built by hand; in templates Jinja does it.
`/` shows the source that each of the two would send, as text: nothing here runs.
"""

from typing import Any

from flask import Flask, render_template_string, request
from markupsafe import Markup, escape

app = Flask(__name__)

ATTACK = "<script>alert('!')</script>"


@app.route("/")
def index() -> str:
    """Both ways side by side. The template escapes every `{{ … }}`, so that source is shown."""
    name = request.args.get("name", ATTACK)
    hello = TEXTS[language()]["hello"]
    return render_template_string(
        PAGE,
        name=name,
        # Wrong if it were sent as a page. As a value of a template it is only text.
        unescaped=f"<p>{hello}, {name}!</p>",
        escaped=f"<p>{hello}, {escape(name)}!</p>",
    )


@app.route("/hello/<path:name>")
def hello(name: str) -> str:
    """The lesson's own case: a view that returns a string, with `escape` around the input."""
    lang = language()
    greeting = f"{TEXTS[lang]['hello']}, {escape(name)}!"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{greeting}</title>\n<p>{greeting}</p>\n"
    )


@app.route("/bold/<path:name>")
def bold(name: str) -> str:
    """`Markup` says "this is HTML already"; its `format` escapes what is put into it.

    An f-string inside `Markup(...)` would not: it is pasted together before `Markup` sees it.
    """
    line = Markup("<strong>{}</strong>").format(name)
    return render_template_string(PAGE, name=name, line=line)


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


@app.context_processor
def texts() -> dict[str, Any]:
    """What every template knows."""
    return {"lang": language(), "t": TEXTS[language()], "attack": ATTACK}


@app.url_defaults
def keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Every URL that `url_for` makes for a page carries the switch on."""
    if endpoint != "static" and "lang" in request.args:
        values.setdefault("lang", language())


TEXTS = {
    "en": {
        "title": "Escaping",
        "hello": "Hello",
        "name": "Your name, or some HTML",
        "show": "Show",
        "wrong": "Without escape the browser would get, and run:",
        "right": "With escape it gets, and shows as text:",
        "string": "A page made from a string, with escape",
        "markup": "A page made with Markup and its format",
    },
    "ru": {
        "title": "Экранирование",
        "hello": "Здравствуйте",
        "name": "Ваше имя или немного HTML",
        "show": "Показать",
        "wrong": "Без экранирования браузер получил бы и выполнил:",
        "right": "С экранированием он получает и показывает как текст:",
        "string": "Страница из строки, с функцией escape",
        "markup": "Страница с классом Markup и его методом format",
    },
}

# An attribute's value stands in quotes: escape cannot help where they are left out.
# Inside a URL input needs quoting of another kind: `urlencode`, or a value given to `url_for`.
PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ t.title }}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='lesson.css') }}">
<header><a href="?{{ {'name': name, 'lang': 'ru'}|urlencode }}" lang="ru">Русский</a>
<a href="?{{ {'name': name, 'lang': 'en'}|urlencode }}" lang="en">English</a></header>
<main>
<h1>{{ t.title }}</h1>
{% if line %}<p>{{ t.hello }}, {{ line }}!</p>{% else %}
<form action="{{ url_for('index') }}">
{% if 'lang' in request.args %}<input type="hidden" name="lang" value="{{ lang }}">{% endif %}
<label for="name">{{ t.name }}</label>
<input id="name" name="name" value="{{ name }}" size="40">
<button>{{ t.show }}</button>
</form>
<p>{{ t.wrong }}</p><p class="error"><code>{{ unescaped }}</code></p>
<p>{{ t.right }}</p><p class="success"><code>{{ escaped }}</code></p>
<p><a href="{{ url_for('hello', name=attack) }}">{{ t.string }}</a></p>
<p><a href="{{ url_for('bold', name=attack) }}">{{ t.markup }}</a></p>{% endif %}
</main>
"""
