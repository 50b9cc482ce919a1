"""Reads fields of forms and queries: always `.get`, always bounded.

A value that no honest form of the tour sends is answered 400, in the visitor's language.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kolba.tour.errors import refuse


def text(source: Mapping[str, str], name: str, *, limit: int) -> str:
    """Return the field, or an empty text when it did not come; 400 when it is too long."""
    value = source.get(name, "")
    if len(value) > limit:
        refuse("errors.too_long", field=name, limit=limit)
    return value


def required(source: Mapping[str, str], name: str, *, limit: int) -> str:
    """Return the field without outer spaces; 400 when nothing is left of it."""
    value = text(source, name, limit=limit).strip()
    if not value:
        refuse("errors.missing", field=name)
    return value


def choice(source: Mapping[str, str], name: str, allowed: Collection[str], default: str) -> str:
    """Return the field if it is one of the allowed values; 400 when it is another."""
    value = source.get(name, default)
    if value not in allowed:
        refuse("errors.choice", field=name)
    return value
