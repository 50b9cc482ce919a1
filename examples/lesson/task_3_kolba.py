"""Step 3 with Kolba. Обработка запросов: GET и POST · Handling requests: GET and POST.

The plain version is `task_3.py`; this one differs in the class, and leaves the 303 to it.

"POST sends data" says nothing of who sends it. In Flask a form on any other site can post to
`/write` from your visitors' browsers, with their cookies, unless an extension puts a token into
every form. Here such a post is refused (403, in the visitor's language) by what the browser itself
says of it in `Sec-Fetch-Site` and `Origin`: no token, nothing to expire. After a POST `redirect`
answers 303 by itself, so that a reload sends nothing twice. A body that was cut or is too large is
refused, too, and never looks whole.
"""

from collections import deque
from typing import Any

from werkzeug import Response
from werkzeug.exceptions import MethodNotAllowed

from kolba import Kolba, redirect, render_template_string, request, url_for

app = Kolba(__name__)

# The memory of one process: a restart forgets it. A real guest book stands in a database.
NOTES: deque[str] = deque(maxlen=20)


@app.route("/")
def search() -> str:
    """No `methods`: GET alone (and HEAD and OPTIONS, which Flask adds). Safe to reload, to share.

    `request.args` holds what stands after the question mark, here ?q=…
    """
    q = request.args.get("q", "")
    found = [note for note in tuple(NOTES) if q.casefold() in note.casefold()]
    return render_template_string(PAGE, found=found, q=q)


@app.route("/write", methods=["GET", "POST"])
def write() -> str | Response:
    """One view for both: GET shows the form, POST takes what it sends, from `request.form`."""
    if request.method == "POST":
        if note := request.form.get("note", "").strip():
            NOTES.append(note[:200])
        # 303: the browser GETs the list, so a reload sends nothing twice (step 7).
        return redirect(url_for("search"))
    return render_template_string(PAGE, writing=True)


@app.errorhandler(MethodNotAllowed)
def wrong_method(error: MethodNotAllowed) -> tuple[str, int, dict[str, str]]:
    """The answer to a POST that nobody awaits; `Allow` tells the client what would be taken."""
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
        "title": "GET and POST",
        "q": "Look for notes (GET)",
        "find": "Find",
        "none": "No notes found.",
        "write": "Write a note",
        "note": "Your note (POST)",
        "send": "Send",
        "trap": "Send to a view that takes GET alone",
        "refused": "This view does not take the method {}. It takes:",
        "back": "To the notes",
    },
    "ru": {
        "title": "GET и POST",
        "q": "Искать в записях (GET)",
        "find": "Найти",
        "none": "Записей не нашлось.",
        "write": "Оставить запись",
        "note": "Ваша запись (POST)",
        "send": "Отправить",
        "trap": "Отправить представлению, которое принимает только GET",
        "refused": "Это представление не принимает метод {}. Оно принимает:",
        "back": "К записям",
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
{% elif writing %}<form method="post">
<label for="note">{{ t.note }}</label>
<input id="note" name="note" maxlength="200">
<button>{{ t.send }}</button>
<button formaction="{{ url_for('search') }}">{{ t.trap }}</button>
</form>
{% else %}<form>
{% if 'lang' in request.args %}<input type="hidden" name="lang" value="{{ lang }}">{% endif %}
<label for="q">{{ t.q }}</label>
<input id="q" name="q" type="search" value="{{ q }}">
<button>{{ t.find }}</button>
</form>
<ul>{% for note in found %}<li>{{ note }}</li>{% endfor %}</ul>
{% if not found %}<p>{{ t.none }}</p>{% endif %}
<p><a href="{{ url_for('write') }}">{{ t.write }}</a></p>
{% endif %}{% if refused or writing %}<p><a href="{{ url_for('search') }}">{{ t.back }}</a></p>
{% endif %}</main>
"""
