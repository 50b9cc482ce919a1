"""What stays stock Jinja in an application, and why: for `kolba explain`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, templating
from jinja2 import Environment, TemplateError, TemplateNotFound

from kolba import loaders
from kolba.templates.eligibility import reason_against

_ANOTHER_FAMILY = "jinja_environment is not a kind of flask.templating.Environment"


@dataclass(frozen=True, slots=True)
class StockReason:
    """Why the environment (`template` is None) or one of its templates runs on stock Jinja."""

    template: str | None
    reason: str


def reasons(app: Flask) -> tuple[StockReason, ...]:
    """Everything of the application's templates that is left to stock Jinja.

    Loads every template that the application's loaders list, since only compiling one shows what
    becomes of it. One that cannot be compiled is no exception here: it is in the list.
    """
    environment = app.jinja_env
    if not isinstance(environment, templating.Environment):
        return (
            StockReason(None, "jinja_environment is not a kind of flask.templating.Environment"),
        )
    against = reason_against(environment)
    if against is not None:
        return (StockReason(None, against),)
    return loaders.as_asked(app, lambda: _of_templates(environment))


def _of_templates(environment: Environment) -> tuple[StockReason, ...]:
    return tuple(
        StockReason(name, reason)
        for name in loaders.names(environment)
        if (reason := _reason_against_template(environment, name)) is not None
    )


def _reason_against_template(environment: Environment, name: str) -> str | None:
    try:
        template = environment.get_template(name)
    except TemplateNotFound:
        return "its loader lists it and does not find it"
    except (TemplateError, UnicodeError) as error:
        return f"cannot be compiled: {error}"
    if getattr(template, "table", None) is None:
        own: str | None = getattr(template, "stock_reason", None)
        return own or "its code was not made by this environment's compiler"
    return None
