"""Flask-WTF: forms valid and invalid, uploads, and the CSRF guard's every refusal."""

from __future__ import annotations

import re
from io import BytesIO

import time_machine
from flask import Flask, Response, flash, redirect, render_template_string, url_for
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from flask_wtf.file import FileAllowed, FileField, FileRequired, FileSize
from werkzeug.test import TestResponse
from wtforms import BooleanField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from tests.journey import compare
from tests.journey.player import NOW, Visitor

PAGE = """{% for message in get_flashed_messages() %}<p>{{ message }}</p>{% endfor %}
<form method="post" enctype="multipart/form-data">{{ form.hidden_tag() }}
{% for field in form if field.type != "CSRFTokenField" %}{{ field.label }}{{ field() }}
{% for error in field.errors %}<em>{{ error }}</em>{% endfor %}{% endfor %}</form>"""


class Order(FlaskForm):
    name = StringField("Имя", [InputRequired("Обязательно"), Length(max=10)])
    guests = IntegerField("Guests", [NumberRange(1, 9)])
    days = SelectMultipleField(choices=[("sat", "Saturday"), ("sun", "Sunday")])
    letters = BooleanField()


class Upload(FlaskForm):
    photo = FileField(validators=[FileRequired(), FileAllowed(["png"]), FileSize(1000)])


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of the tests", WTF_CSRF_TIME_LIMIT=3600)
    csrf = CSRFProtect(app)

    @app.route("/order", methods=["GET", "POST"])
    def order() -> str | Response:
        form = Order()
        if form.validate_on_submit():
            flash(f"{form.name.data} {form.guests.data} {form.days.data} {form.letters.data}")
            return redirect(url_for("order"))
        return render_template_string(PAGE, form=form)

    @app.route("/upload", methods=["GET", "POST"])
    def upload() -> str:
        form = Upload()
        if form.validate_on_submit():
            return f"{form.photo.data.filename} {len(form.photo.data.read())}"
        return render_template_string(PAGE, form=form)

    @app.post("/api")
    def api() -> dict[str, bool]:
        return {"done": True}

    @app.post("/hook")
    @csrf.exempt
    def hook() -> str:
        return "exempt"

    @app.errorhandler(CSRFError)
    def refused(error: CSRFError) -> tuple[str, int]:
        return f"refused: {error.description}", 400

    return app


def journey(visitor: Visitor) -> None:
    orders(visitor)
    uploads(visitor)
    refusals(visitor)
    https(visitor)


def token(response: TestResponse) -> str:
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', response.text)
    assert found
    return found[1]


def orders(visitor: Visitor) -> None:
    form = {"csrf_token": token(visitor.get("/order")), "name": "Анна", "guests": "3"}
    assert visitor.post("/order", data={**form, "days": ["sat", "sun"]}).status_code == 302
    assert "Анна 3 [&#39;sat&#39;, &#39;sun&#39;] False" in visitor.get("/order").text
    assert "<em>" in visitor.post("/order", data={**form, "name": "x" * 11, "guests": "x"}).text
    visitor.post("/order", data={**form, "days": "mon", "letters": "y"})


def uploads(visitor: Visitor) -> None:
    for content, name in ((b"\x89PNG", "a.png"), (b"x", "a.exe"), (b"x" * 1001, "b.png")):
        form = {"csrf_token": token(visitor.get("/upload")), "photo": (BytesIO(content), name)}
        visitor.post("/upload", data=form)


def refusals(visitor: Visitor) -> None:
    good = token(visitor.get("/order"))
    assert visitor.post("/api").status_code == 400
    assert visitor.post("/api", headers={"X-CSRFToken": good}, json={}).status_code == 200
    visitor.post("/api", headers={"X-CSRFToken": good[:-1]})
    visitor.post("/api", data={"csrf_token": "forged"})
    assert visitor.post("/hook").text == "exempt"
    with time_machine.travel(NOW + 3601, tick=False):
        assert "expired" in visitor.post("/api", headers={"X-CSRFToken": good}).text
    visitor.forget()
    assert "missing" in visitor.post("/api", headers={"X-CSRFToken": good}).text


def https(visitor: Visitor) -> None:
    base = "https://localhost"
    good = {"X-CSRFToken": token(visitor.get("/order", base_url=base))}
    assert "referrer" in visitor.post("/api", headers=good, base_url=base).text
    for referrer in (base + "/order", "https://evil.example/", "http://localhost/"):
        visitor.post("/api", headers={**good, "Referer": referrer}, base_url=base)


def test_flask_wtf() -> None:
    """Forms are filled, refused and guarded on the engine as on Flask, tokens included."""
    compare(__name__)
