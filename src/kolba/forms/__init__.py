"""Typed forms: one model gives validation, HTML, messages and the typed value.

`Form[Model]` and `Query[Model]` are what a view's parameters ask for; `Input`, `File` and
`Upload` are what a model may say. pydantic is imported with the first form and not before.
"""

from __future__ import annotations

from flask import Flask

from kolba.bodies import guarded, request_errors
from kolba.forms import inject
from kolba.forms.base import InvalidForm
from kolba.forms.fields import Field
from kolba.forms.form import Form, Query
from kolba.forms.hints import File, Input
from kolba.forms.look import PLAIN_CSS
from kolba.forms.names import safe_name
from kolba.forms.uploads import Upload

__all__ = [
    "PLAIN_CSS",
    "Field",
    "File",
    "Form",
    "Input",
    "InvalidForm",
    "Query",
    "Upload",
    "attach",
    "safe_name",
]


def attach(app: Flask) -> None:
    """Give an app typed forms, guarded bodies and request errors that say what to do."""
    app.request_class = guarded(app.request_class)  # type: ignore[arg-type]
    request_errors.attach(app)
    inject.attach(app)
