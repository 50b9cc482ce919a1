"""What has become of a session's fields, and is remembered until it is saved."""

from __future__ import annotations

from collections.abc import Callable

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


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.set("a", 2),
        lambda fields: fields.delete("a"),
        lambda fields: fields.hide("~f", b"other"),
        lambda fields: fields.unhide("~f"),
        lambda fields: fields.put("a", b"3"),
        lambda fields: fields.clear(),
    ],
)
def test_what_was_found_stays_what_was_found(change: Callable[[Fields], None]) -> None:
    """A change is none of what the store gave, nor of how the fields were found; it is undone."""
    stored = {"a": b"1", "~f": b"queue"}
    fields, other = Fields(stored, 1000), Fields(stored, 1000)
    change(fields)
    assert stored == {"a": b"1", "~f": b"queue"}
    assert not other.is_changed() and other.all() == stored
    fields.revert()
    assert fields.hidden == {"~f": b"queue"}
    assert fields.raw.keys() == {"a"} and not fields.is_changed()
