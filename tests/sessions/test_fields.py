"""What has become of a session's fields, and is remembered until it is saved."""

from __future__ import annotations

import pytest

from kolba.sessions.fields import Fields
from kolba.stores import CannotStore


def changed_inside() -> Fields:
    """Fields of which one value has changed inside, and another cannot be stored."""
    fields = Fields({"a": b"[1]", "b": b"[]"}, 1000)
    fields.get("a").append(2)
    fields.get("b").append(object())
    with pytest.raises(CannotStore):
        fields.sets()
    fields.get("b").clear()
    return fields


def test_what_was_seen_to_change_inside_is_still_changed() -> None:
    """A look that found fault with one value has not made the change of another one unseen."""
    assert changed_inside().is_changed()
    assert changed_inside().pending("a") == ({"a": b"[1,2]"}, frozenset())
    assert changed_inside().sets() == {"a": b"[1,2]"}


def test_what_was_pending_inside_is_still_to_be_written() -> None:
    """To ask what is pending of a key saves nothing: it is asked for, and written, again."""
    fields = Fields({"a": b"[1]"}, 1000)
    fields.get("a").append(2)
    assert fields.pending("a") == fields.pending("a") == ({"a": b"[1,2]"}, frozenset())
    assert fields.sets() == {"a": b"[1,2]"}
    fields.settle()
    assert not fields.is_changed() and fields.sets() == {}
