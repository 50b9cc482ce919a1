"""The queue of flash messages that a session names, in a hidden field."""

from __future__ import annotations

from kolba.sessions.fields import Fields

QUEUE = "~f"
"""The field."""

QUEUES = "flash:"
"""What the names of queues begin with."""


def queue_of(fields: Fields) -> str:
    """The queue of a session that has one."""
    return QUEUES + fields.hidden[QUEUE].decode()
