"""Typed values as the text of a cookie, and back.

The text is what a person would write (`dark`, `7`, `2026-11-26`), JSON for
dataclasses; percent-encoded where a cookie could not hold it, so that
`decodeURIComponent` reads it in a script. The invariant: what does not read
back as a value of the type is no value of it.
"""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote, unquote

# RFC 6265 cookie-octet, without the percent sign.
_SAFE = "!#$&'()*+-./:<=>?@[]^_`{|}~"
_SIMPLE = (str, int, float, bool, date, datetime)


def check_type(kind: Any) -> None:
    """Refuse a type that has no text.

    Raises:
        TypeError: names it, and the ones that have.
    """
    if kind in _SIMPLE or get_origin(kind) is Literal or dataclasses.is_dataclass(kind):
        return
    if isinstance(kind, type) and issubclass(kind, Enum):
        return
    raise TypeError(
        f"{kind!r} is no type of a cookie: use str, int, float, bool, date, datetime,"
        " an Enum, a Literal or a dataclass"
    )


def encode(kind: Any, value: Any) -> str:
    """The text of a value.

    Raises:
        ValueError: the value is not of the type.
    """
    text = _text(kind, value)
    if not _reads_back(kind, text, value):
        raise ValueError(f"{value!r} is no value of {_named(kind)}")
    return quote(text, safe=_SAFE)


def _reads_back(kind: Any, text: str, value: Any) -> bool:
    try:
        return bool(decode_plain(kind, text) == value)
    except (ValueError, KeyError):
        return False


def decode(kind: Any, text: str) -> Any:
    """The value that a cookie's text stands for.

    Raises:
        ValueError: it stands for none.
    """
    return decode_plain(kind, unquote(text, errors="strict"))


def _named(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _text(kind: Any, value: Any) -> str:
    if get_origin(kind) is Literal:
        return str(value)
    if dataclasses.is_dataclass(kind):
        if type(value) is not kind:
            raise ValueError(f"{value!r} is no value of {_named(kind)}")
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, Enum):
        return str(value.value)
    if kind is bool:
        return "1" if value is True else "0"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _plain(value: Any) -> Any:
    """A value inside a dataclass as JSON has it."""
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def decode_plain(kind: Any, text: str) -> Any:
    """`decode`, without the percent signs."""
    if get_origin(kind) is Literal:
        return _one_of(get_args(kind), text)
    if dataclasses.is_dataclass(kind):
        return _structured(kind, json.loads(text))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(_one_of([member.value for member in kind], text))
    if kind is str:
        return text
    if kind is bool:
        return {"1": True, "0": False, "true": True, "false": False}[text.lower()]
    if kind in (date, datetime):
        return kind.fromisoformat(text)
    return _number(kind, text)


def _number(kind: Any, text: str) -> Any:
    if not text.isascii() or len(text) > 40 or text != text.strip() or "_" in text:
        raise ValueError("no number")
    value = kind(text)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no number")
    return value


def _one_of(values: Any, text: str) -> Any:
    for value in values:
        if str(value) == text:
            return value
    raise ValueError("none of its values")


def _structured(kind: Any, found: Any) -> Any:
    """A value inside JSON: types are checked, unknown fields are dropped, missing ones default."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(found, dict):
            raise ValueError("no object")
        hints = get_type_hints(kind)
        known = {f.name for f in dataclasses.fields(kind)} & found.keys()
        try:
            return kind(**{name: _structured(hints[name], found[name]) for name in known})  # type: ignore[operator]
        except TypeError as error:
            raise ValueError(str(error)) from None
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _first(args, found)
    if origin in (list, tuple):
        if not isinstance(found, list):
            raise ValueError("no list")
        return origin(_structured(args[0], one) for one in found)
    return _scalar(kind, found)


def _first(kinds: Any, found: Any) -> Any:
    for kind in kinds:
        try:
            return _structured(kind, found)
        except ValueError:
            continue
    raise ValueError("none of its types")


def _scalar(kind: Any, found: Any) -> Any:
    if kind is type(None) or kind is None:
        if found is None:
            return None
        raise ValueError("not null")
    if get_origin(kind) is Literal:
        if any(found == value and type(found) is type(value) for value in get_args(kind)):
            return found
        raise ValueError("none of its values")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(found)
    if kind in (date, datetime):
        if not isinstance(found, str):
            raise ValueError("no date")
        return kind.fromisoformat(found)
    if kind is float and type(found) is int:
        return float(found)
    if type(found) is not kind:
        raise ValueError(f"no {_named(kind)}")
    return found
