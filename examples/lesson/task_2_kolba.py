"""Step 2 with Kolba. Экранирование · Escaping.

The plain version is `task_2.py`; this one writes `html(…)` where that one writes `escape(…)`.

In Flask the lesson's `escape` has to be remembered for each value of each string, and one that was
forgotten shows nothing until somebody sends markup. `html("<p>{name}</p>", name=…)` is as short as
an f-string and escapes every value; in debug mode and in tests a page that repeats its request as
markup is an error that names the value and the view. Where escaping cannot help, Kolba looks at
the place: a link that a visitor typed never runs code (`/` shows one, `javascript:` and all), and
a value in an unquoted attribute or inside of a script is an error with the template's line.
"""

from typing import Any

from kolba import Kolba, html, render_template_string, request

app = Kolba(__name__)

ATTACK = "<script>alert('!')</script>"
LINK = "javascript:alert('!')"


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
        escaped=str(html("<p>{hello}, {name}!</p>", hello=hello, name=name)),
        link=request.args.get("link", LINK),
    )


@app.route("/hello/<path:name>")
def hello(name: str) -> str:
    """The lesson's own case: a view that returns a string. Nobody has to remember `escape`."""
    return html(
        '<!doctype html>\n<html lang="{lang}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{greeting}</title>\n<p>{greeting}</p>\n",
        lang=language(),
        greeting=f"{TEXTS[language()]['hello']}, {name}!",
    )


@app.route("/bold/<path:name>")
def bold(name: str) -> str:
    """What `html` makes is `Markup`: templates take it as it is. It takes no ready-made text."""
    line = html("<strong>{name}</strong>", name=name)
    return render_template_string(PAGE, name=name, line=line)


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language


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
        "wrong": "Pasted together the browser would get, and run:",
        "right": "From html() it gets, and shows as text:",
        "string": "A page made from a string, with html()",
        "markup": "A page with a part made by html()",
        "link": "A link that a visitor typed, asked to run code",
    },
    "ru": {
        "title": "Экранирование",
        "hello": "Здравствуйте",
        "name": "Ваше имя или немного HTML",
        "show": "Показать",
        "wrong": "Из склеенной строки браузер получил бы и выполнил:",
        "right": "От html() он получает и показывает как текст:",
        "string": "Страница из строки, с функцией html()",
        "markup": "Страница с частью, которую сделала html()",
        "link": "Ссылка, которую ввёл посетитель, чтобы выполнить код",
    },
}

# Leave out the quotes of an attribute, and the template is an error: escaping cannot help there.
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
<p><a href="{{ url_for('bold', name=attack) }}">{{ t.markup }}</a></p>
<p><a href="{{ link }}">{{ t.link }}</a></p>{% endif %}
</main>
"""
