"""The form of the README, word for word, in an app of a given class."""

from __future__ import annotations

from typing import Literal

from flask import Flask, flash, redirect, render_template_string, url_for
from pydantic import BaseModel, EmailStr, Field, SecretStr

from kolba import Form, Kolba


class Registration(BaseModel):
    name: str = Field(min_length=1, max_length=80, title="Your name")
    email: EmailStr
    age: int = Field(ge=18)
    plan: Literal["free", "team"] = "free"
    password: SecretStr = Field(min_length=10)


GOOD = {
    "name": "Аня",
    "email": "anna@example.com",
    "age": "19",
    "plan": "team",
    "password": "correct horse",
}


def create_app() -> Flask:
    app = Kolba(__name__)
    app.config["TESTING"] = True

    @app.route("/register", methods=["GET", "POST"])
    def register(form: Form[Registration]):
        if form.valid:
            flash(f"Welcome, {form.value.name}", "success")
            return redirect(url_for("home"))
        return render_template_string("<!doctype html>{{ form }}", form=form)

    @app.get("/")
    def home():
        return "home"

    return app
