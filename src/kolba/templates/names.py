"""Names: straight from the dict that the context stands on, while nothing was exported to it.

`context.vars` is looked at each time, since templates put names into it while they run.
"""

from __future__ import annotations

from typing import ClassVar

from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE

from kolba.templates.lists import ListGenerator


class Names(ListGenerator):
    """Writes `get('x', missing) if not vars else resolve('x')` for `resolve('x')`."""

    prologue: ClassVar[dict[str, str]] = {"get": "context.lookup", "vars": "context.vars"}

    def enter_frame(self, frame: Frame) -> None:
        if self.get_resolve_func() != "resolve":
            super().enter_frame(frame)
            return
        rest = frame.copy()
        for target, (action, name) in frame.symbols.loads.items():
            if action == VAR_LOAD_RESOLVE:
                self._write_load(target, repr(name))
                del rest.symbols.loads[target]
        super().enter_frame(rest)

    def _write_load(self, target: str, name: str) -> None:
        self.writeline(f"{target} = get({name}, missing) if not vars else resolve({name})")
