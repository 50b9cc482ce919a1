"""Step 5 with Kolba. Формы · Forms.

The plain version is `task_5.py`; this one says what it asks for once, in a model.

`request.form.get("guests", 0, type=int)` avoids the error, as the lesson says, and loses what was
typed: "many" guests become 0 guests, and the visitor is thanked for them. Here the model judges:
a key that is missing has the model's default, a value that is wrong brings the form back filled,
"many" and all, with the message beside its field (422). The same model makes the HTML, the
browser's own checks and the typed value. And square brackets, if they must be, answer 400 with the
name of the key in the visitor's language: no error handler is needed.
"""

from collections import deque
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from werkzeug import Response

from kolba import Form, Input, Kolba, redirect, render_template_string, request, url_for

app = Kolba(__name__)
# The memory of one process: a restart forgets it. Real answers stand in a database.
ANSWERS: deque["Invitation"] = deque(maxlen=20)

DRINKS = Input("radio", labels={"tea": "tea", "coffee": "coffee"})
DAYS = Input(labels={"saturday": "saturday", "sunday": "sunday"})


class Invitation(BaseModel):
    """What is asked for. Titles are keys of TEXTS, which knows the page's languages."""

    name: str = Field("", max_length=50, title="name")
    drink: Annotated[Literal["tea", "coffee"] | None, DRINKS] = Field(None, title="drink")
    guests: int = Field(0, ge=0, le=9, title="guests")
    day: Annotated[list[Literal["saturday", "sunday"]], DAYS] = Field([], title="day")
    letters: bool = Field(False, title="letters")


@app.route("/", methods=["GET", "POST"])
def invite(form: Form[Invitation]) -> str | Response:
    """Shows the form, and takes it. One that is refused comes back filled, with 422."""
    if form.valid:
        ANSWERS.append(form.value)
        return redirect(url_for("invite"))
    return render_template_string(PAGE, form=form, answers=tuple(ANSWERS))


@app.post("/strict")
def strict() -> Response:
    """Square brackets, still the wrong way: but the answer names the key, in both languages."""
    request.form["letters"]
    return redirect(url_for("invite"))


def language() -> str:
    """The visitor's language: the switch (?lang=) decides, else the browser's own wish."""
    asked = request.args.get("lang", "")
    return asked if asked in TEXTS else request.accept_languages.best_match(TEXTS, "en")


# What Kolba itself says is in the language of the page.
app.config["KOLBA_LANGUAGE"] = language
# The model's titles, and what else Kolba says, as TEXTS has them; what it has not, Kolba knows.
app.config["KOLBA_GETTEXT"] = lambda text: TEXTS[language()].get(text, text)


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
        "title": "An invitation: forms",
        "name": "Your name",
        "drink": "What will you drink?",
        "guests": "How many come with you?",
        "day": "Which days suit you?",
        "letters": "Write to me",
        "send": "Send",
        "strict": "Send to the strict view",
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
{{ form(submit=t.send) }}
<form method="post" action="{{ url_for('strict') }}"><button>{{ t.strict }}</button></form>
{% if answers %}<h2>{{ t.answers }}</h2>
<ul>{% for one in answers %}<li>{{ one.name or t.nobody }}, +{{ one.guests }}
{%- if one.drink %}, {{ t[one.drink] }}{% endif %}
{%- for day in one.day %}, {{ t[day] }}{% endfor %}
{%- if one.letters %}, {{ t.letters }}{% endif %}</li>
{% endfor %}</ul>{% endif %}
</main>
"""
