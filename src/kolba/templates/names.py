"""Names: straight from the dict that the context stands on, while nothing was exported to it.

A function looks at `context.vars` when it starts, and a loop or a macro within it each time, since
templates put names into it while they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE

from kolba.templates.context import LATE
from kolba.templates.lists import ListGenerator


class Names(ListGenerator):
    """Writes `get('x', missing)` for `resolve('x')`, and a look at `vars` where that may change."""

    prologue: ClassVar[dict[str, str]] = {
        "get": "context.lookup if not context.vars else context.look_up_all",
        "vars": "context.vars",
    }

    def resolved(self, name: str) -> str:
        """Nothing of the template has run between the function's first line and its head."""
        return f"resolve({name!r})" if name in LATE else f"get({name!r}, missing)"

    def enter_head(self, frame: Frame) -> None:
        self._enter(frame, self.resolved)

    def enter_frame(self, frame: Frame) -> None:
        if self.get_resolve_func() != "resolve":
            super().enter_frame(frame)
        else:
            self._enter(frame, _resolved_later)

    def _enter(self, frame: Frame, resolved: Callable[[str], str]) -> None:
        others = {}
        for target, (action, name) in frame.symbols.loads.items():
            if action == VAR_LOAD_RESOLVE:
                self.writeline(f"{target} = {resolved(name)}")
            elif action != VAR_LOAD_PARAMETER:
                others[target] = (action, name)
        if others:
            rest = frame.copy()
            rest.symbols.loads = others
            super().enter_frame(rest)


def _resolved_later(name: str) -> str:
    if name in LATE:
        return f"resolve({name!r})"
    return f"get({name!r}, missing) if not vars else resolve({name!r})"
