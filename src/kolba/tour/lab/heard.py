"""What attacked applications write into their log: shown on the page, and not in the tour's log.

Whoever runs the tour would take these lines for attacks on the tour itself.
"""

from __future__ import annotations

import logging
import warnings
from contextvars import ContextVar

_heard: ContextVar[list[str]] = ContextVar("heard")


def listen() -> list[str]:
    """Divert what is logged from here on in this context, and the threads that copy it."""
    lines: list[str] = []
    _heard.set(lines)
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] == "kolba":
            logging.getLogger(name).addFilter(_divert)  # once, however often it is added
    return lines


def _divert(record: logging.LogRecord) -> bool:
    """Whether the record is the tour's own."""
    lines = _heard.get(None)
    if lines is None:
        return True
    lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")
    return False


def hush() -> None:
    """Keep from the terminal what Werkzeug warns of when plain Flask is attacked."""
    warnings.filterwarnings("ignore", "The 'letter' cookie is too large", UserWarning)
