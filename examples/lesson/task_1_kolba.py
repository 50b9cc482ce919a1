"""Step 1 with Kolba. Генерация URL и статические файлы · URL generation and static files.

The plain version is `task_1.py`; this one differs in the class, and in what `/trap` has to say.

In Flask the lesson's warning about the name "static" is yours to remember: an app without a static
folder starts with such a view, and every link to a file leads to it. Here neither app starts, and
the error names the view, its file and its line. Links are proved before the first request as well:
`url_for` of a view that is not there is an error of the start, not of the visitor who opens the
page. And `url_for("static", …)` carries a hash of the file's content, so browsers may keep the
style sheet for a year and still have the new one at once.
"""

from typing import Any

from kolba import Kolba, render_template_string, request, url_for
from kolba.errors import KolbaError

app = Kolba(__name__)


@app.route("/")
def index() -> str:
    """Links are built from the names of views: when a route changes, every link follows."""
    t = TEXTS[language()]
    links = {
        # A converter quotes its value: the space, the ampersand and the Cyrillic letters are safe.
        t["hello"].format(t["who"]): url_for("hello", name=t["who"]),
        # What the route has no place for goes to the query string.
        t["archive"].format(2024, 2): url_for("archive", year=2024, page=2),
        t["style"]: url_for("static", filename="lesson.css"),
        t["trap"]: url_for("trap"),
    }
    return render_template_string(PAGE, lines=[t["made"]], links=links)


@app.route("/hello/<name>")
def hello(name: str) -> str:
    """The converter gives the name back as it was before `url_for` quoted it."""
    return render_template_string(PAGE, lines=[TEXTS[language()]["hello"].format(name)])


@app.route("/archive/<int:year>/")
def archive(year: int) -> str:
    """`<int:year>` takes digits alone: any other address is a 404 before this line is reached."""
    page = request.args.get("page", 1, type=int)
    return render_template_string(PAGE, lines=[TEXTS[language()]["archive"].format(year, page)])


@app.route("/trap")
def trap() -> str:
    """What a view named `static` does, tried on two apps that serve nobody."""
    t = TEXTS[language()]
    return render_template_string(
        PAGE, lines=[t["refused"], t["misled"]], quotes=[refusal(), later_refusal()]
    )


def static() -> str:
    """The badly named view. This app never routes to it."""
    return "not a file"


def refusal() -> str:
    """The words with which Kolba refuses a view that takes the endpoint of the static files."""
    try:
        Kolba(__name__).add_url_rule("/static-page", view_func=static)
    except KolbaError as error:
        return str(error)
    return ""


def later_refusal() -> str:
    """Without a static folder the name is free, but links would mislead: refused at the start."""
    other = Kolba(__name__, static_folder=None)
    other.add_url_rule("/static-page", view_func=static)  # kolba: ignore[static-endpoint]
    try:
        other.test_client().get("/static-page")
    except KolbaError as error:
        return str(error)
    return ""


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
        "title": "URL generation and static files",
        "made": "Each of these links was made by a call of url_for:",
        "hello": "Hello, {}!",
        "who": "Anna & Co",
        "archive": "Archive of the year {}, page {}",
        "style": "The style sheet of this page",
        "trap": "What happens to a view named static?",
        "refused": "With a static folder the app does not start: Kolba says the first line below.",
        "misled": "Without one it does not start either, and the second line says why.",
    },
    "ru": {
        "title": "Генерация URL и статические файлы",
        "made": "Каждую из этих ссылок построил вызов url_for:",
        "hello": "Здравствуйте, {}!",
        "who": "Анна и Ко",
        "archive": "Архив за {} год, страница {}",
        "style": "Таблица стилей этой страницы",
        "trap": "Что будет с представлением по имени static?",
        "refused": "С папкой static приложение не запустится: первую строку ниже скажет Kolba.",
        "misled": "Без неё тоже не запустится, а почему — во второй строке.",
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
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}
{% for quote in quotes %}<p class="error"><code lang="en">{{ quote }}</code></p>
{% endfor %}
{% if links %}<ul>{% for text, url in links.items() %}
<li><a href="{{ url }}">{{ text }}</a></li>{% endfor %}
</ul>{% endif %}
</main>
"""
