"""Log lines and warnings of the request that they belong to, heard on their way.

A log record is noted as it is made, so that handlers, levels and filters stay the app's; a
warning as it is shown. Both are process-wide, so `begin` and `end` are called in pairs.
The invariant: whatever is heard goes on unchanged, and hearing it raises nothing.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from kolba.inspector.record import Record
from kolba.inspector.values import class_of

current: ContextVar[Record | None] = ContextVar("kolba_inspected", default=None)
"""What this request is recorded in."""

_PLAIN = (str, int, float, bool, type(None))


class Listener:
    """Hears what is logged and warned of, from `begin` to `end`."""

    def begin(self) -> None:
        """Start to listen."""
        self._factory, self._show = logging.getLogRecordFactory(), warnings.showwarning
        self._hears, self._sees = _hearing(self._factory), _seeing(self._show)
        logging.setLogRecordFactory(self._hears)
        warnings.showwarning = self._sees

    def end(self) -> None:
        """Stop, unless somebody has built on it by now."""
        if logging.getLogRecordFactory() is self._hears:
            logging.setLogRecordFactory(self._factory)
        if warnings.showwarning is self._sees:
            warnings.showwarning = self._show


def _hearing(factory: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = factory(*args, **kwargs)
        record = current.get()
        if record is not None:
            place = f"{made.pathname}:{made.lineno}"
            record.add_log(made.levelname, made.name, _message(made), place)
        return made

    return make


def _seeing(show: Callable[..., Any]) -> Callable[..., Any]:
    def showwarning(
        message: Any, category: Any, filename: str, lineno: int, *args: Any, **kwargs: Any
    ) -> None:
        record = current.get()
        if record is not None:
            text = message.args[0] if isinstance(message, Warning) and message.args else message
            record.add_warning(category.__name__, _plain(text), f"{filename}:{lineno}")
        show(message, category, filename, lineno, *args, **kwargs)

    return showwarning


def _message(made: logging.LogRecord) -> str:
    """The text of a log record; of an app's own objects in it the class alone is named."""
    text = _plain(made.msg)
    args = made.args
    if not args or type(made.msg) is not str:
        return text
    try:
        if isinstance(args, dict):
            return text % {key: _argument(value) for key, value in args.items()}
        return text % tuple(map(_argument, args))
    except Exception:  # as `logging` finds, too; or `%d` of what is no number here
        return f"{text} % ({', '.join(map(str, map(_argument, (*args,))))})"


def _argument(value: object) -> Any:
    return value if type(value) in _PLAIN else _plain(value)


def _plain(value: object) -> str:
    """A text, or what stands for one, without calling anything of an app."""
    if type(value) is str:
        return value
    if isinstance(value, BaseException):
        return f"{class_of(value)}({', '.join(map(_plain, value.args[:3]))})"
    return str(value) if type(value) in _PLAIN else f"<{class_of(value)}>"
