"""The app that bad inputs are sent to: of class Kolba, or Flask with TARGET=flask."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, jsonify, render_template_string, request
from pydantic import BaseModel, Field

from kolba import Form, Kolba


class Note(BaseModel):
    a: str = Field(default="", max_length=100)


def create_app(cls: type[Flask] = Kolba) -> Flask:
    app = cls(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000

    @app.route("/")
    def index() -> str:
        return "ok"

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> Any:
        return jsonify(n=len(request.get_data()), args=request.args.to_dict(flat=False))

    @app.post("/form")
    def form() -> Any:
        files = {k: [[f.filename, len(f.read())] for f in v] for k, v in request.files.lists()}
        return jsonify(f=request.form.to_dict(flat=False), fl=files)

    @app.post("/need")
    def need() -> str:
        return request.form["x"]

    @app.post("/json")
    def js() -> Any:
        return jsonify(t=type(request.get_json()).__name__, v=request.get_json())

    if cls is Kolba:

        @app.post("/typed")
        def typed(form: Form[Note]) -> Any:
            if form.valid:
                return jsonify(form.value.model_dump())
            return render_template_string("{{ form }}", form=form)

    return app


app = create_app(Flask if os.environ.get("TARGET") == "flask" else Kolba)
