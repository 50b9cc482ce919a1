"""Short ways to say what the tests of stores say often."""

from __future__ import annotations

from kolba.stores import Message, Record

NOW = 1_800_000_000.0
LIFE = 3600.0


def record(
    *, now: float = NOW, life: float = LIFE, owner: str | None = None, **fields: bytes
) -> Record:
    """A record that was made now."""
    return Record(fields, now, now, now + life, owner)


def message(
    value: bytes, *, label: str = "", target: str = "", open_at: float = 0.0, life: float = LIFE
) -> Message:
    """A message that was made now."""
    return Message(value, label, target, open_at, NOW + life)
