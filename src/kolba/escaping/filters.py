"""The filters that the analysis puts around values: they do nothing to values that do no harm."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from flask import Flask
from jinja2 import Undefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from kolba import safety
from kolba.escaping.addresses import NEUTRAL, Escaped, is_harmful
from kolba.escaping.judge import ADDRESS, BARE, QUOTED
from kolba.safety import Mode, Refusal

logger = logging.getLogger("kolba.escaping")

GUARD = "escaping"

# The URL that is being written, where a second value may still decide its scheme.
_begun = ContextVar("kolba_begun", default="")
_LONGEST = 200

# What ends an unquoted value or begins another one, beside what is escaped in any case.
_ENDING = re.compile(r"[\s=`/]")


def filters(app: Flask) -> dict[str, Callable[..., Any]]:
    """The filters for an app's templates."""
    return {
        ADDRESS: _address_filter(app),
        BARE: bare,
        QUOTED: quoted,
        "e": escaped,
        "escape": escaped,
        "forceescape": force_escaped,
    }


def _address_filter(app: Flask) -> Callable[..., Any]:
    def kolba_address(
        value: Any, continues: bool, before: str, after: str, media: bool, made: bool, place: str
    ) -> Any:
        if isinstance(value, Undefined):
            return value
        if continues:
            before = _begun.get() + before
        harmful = is_harmful(value, before, after, media=media, made=made)
        _begun.set(before if harmful else f"{before}{value}"[:_LONGEST])
        if not harmful:
            return value
        mode = safety.mode(app, GUARD)
        if mode is not Mode.OFF:
            _note(app, place, mode)
        return NEUTRAL if mode is Mode.ENFORCE else value

    return kolba_address


def _note(app: Flask, place: str, mode: Mode) -> None:
    why = "its value is a javascript: or data: URL, which runs code"
    mend = "Markup(...) around the value lets it through"
    done = "is" if mode is Mode.ENFORCE else "would be"
    logger.warning("%s: a link there %s neutralised: %s. %s", place, done, why, mend)
    safety.refused.send(app, refusal=Refusal(GUARD, None, f"a link in {place}", why, mend, mode))


@pass_eval_context
def bare(context: EvalContext, value: Any) -> Any:
    """A value for an attribute without quotes: what would end it becomes a reference."""
    if not context.autoescape or isinstance(value, Undefined):
        return value
    return Markup(_ENDING.sub(lambda match: f"&#{ord(match[0])};", str(escape(value))))


def escaped(value: Any) -> Markup:
    """Jinja's `escape`, whose result is told from what is markup by somebody's word."""
    return escape(value) if hasattr(value, "__html__") else Escaped(escape(value))


def force_escaped(value: Any) -> Markup:
    """Jinja's `forceescape`, likewise."""
    return Escaped(escape(str(value.__html__() if hasattr(value, "__html__") else value)))


def quoted(value: Any) -> Any:
    """JSON for an attribute in double quotes: its own quotes become references."""
    if hasattr(value, "__html__"):
        return Markup(str(value).replace('"', "&#34;"))
    return value
