"""Where Flask meets the cheaper templates: its environment class and its `_render`, in place."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from flask import templating

from kolba.templates import flask_render
from kolba.templates.eligibility import jinja_is_known
from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, Techniques
from kolba.templates.urls import Key, use_key

_SUPPORTED_FLASK = ("3", "1")


def install(
    techniques: Techniques = ALL, url_key: Key | None = None, *url_for: Callable[..., str]
) -> None:
    """Make the templates of every Flask application in this process cheap.

    Args:
        techniques: what is switched on.
        url_key: tells the revision of an application's registries and what the request adds to
            a URL; without it no URL is kept.
        url_for: functions that have taken the place of `Flask.url_for` and do the same.

    Does nothing where the installed Jinja or Flask is of a minor version that is not known here,
    and nothing to environment classes with a code generator, template or context of their own.
    Calling it again changes nothing.
    """
    if not jinja_is_known():
        return
    if url_key is not None:
        use_key(url_key, *url_for)
    equip(templating.Environment, techniques)
    if techniques.flask_render and tuple(version("flask").split(".")[:2]) == _SUPPORTED_FLASK:
        flask_render.install()
