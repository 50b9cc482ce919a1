"""What is noted of one request while it runs, bounded. `document` hides the secrets in it.

Invariant: nothing of the app is kept here but plain texts.
"""

from __future__ import annotations

import os
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import kolba
from kolba.engine.report import RouteReport
from kolba.http.wire import clip
from kolba.inspector.masking import Veil
from kolba.inspector.states import State
from kolba.inspector.values import class_of
from kolba.places import is_own

MOST = 50
"""Log lines, templates, messages, headers: of each so many are kept, and the rest is counted."""

LINE_LIMIT = 2_000
TRACE_LIMIT = 20_000
_MOST_CAUSES = 4
_HOME = os.path.dirname(kolba.__file__) + os.sep

Line = tuple[str, str, str, str]


@dataclass(slots=True, weakref_slot=True, eq=False)
class Record:
    """One request, from its first moment to its last byte.

    Attributes:
        number: requests are numbered from 1 as they begin.
        environ: the request's, as the server gave it: a copy of its texts.
        began: when, in seconds since the epoch.
        context: the id of its first request context: what others push is not looked at.
        rule: of the route, as it is written; '' until it is known, and if there is none.
        body: what the app has read of the request's body: `form`, `files`, `json`.
        veil: knows its secrets.
        status: of the answer; '' if there was none.
        dropped: how many lines of each kind were not kept.
    """

    number: int
    environ: dict[str, str]
    began: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0
    ended: bool = False
    context: int = 0
    rule: str = ""
    route: RouteReport | None = None
    arguments: list[tuple[str, Any]] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    veil: Veil = field(default_factory=Veil)
    templates: list[tuple[str, list[str]]] = field(default_factory=list)
    before: State | None = None
    after: State | None = None
    session: str = ""
    born: list[tuple[str, str]] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)
    exception: tuple[str, str] | None = None
    logs: list[Line] = field(default_factory=list)
    warnings: list[tuple[str, str, str]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def _add(self, kind: str, item: Any) -> None:
        kept = getattr(self, kind)
        if len(kept) < MOST:
            kept.append(item)
        else:
            self.dropped[kind] = self.dropped.get(kind, 0) + 1

    def add_log(self, level: str, logger: str, text: str, place: str) -> None:
        """Note a log line."""
        self._add("logs", (level, logger, clip(text, LINE_LIMIT), place))

    def add_warning(self, category: str, text: str, place: str) -> None:
        """Note a warning."""
        self._add("warnings", (category, clip(text, LINE_LIMIT), place))

    def add_template(self, name: str, context: list[str]) -> None:
        """Note a template that was rendered, and the names that it was given."""
        self._add("templates", (clip(name, LINE_LIMIT), context))

    def add_born(self, category: str, text: str) -> None:
        """Note a message that was flashed."""
        self._add("born", (category, text))

    def add_refusal(self, refusal: dict[str, str]) -> None:
        """Note what a guard has refused, or would have."""
        self._add("refusals", refusal)

    def add_exception(self, error: BaseException) -> None:
        """Note an exception that nobody has handled, and what led to it."""
        text, cause = _frames(error), error.__cause__ or error.__context__
        for _ in range(_MOST_CAUSES):
            if cause is None:
                break
            text = f"{_frames(cause)}{_said(cause)}\n\n{text}"
            cause = cause.__cause__ or cause.__context__
        shown = text if len(text) <= TRACE_LIMIT else f"…{text[-TRACE_LIMIT:]}"
        self.exception = _said(error), shown

    def running(self) -> dict[str, Any]:
        """What is told while it runs. SECURITY: no path, whose arguments may be secrets."""
        ms = round((time.perf_counter() - self.clock) * 1000)
        method = clip(self.environ.get("REQUEST_METHOD", ""), 40)
        return {"number": self.number, "method": method, "rule": self.rule, "ms": ms}

    def end(self) -> None:
        """The last byte has been given to the server."""
        self.seconds = time.perf_counter() - self.clock
        self.ended = True


def _frames(error: BaseException) -> str:
    """The frames of the app's own code, and the one that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames[:-1] if is_own(frame.filename) and not _is_ours(frame)]
    return "".join(traceback.format_list([*own, *frames[-1:]]))


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_HOME)


def _said(error: BaseException) -> str:
    """An exception in a line, without calling anything of its own."""
    args = (str(arg) if type(arg) in (str, int) else f"<{class_of(arg)}>" for arg in error.args[:3])
    return clip(f"{class_of(error)}: {', '.join(args)}", LINE_LIMIT)
