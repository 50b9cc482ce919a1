"""What a render came to: its text, or its exception with the template's lines."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """One side's result; two that are equal cannot be told apart by an application.

    `internals` are the traceback's other frames, which are not compared.
    """

    text: str | tuple[str, ...] | None
    error: tuple[str, str] | None
    lines: tuple[tuple[str, int | None, str], ...]
    log: str | tuple[str, ...]
    internals: tuple[tuple[str, str], ...] = field(default=(), compare=False)


def outcome(work: Callable[[], object], log: list[str]) -> Outcome:
    """Do the work and describe what came of it."""
    try:
        return Outcome(_plain(work()), None, (), _plain(log))
    except RecursionError as error:
        # How deep a template gets depends on how many frames each of its steps takes.
        return Outcome(None, (type(error).__qualname__, ""), (), ())
    except Exception as error:
        lines, internals = _frames(error.__traceback__)
        message = _ADDRESS.sub("0x", str(error))
        return Outcome(None, (type(error).__qualname__, message), lines, _plain(log), internals)


def _plain(found: object) -> str | tuple[str, ...]:
    if isinstance(found, list | tuple):
        return tuple(_ADDRESS.sub("0x", str(piece)) for piece in found)
    return f"{type(found).__name__} {_ADDRESS.sub('0x', str(found))}"


def _frames(
    trace: TracebackType | None,
) -> tuple[tuple[tuple[str, int | None, str], ...], tuple[tuple[str, str], ...]]:
    frames = [
        (frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(trace)
    ]
    # Templates have their own names as file names; everything else is Python. Only `render` and
    # `generate` give them the template's lines: the others show those of the generated code.
    mine = tuple(
        (filename, line if _is_rewritten(name) else None, name)
        for filename, line, name in frames
        if filename.endswith(".html")
    )
    rest = tuple((filename.rpartition("/")[2], name) for filename, _, name in frames)
    return mine, rest


def _is_rewritten(name: str) -> bool:
    return name in ("top-level template code", "template") or name.startswith("block '")
