"""Builds a URL from what a visitor typed, and explains why it cannot be built."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import BuildError

from kolba import url_for
from kolba.errors import KolbaError

Value = str | int
RESERVED = frozenset({"self", "endpoint"})


@dataclass(frozen=True, slots=True)
class Built:
    """The call, and what came of it: a URL, or an error and the key of its explanation."""

    call: str
    url: str | None = None
    error: str | None = None
    reason: str | None = None
    details: dict[str, str] = field(default_factory=dict)


class ArgumentError(ValueError):
    """A line of the arguments is not `name=value`; the line is the message."""


def build(endpoint: str, arguments: str, *, external: bool) -> Built:
    """Call `url_for` with what was typed."""
    try:
        values: dict[str, Any] = dict(
            parse_argument(line) for line in arguments.splitlines() if line.strip()
        )
    except ArgumentError as error:
        return Built(call_text(endpoint, {}), reason="argument", details={"line": str(error)})
    options: dict[str, Any] = {"_external": True} if external else {}
    call = call_text(endpoint, values | options)
    try:
        return Built(call, url=url_for(endpoint, **options, **values))
    except BuildError as error:
        return explain(call, error)
    except KolbaError as error:
        return Built(call, error=f"{type(error).__name__}: {error}", reason="origin")
    except ValueError as error:
        return Built(call, error=f"ValueError: {error}", reason="converter")


def parse_argument(line: str) -> tuple[str, Value]:
    """Return the name and the value of one line; whole numbers become `int`."""
    name, equals, value = (part.strip() for part in line.partition("="))
    unusable = not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED
    # A leading underscore is an option of url_for, such as _scheme, not an argument.
    if not equals or unusable or name.startswith("_"):
        raise ArgumentError(line.strip())
    return name, int(value) if value.isascii() and value.isdecimal() else value


def call_text(endpoint: str, values: Mapping[str, Value | bool]) -> str:
    """Return the call as it stands in Python."""
    return f"url_for({', '.join([repr(endpoint), *(f'{k}={v!r}' for k, v in values.items())])})"


def explain(call: str, error: BuildError) -> Built:
    """Return what Werkzeug said, and which of its reasons it was."""
    message = f"BuildError: {error}"
    rule = error.suggested
    assert rule is not None, "the tour has routes, and one of them is the most alike"
    if rule.endpoint != error.endpoint:
        details = {"suggested": str(rule.endpoint)}
        return Built(call, error=message, reason="suggested", details=details)
    missing = sorted(rule.arguments - error.values.keys())
    return Built(call, error=message, reason="missing", details={"names": ", ".join(missing)})
