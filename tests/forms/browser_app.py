"""The app that real browsers fill in: every kind of field, uploads, both ways of refusing."""

from __future__ import annotations

import os
from enum import Enum
from typing import Annotated, Any, Literal

from flask import Flask, redirect, render_template_string, request, send_file
from pydantic import BaseModel, EmailStr, Field, SecretStr, field_validator

from kolba import File, Form, Input, Kolba, Query, Upload
from kolba.forms import PLAIN_CSS

PAGE = """<!doctype html>
<html lang="{{ lang }}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<link rel="stylesheet" href="/style.css">
<main><h1>{{ title }}</h1>
{{ body }}
</main>
</html>"""


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Line(BaseModel):
    what: str = Field(min_length=1, max_length=20)
    count: int = Field(default=1, ge=1)


class Everything(BaseModel):
    name: str = Field(min_length=1, max_length=80, title="Your name", description="As in letters.")
    code: str = Field(pattern=r"^\w{2,}\d$", default="Я_1")
    email: EmailStr
    age: int = Field(ge=18)
    day: str = Field(default="")
    plan: Literal["free", "team"] = "free"
    size: Literal["xs", "s", "m", "l", "xl"] = "m"
    colours: set[Colour] = set()
    tags: list[str] = Field(default=[], description="Any words.")
    news: bool = False
    agreed: Literal[True] = Field(title="I agree")
    lines: list[Line] = []
    about: Annotated[str, Input("textarea", rows=4)] = ""
    password: SecretStr = Field(min_length=10)

    @field_validator("name")
    @classmethod
    def known(cls, name: str) -> str:
        if name == "nobody":
            raise ValueError("Nobody has this name.")
        return name


class Photo(BaseModel):
    title: str = ""
    photo: Annotated[Upload, File(max_size=2000, types=["image/png"])]


class Search(BaseModel):
    words: str = Field(default="", max_length=5)
    page: int = Field(default=1, ge=1)
    stock: bool = True


def page(title: str, body: Any) -> str:
    lang = request.accept_languages.best_match(["en", "ru"], default="en")
    return render_template_string(PAGE, title=title, body=body, lang=lang)


def create_app() -> Flask:
    app = Kolba(__name__)
    app.config["KOLBA_FORM_LOOK"] = os.environ.get("LOOK", "plain")
    app.config["KOLBA_STATE"] = "memory:"
    app.config["MAX_CONTENT_LENGTH"] = 300_000

    @app.route("/all", methods=["GET", "POST"])
    def everything(form: Form[Everything]) -> Any:
        if form.valid:
            return page("Done", repr(form.value.model_dump(exclude={"password"})))
        # The server is what is tested: the browser must not stop mistakes before.
        return page("All", form(novalidate="strict" not in request.args))

    @app.route("/photo", methods=["GET", "POST"])
    def photo(form: Form[Photo]) -> Any:
        if form.valid:
            return page("Done", f"{form.value.photo.filename} {form.value.photo.size}")
        return page("Photo", form)

    @app.get("/back")
    def ask(form: Form[Everything]) -> Any:
        return page("Back", form(novalidate=True))

    @app.post("/back")
    def take(form: Form[Everything]) -> Any:
        return redirect("/done") if form.valid else form.redirect_back()

    @app.get("/search")
    def search(query: Query[Search]) -> Any:
        return page("Search", query(novalidate=True))

    @app.get("/style.css")
    def style() -> Any:
        return send_file(PLAIN_CSS)

    @app.get("/done")
    def done() -> str:
        return page("Done", "")

    return app


app = create_app()
