"""Flask's signals, sent to their receivers without asking what is known of them.

Blinker makes a generator and inspects each receiver on every sending.
Invariant: the same receivers are called in the same order with the same
arguments; a signal or a blinker with anything of its own sends by itself.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import sys
import weakref
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import blinker
from blinker import Signal
from blinker.base import ANY_ID
from flask import Flask

# Which functions are coroutine functions.
HAS_COROUTINE_MARKS = sys.version_info >= (3, 12)
# The name under which a function has the mark: what else it has marks nothing.
COROUTINE_MARK = ""
if sys.version_info >= (3, 12):
    COROUTINE_MARK = next(iter(vars(inspect.markcoroutinefunction(lambda: None))))
CO_COROUTINE = 0x80


_KNOWN_BLINKER = ("1.9",)
_send, _receivers_for = Signal.send, Signal.receivers_for
_home = str(Path(blinker.__file__).parent)


def _is_known() -> bool:
    """Whether this blinker keeps its receivers where `send` looks for them."""
    version = importlib.metadata.version("blinker").rpartition(".")[0]
    return version in _KNOWN_BLINKER and all(
        getattr(function, "__code__", send.__code__).co_filename.startswith(_home)
        for function in (_send, _receivers_for)
    )


def send(signal: Signal, app: Flask, **extra: Any) -> None:
    """`signal.send(app, _async_wrapper=app.ensure_sync, **extra)`, without its result."""
    # PERF: `is_method`, written out.
    sends, receivers_for = signal.send, signal.receivers_for
    if (
        not _KNOWN
        or type(sends) is not MethodType
        or sends.__func__ is not _send
        or type(receivers_for) is not MethodType
        or receivers_for.__func__ is not _receivers_for
    ):
        signal.send(app, _async_wrapper=app.ensure_sync, **extra)
        return
    if signal.is_muted:
        return
    by_sender = signal._by_sender
    sender = id(app)
    ids = by_sender[ANY_ID] | by_sender[sender] if sender in by_sender else by_sender[ANY_ID].copy()
    for number in ids:
        receiver: Any = signal.receivers.get(number)
        if isinstance(receiver, weakref.ref):
            receiver = receiver()
            if receiver is None:
                signal._disconnect(number, ANY_ID)
        if receiver is None:
            continue
        if (
            # PERF: most are such functions, which need not be asked.
            type(receiver) is FunctionType
            and not receiver.__code__.co_flags & CO_COROUTINE
            and not (HAS_COROUTINE_MARKS and COROUTINE_MARK in receiver.__dict__)
        ) or not inspect.iscoroutinefunction(receiver):
            receiver(app, **extra)
        else:
            app.ensure_sync(receiver)(app, **extra)


_KNOWN = _is_known()
