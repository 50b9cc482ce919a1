"""Names: straight from the dict that the context stands on, while nothing was exported to it.

A function looks at `context.vars` when it starts, and a loop or a macro within it each time, since
templates put names into it while they run.
"""

from __future__ import annotations

from typing import ClassVar

from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE

from kolba.templates.lists import ListGenerator


class Names(ListGenerator):
    """Writes `get('x', missing)` for `resolve('x')`, with a look at `vars` where it may have grown."""

    prologue: ClassVar[dict[str, str]] = {
        "get": "context.lookup if not context.vars else context.look_up_all",
        "vars": "context.vars",
    }

    def enter_head(self, frame: Frame) -> None:
        """Nothing of the template has run between the function's first line and here."""
        self._enter(frame, "get({name!r}, missing)")

    def enter_frame(self, frame: Frame) -> None:
        if self.get_resolve_func() != "resolve":
            super().enter_frame(frame)
        else:
            self._enter(frame, "get({name!r}, missing) if not vars else resolve({name!r})")

    def _enter(self, frame: Frame, load: str) -> None:
        others = {}
        for target, (action, name) in frame.symbols.loads.items():
            if action == VAR_LOAD_RESOLVE:
                self.writeline(f"{target} = {load.format(name=name)}")
            elif action != VAR_LOAD_PARAMETER:
                others[target] = (action, name)
        if others:
            rest = frame.copy()
            rest.symbols.loads = others
            super().enter_frame(rest)
