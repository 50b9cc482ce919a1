"""HTML attributes: which follow from a model's limits, and how they are written.

A browser that enforces an attribute should not refuse what the model takes, so only
limits that mean the same in both worlds are written. One is known to be stricter:
browsers count a `maxlength` in UTF-16 units, of which most emoji have two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from markupsafe import escape

Attributes: TypeAlias = tuple[tuple[str, str | bool], ...]

# The parts of regular expressions that Rust, Python and HTML read alike.
_PART = re.compile(
    r"(?P<plain>[A-Za-z0-9 _,:;@#%&=<>!'\"~`-]|\\[.+*?/()\[\]{}|^$\\-]|[.+*?)|]|\((?:\?:)?(?!\?)"
    r"|\{\d+(?:,\d*)?\})"
    r"|(?P<set>\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|\\[dws.-]|[A-Za-z0-9_ .,:;@])+\])"
    r"|(?P<short>\\[dws])"
)
# To a model a digit or letter is one of any alphabet, to a browser only an English one.
_OF_ANY_ALPHABET = {
    r"\d": r"\p{Nd}",
    r"\w": r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]",
    r"\s": r"\p{White_Space}",
}


def limits_of(schema: Mapping[str, Any]) -> Attributes:
    """The attributes that follow from one value's schema."""
    if schema.get("type") in {"integer", "number"}:
        return tuple(_number(schema))
    return tuple(_text(schema))


def _number(schema: Mapping[str, Any]) -> Iterable[tuple[str, str | bool]]:
    whole = schema["type"] == "integer"
    low, high = schema.get("minimum"), schema.get("maximum")
    if whole and low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + 1
    if whole and high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - 1
    if low is not None:
        yield "min", _plain(low)
    if high is not None:
        yield "max", _plain(high)
    # HTML counts steps from `min`, models from 0.
    step = schema.get("multipleOf")
    if step is not None and (low is None or low % step == 0):
        yield "step", _plain(step)
    elif not whole or step is not None:
        yield "step", "any"


def _plain(number: Any) -> str:
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


def _text(schema: Mapping[str, Any]) -> Iterable[tuple[str, str | bool]]:
    if schema.get("format") in {"date", "date-time", "time", "binary"}:
        return
    if schema.get("minLength"):
        yield "minlength", str(schema["minLength"])
    if "maxLength" in schema:
        yield "maxlength", str(schema["maxLength"])
    if (pattern := html_pattern(schema.get("pattern", ""))) is not None:
        yield "pattern", pattern


def html_pattern(pattern: str) -> str | None:
    """A model's pattern as HTML's, which must match the whole value; None if it may differ."""
    if not pattern:
        return None
    start, end = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith(r"\$")
    inner = pattern[start : len(pattern) - end]
    html, place = "", 0
    while place < len(inner):
        part = _PART.match(inner, place)
        if part is None:
            return None
        html += re.sub(r"\\[dws]", lambda found: _OF_ANY_ALPHABET[found[0]], part[0])
        place = part.end()
    if "|" in inner and (start or end):
        return None
    return f"{'' if start else '.*'}{html}{'' if end else '.*'}"


def written(attributes: Iterable[tuple[str, Any]]) -> str:
    """Attributes as they stand in a tag, each after a space; False and None are left out.

    Python's own words are written with an underscore at the end (`class_`), dashes as
    underscores (`data_page`).
    """
    out = ""
    for name, value in attributes:
        if value is None or value is False:
            continue
        out += f" {name}" if value is True else f' {name}="{escape(value)}"'
    return out


def named(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments as HTML attributes: `class_` is `class`, `data_page` is `data-page`."""
    return {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
