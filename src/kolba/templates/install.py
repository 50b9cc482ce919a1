"""Where Flask meets the cheaper templates: its environment class and its `_render`, in place."""

from __future__ import annotations

from importlib.metadata import version

from flask import templating

from kolba.templates import flask_render
from kolba.templates.eligibility import jinja_is_known
from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, Techniques

_SUPPORTED_FLASK = ("3", "1")


def install(techniques: Techniques = ALL) -> None:
    """Make the templates of every Flask application in this process cheap.

    Does nothing where the installed Jinja or Flask is of a minor version that is not known here,
    and nothing to environment classes with a code generator, template or context of their own.
    Calling it again changes nothing.
    """
    if not jinja_is_known():
        return
    equip(templating.Environment, techniques)
    if techniques.flask_render and tuple(version("flask").split(".")[:2]) == _SUPPORTED_FLASK:
        flask_render.install()
