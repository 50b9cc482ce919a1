"""How forms look: one macro file, the app's own or one of ours.

`KOLBA_FORM_LOOK` is `plain` (the default), `bootstrap5`, or the name of a template of the
app: a copy of ours, changed, or one that begins with `{% extends "kolba/plain.html" %}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, Environment, PackageLoader, Template, TemplateNotFound
from markupsafe import Markup

from kolba.errors import ConfigError
from kolba.language import language, translate

SETTING = "KOLBA_FORM_LOOK"
PLAIN_CSS = Path(__file__).parent / "looks" / "kolba" / "plain.css"
"""A style sheet for the plain look, to copy into an app's static files."""

OWN = {"plain": "kolba/plain.html", "bootstrap5": "kolba/bootstrap5.html"}
MACROS = ("form", "field", "errors", "label", "group", "summary")


class Look:
    """The macros of one file.

    Attributes:
        classes: the CSS classes of controls, by part.
        is_ours: it is one of those that Kolba brings.
        skeletons: fields with gaps in them; see `kolba.forms.skeletons`.
    """

    def __init__(self, template: Template, *, is_ours: bool = False) -> None:
        self.is_ours = is_ours
        self.skeletons: dict[tuple[Any, ...], list[str]] = {}
        module: Any = template.make_module()
        missing = [name for name in MACROS if not hasattr(module, name)]
        if missing:
            raise ConfigError(
                f"{SETTING}: the template {template.name!r} has no macro {missing[0]!r}. "
                f'Begin it with {{% extends "{OWN["plain"]}" %}}, or copy that file'
            )
        self.classes: Mapping[str, str] = module.classes
        self._macros: dict[str, Callable[..., Markup]] = {
            name: getattr(module, name) for name in MACROS
        }

    def call(self, macro: str, *arguments: Any) -> Markup:
        """What a macro writes."""
        return self._macros[macro](*arguments)


@lru_cache(maxsize=1)
def _ours() -> Environment:
    environment = Environment(
        loader=PackageLoader("kolba.forms", "looks"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=translate, language=language)
    return environment


@lru_cache(maxsize=len(OWN))
def _own_look(name: str) -> Look:
    return Look(_ours().get_template(name), is_ours=True)


def look_of(app: Flask) -> Look:
    """The look of an app's forms; read again when its file changes, in debug mode.

    Raises:
        ConfigError: there is no such look.
    """
    name = app.config.get(SETTING, "plain")
    if name in OWN:
        return _own_look(OWN[name])
    known: tuple[Template, Look] | None = app.extensions.get("kolba_look")
    if known is not None and known[0].name == name and (not app.debug or known[0].is_up_to_date):
        return known[1]
    template = _of_app(app, name)
    look = Look(template)
    app.extensions["kolba_look"] = (template, look)
    return look


def _of_app(app: Flask, name: str) -> Template:
    theirs = app.jinja_env
    ours = _ours()
    environment = theirs.overlay(
        loader=ChoiceLoader([*filter(None, [theirs.loader]), *filter(None, [ours.loader])]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals = {**theirs.globals, **ours.globals}
    try:
        return environment.get_template(name)
    except TemplateNotFound as error:
        raise ConfigError(
            f"{SETTING} is {name!r}, but there is no template {error.name!r}. "
            f"Write one of {', '.join(map(repr, OWN))}, or the name of a template of the app"
        ) from error
