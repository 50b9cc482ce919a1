"""Values of an app as short texts, made without running any code of the app.

Only values of Python's own types are looked into; of every other one its class is named.
The invariant: no `__str__`, `__repr__` or `__eq__` of an app is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

from markupsafe import Markup

from kolba.http.wire import clip
from kolba.inspector.masking import MASK, Veil, is_secret

TEXT_LIMIT = 300
_DEEPEST = 4
_DEEPEST_MARK = 20
_MOST = 20

_PLAIN = (int, float, bool, type(None), bytes, datetime, date, timedelta, Decimal, UUID)
_LISTS: dict[type, str] = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


def class_of(value: object) -> str:
    """The class of a value, by its name."""
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"


def named(name: object, value: object, veil: Veil) -> str:
    """The value of a key, or the mask if the name is that of a secret."""
    if type(name) is str and is_secret(name):
        _learn(value, veil)
        return MASK
    return shown(value, veil)


def shown(value: object, veil: Veil) -> str:
    """A value as a short text."""
    return veil.text(clip(_text(value, veil, 0), TEXT_LIMIT))


def _learn(value: object, veil: Veil) -> None:
    if type(value) is str:
        veil.learn(value)
    elif type(value) in _LISTS:
        for item in value:  # type: ignore[attr-defined]
            _learn(item, veil)
    elif type(value) is dict:
        _learn([*value.values()], veil)


def _text(value: Any, veil: Veil, depth: int) -> str:
    kind = type(value)
    if kind is str or kind is Markup:
        return repr(clip(str.__str__(value), TEXT_LIMIT))
    if kind is bytes:
        return repr(value[:TEXT_LIMIT])
    if kind in _PLAIN:
        return clip(repr(value), TEXT_LIMIT) if kind is not int or abs(value) < 10**60 else "int"
    if depth < _DEEPEST and kind is dict:
        return f"{{{_joined(_pairs(value, veil, depth), len(value))}}}"
    if depth < _DEEPEST and kind in _LISTS:
        begin, end = tuple(_LISTS[kind])
        items = (_text(item, veil, depth + 1) for item in value)
        return f"{begin}{_joined(items, len(value))}{end}"
    return f"<{class_of(value)}>"


def _pairs(value: dict[Any, Any], veil: Veil, depth: int) -> Iterable[str]:
    for key, item in value.items():
        if type(key) is str and is_secret(key):
            _learn(item, veil)
            yield f"{key!r}: {MASK}"
        else:
            yield f"{_text(key, veil, depth + 1)}: {_text(item, veil, depth + 1)}"


def _joined(texts: Iterable[str], count: int) -> str:
    some = [text for text, _ in zip(texts, range(_MOST), strict=False)]
    return ", ".join([*some, "…"] if count > len(some) else some)


def mark_of(value: object) -> bytes:
    """What is equal for equal values, and differs when anything inside of one has changed."""
    return _mark(value, 0)


def _mark(value: Any, depth: int) -> bytes:
    kind = type(value)
    if kind is str or kind is Markup:
        parts = [str.encode(value, "utf-8", "surrogatepass")]
    elif kind in _PLAIN:
        parts = [value if kind is bytes else (hex if kind is int else repr)(value).encode()]
    elif depth < _DEEPEST_MARK and kind is dict:
        parts = sorted(_mark(item, depth + 1) for item in value.items())
    elif depth < _DEEPEST_MARK and kind in _LISTS:
        parts = [_mark(item, depth + 1) for item in value]
        if kind not in (list, tuple):
            parts.sort()
    else:
        parts = [b"%d" % id(value)]
    return blake2b(b"".join([kind.__name__.encode(), b":", *parts]), digest_size=12).digest()
