"""Which function renders a block: the inheritance chain of templates, merged once.

A table is never changed. Extending makes another one, and a chain that was seen before gets the
table that was made for it then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kolba.templates.template import FastTemplate

# A block's function appends its output to the list it is given: (context, out) -> None.
BlockFunction = Callable[[Any, list[str]], None]


class BlockTable:
    """The block functions of a chain of templates, the most derived one's first."""

    __slots__ = ("_joined", "functions", "templates")

    def __init__(
        self,
        templates: tuple[FastTemplate, ...],
        functions: Mapping[str, tuple[BlockFunction, ...]],
    ) -> None:
        self.templates = templates
        self.functions = functions
        self._joined: tuple[FastTemplate, BlockTable] | None = None

    def extended_by(self, parent: FastTemplate, own: BlockTable) -> BlockTable:
        """The table of this chain with `parent` at its end; the last one made is kept."""
        joined = self._joined
        if joined is not None and joined[0] is parent:
            return joined[1]
        functions = dict(self.functions)
        for name, more in own.functions.items():
            functions[name] = functions.get(name, ()) + more
        table = BlockTable((*self.templates, parent), functions)
        self._joined = (parent, table)
        return table

    def after(self, name: str, current: BlockFunction) -> BlockFunction | None:
        """What `super()` runs in the block `current`, or None if nothing was overridden."""
        functions = self.functions[name]
        position = functions.index(current) + 1
        return functions[position] if position < len(functions) else None
