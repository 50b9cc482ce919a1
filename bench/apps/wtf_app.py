"""The form of the row "requests" with Flask-WTF: the same fields, and the same HTML."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from wtforms import IntegerField, PasswordField, RadioField, StringField
from wtforms.validators import Email, InputRequired, Length, NumberRange

PAGE = """<!doctype html><title>Register</title>
{% macro errors(field) %}
{% if field.errors %}
<ul id="{{ field.id }}-error">{% for error in field.errors %}<li>{{ error }}</li>{% endfor %}</ul>
{% endif %}
{% endmacro %}
<form method="post">{{ form.hidden_tag() }}
{% if form.errors %}
<div role="alert" tabindex="-1" autofocus><p>Some of what was entered needs another look:</p>
<ul>{% for field in form if field.errors %}
<li><a href="#{{ field.id }}">{{ field.label.text }}</a>: {{ field.errors[0] }}</li>
{% endfor %}</ul></div>
{% endif %}
{% for field in form if field.type != "CSRFTokenField" %}
{% if field.type == "RadioField" %}
<div class="group"><span id="{{ field.id }}-label" class="label">{{ field.label.text }}</span>
<div role="radiogroup" aria-labelledby="{{ field.id }}-label">
{% for option in field %}<div class="option">{{ option }} {{ option.label }}</div>{% endfor %}
</div></div>
{% else %}
<div class="field">{{ field.label(class_="label") }}
{% if field.errors %}
{{ field(class_="input invalid", aria_invalid="true", aria_describedby=field.id ~ "-error") }}
{% else %}{{ field(class_="input") }}{% endif %}
{{ errors(field) }}</div>
{% endif %}
{% endfor %}
<div class="actions"><button type="submit">Send</button></div></form>"""


class Registration(FlaskForm):
    name = StringField("Your name", [InputRequired(), Length(1, 80)])
    email = StringField("Email", [InputRequired(), Email()])
    age = IntegerField("Age", [InputRequired(), NumberRange(18)])
    plan = RadioField("Plan", choices=[("free", "Free"), ("team", "Team")], default="free")
    password = PasswordField("Password", [InputRequired(), Length(10)])


def create_app() -> Flask:
    """The app; its tokens are off, because Kolba's guard needs none."""
    app = Flask(__name__)
    app.secret_key = "of the benchmark"
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_loader = DictLoader({"register.html": PAGE})

    @app.route("/register", methods=["GET", "POST"])
    def register() -> Any:
        form = Registration()
        if form.validate_on_submit():
            return f"Welcome, {form.name.data}"
        return render_template("register.html", form=form), 422

    return app
