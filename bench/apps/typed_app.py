"""The form of the row "requests" as Kolba's users write it."""

from __future__ import annotations

from typing import Any, Literal

from flask import Flask, render_template
from jinja2 import DictLoader
from pydantic import BaseModel, EmailStr, Field, SecretStr

from kolba import Form, Kolba

PAGE = "<!doctype html><title>Register</title>{{ form }}"


class Registration(BaseModel):
    name: str = Field(min_length=1, max_length=80, title="Your name")
    email: EmailStr
    age: int = Field(ge=18)
    plan: Literal["free", "team"] = "free"
    password: SecretStr = Field(min_length=10)


def create_app() -> Flask:
    """The app, with its state in memory: a refused form keeps none."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = "memory:"
    app.jinja_loader = DictLoader({"register.html": PAGE})

    @app.route("/register", methods=["GET", "POST"])
    def register(form: Form[Registration]) -> Any:
        if form.valid:
            return f"Welcome, {form.value.name}"
        return render_template("register.html", form=form)

    return app
