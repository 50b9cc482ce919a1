"""The values that a template puts into its page: each with its place there, and what it is.

The walk is the one of the chapter on escaping; here it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import nodes

from kolba.check import jinja
from kolba.check.diagnostic import Hit
from kolba.escaping.analysis import Analysis, words
from kolba.escaping.contexts import Context, context
from kolba.escaping.expressions import Origin, origin
from kolba.escaping.positions import Position


@dataclass(frozen=True, slots=True)
class Value:
    """One value in a page.

    Attributes:
        node: its expression.
        position: where in the page it stands.
        origin: what it can be, as far as the template tells.
        escaped: whether it is escaped, if the template's name says so of the whole.
    """

    node: nodes.Expr
    position: Position
    origin: Origin
    escaped: bool

    @property
    def context(self) -> Context:
        """What a browser makes of it."""
        return context(self.position)

    @property
    def shown(self) -> str:
        """It as the template writes it, in few words."""
        return f"{{{{ {words(self.node)} }}}}"

    def hit(self) -> Hit:
        """A hit at this value."""
        return at(self.node, value=self.shown)


def at(node: nodes.Node, path: str | None = None, **values: object) -> Hit:
    """A hit at a node of a template."""
    line, column = place(node)
    return Hit(line, column, values, path=path)


def place(node: nodes.Node) -> tuple[int, int]:
    """Where an expression begins: Jinja's own number of `a.b` is that of its dot."""
    numbers = [node.lineno, *(part.lineno for part in node.find_all(nodes.Node))]
    return min((int(n), getattr(n, "column", 1)) for n in numbers if n)


class Walk(Analysis):
    """One walk through one template.

    Attributes:
        found: its values, in their order.
    """

    def __init__(self, name: str | None, file: str, blocks: Mapping[str, Position]) -> None:
        super().__init__(jinja.ENVIRONMENT, name, file, blocks)
        self.found: list[Value] = []
        self._escapes = True

    def _value(self, part: nodes.Expr, position: Position, after: str) -> nodes.Expr:
        self.found.append(Value(part, position, origin(part, self._known), self._escapes))
        return part

    def _other(self, node: nodes.Node, position: Position) -> Position:
        if not isinstance(node, nodes.ScopedEvalContextModifier):
            return super()._other(node, position)
        before, self._escapes = self._escapes, _escapes(node, self._escapes)
        end = super()._other(node, position)
        self._escapes = before
        return end


def _escapes(node: nodes.ScopedEvalContextModifier, before: bool) -> bool:
    """What `{% autoescape %}` says; what it computes is taken for yes."""
    for option in node.options:
        if option.key == "autoescape":
            return not isinstance(option.value, nodes.Const) or bool(option.value.value)
    return before
