"""Walks a template's syntax tree along the page that it makes, and judges each value in it.

The tree is changed where a value needs a filter. The invariant: what the tree renders
differs only for values that would have done harm, or that JSON's quotes would have cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from markupsafe import escape

from kolba.escaping.contexts import begins_address, takes_media
from kolba.escaping.expressions import Known, NodesByType, is_made, known_names, origin
from kolba.escaping.findings import Finding
from kolba.escaping.judge import ADDRESS, Verdict, judge
from kolba.escaping.positions import (
    DATA,
    IN_VALUE,
    SCRIPT,
    UNKNOWN,
    Kind,
    Position,
    advance,
    after_value,
    begun,
    merge,
)

Blocks = Mapping[str, Position]


class Analysis:
    """One walk through one template.

    Args:
        environment: the tree's.
        name: the template's name.
        file: its file.
        blocks: where the blocks stand that the template takes from its parents.

    Attributes:
        findings: what was found.
        blocks: where each block of the template stands, those of its parents included.
    """

    def __init__(
        self, environment: Environment, name: str | None, file: str | None, blocks: Blocks
    ) -> None:
        self.environment = environment
        self.name = name
        self.file = file
        self.blocks: dict[str, Position] = dict(blocks)
        self.findings: list[Finding] = []
        self._found: NodesByType = {}
        self._known: Known = {}
        self._inherits = False
        # Whether the filter sees the value that stands before in the same URL; and this one.
        self._continues = self._begun = False
        # Where the bodies of loops end, by where they begin: loops in loops are walked once.
        self._ends: dict[tuple[int, Position], Position] = {}

    def run(self, tree: nodes.Template) -> None:
        """Walk the whole template."""
        found = self._found = by_type(tree)
        self._known = known_names(found)
        self._inherits = nodes.Extends in found
        self._walk(tree.body, self._start(found.get(nodes.TemplateData, [])))

    def _start(self, texts: list[Any]) -> Position:
        if (self.name or "").lower().endswith((".js", ".mjs", ".js.j2", ".js.jinja")):
            return SCRIPT
        # A part of a page may stand anywhere; a page, and a short string, begin as text.
        if self.name is None or self._inherits:
            return DATA
        return DATA if texts and "<!doctype" in texts[0].data.lower() else UNKNOWN

    def _walk(self, body: Iterable[nodes.Node], position: Position) -> Position:
        for node in body:
            step = _STEPS.get(type(node))
            position = self._other(node, position) if step is None else step(self, node, position)
        return position

    # -- the kinds of nodes

    def _other(self, node: nodes.Node, position: Position) -> Position:
        body = getattr(node, "body", None)
        return self._walk(body, position) if isinstance(body, list) else position

    def _apart(self, node: Any, position: Position) -> Position:
        """What is rendered here stands somewhere else: a macro, a call's body, a variable."""
        self._walk(node.body, UNKNOWN)
        return position if not isinstance(node, nodes.CallBlock) else after_value(position)

    def _if(self, node: nodes.If, position: Position) -> Position:
        ends = [self._walk(node.body, position), self._walk(node.else_, position)]
        ends += [self._walk(branch.body, position) for branch in node.elif_]
        met = ends[0]
        for end in ends[1:]:
            met = merge(met, end)
        return met

    def _for(self, node: nodes.For, position: Position) -> Position:
        start = merge(position, self._dry(node.body, position))
        end = self._walk(node.body, start)
        return merge(end, self._walk(node.else_, position)) if node.else_ else merge(position, end)

    def _dry(self, body: list[nodes.Node], position: Position) -> Position:
        """Where a body ends, without a verdict on its values: they are judged once."""
        key = id(body), position
        if key not in self._ends:
            trial = _Trial(self.environment, self.name, self.file, self.blocks)
            trial._known = self._known
            trial._ends = self._ends
            self._ends[key] = trial._walk(body, position)
        return self._ends[key]

    def _block(self, node: nodes.Block, position: Position) -> Position:
        if self._inherits and node.name in self.blocks:
            start = self.blocks[node.name]
            self._walk(node.body, start)
            return position
        start = UNKNOWN if self._inherits and position == DATA else position
        self.blocks[node.name] = start
        return self._walk(node.body, start)

    def _include(self, node: nodes.Node, position: Position) -> Position:
        return position

    def _output(self, node: nodes.Output, position: Position) -> Position:
        for index, part in enumerate(node.nodes):
            if isinstance(part, nodes.TemplateData):
                position = advance(position, part.data)
            elif isinstance(part, nodes.Const) and isinstance(part.value, str):
                position = advance(position, str(escape(part.value)))
            else:
                after = _text_after(node.nodes, index, position)
                node.nodes[index] = self._value(part, position, after)
                position = after_value(position)
        return position

    # -- values

    def _value(self, part: nodes.Expr, position: Position, after: str) -> nodes.Expr:
        verdict = judge(position, origin(part, self._known))
        if verdict.code:
            self.findings.append(self._finding(part, verdict))
        if begins_address(position):
            # What the filter has not seen, it cannot put before the next value.
            self._continues, self._begun = self._begun, ADDRESS in verdict.filters
        for filter_name in verdict.filters:
            part = self._filtered(part, filter_name, position, after)
        return part

    def _finding(self, part: nodes.Expr, verdict: Verdict) -> Finding:
        shown = f"{{{{ {words(part)} }}}}"
        return Finding(
            verdict.code,
            self.name,
            self.file,
            part.lineno,
            shown,
            verdict.what,
            verdict.mend,
            verdict.note,
        )

    def _filtered(self, part: nodes.Expr, name: str, position: Position, after: str) -> nodes.Expr:
        arguments: list[Any] = []
        if name == ADDRESS:
            place = f"{self.name or '<a template in a string>'}:{part.lineno}"
            continues, before = begun(position.before)
            continues = continues and self._continues
            by_itself = is_made(part, self._found, self._known)
            arguments = [continues, before, after, takes_media(position), by_itself, place]
        constants: list[nodes.Expr] = [nodes.Const(argument) for argument in arguments]
        made = nodes.Filter(part, name, constants, [], None, None, lineno=part.lineno)
        made.set_environment(self.environment)
        made.set_lineno(part.lineno)
        return made


def by_type(tree: nodes.Node) -> dict[type[nodes.Node], list[nodes.Node]]:
    """All nodes of a tree, in their order, by their type."""
    found: dict[type[nodes.Node], list[nodes.Node]] = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        found.setdefault(type(node), []).append(node)
        stack += reversed(list(node.iter_child_nodes()))
    return found


class _Trial(Analysis):
    """A walk that changes nothing and finds nothing."""

    def _value(self, part: nodes.Expr, position: Position, after: str) -> nodes.Expr:
        return part

    def _for(self, node: nodes.For, position: Position) -> Position:
        start = merge(position, self._dry(node.body, position))
        end = self._dry(node.body, start)
        return merge(end, self._walk(node.else_, position)) if node.else_ else merge(position, end)

    def _block(self, node: nodes.Block, position: Position) -> Position:
        return self._walk(node.body, position)

    def _apart(self, node: Any, position: Position) -> Position:
        return position


def _text_after(parts: list[nodes.Expr], index: int, position: Position) -> str:
    """The constant text that follows a value in its attribute."""
    following = parts[index + 1] if index + 1 < len(parts) else None
    if position.kind not in {*IN_VALUE, Kind.BEFORE_VALUE}:
        return ""
    if not isinstance(following, nodes.TemplateData | nodes.Const):
        return ""
    text = str(following.data if isinstance(following, nodes.TemplateData) else following.value)
    mark = {Kind.DOUBLE_QUOTED: '"', Kind.SINGLE_QUOTED: "'"}.get(position.kind)
    text = text.split(mark)[0] if mark else (text.split(">")[0].split() or [""])[0]
    return text[:50]


def words(node: nodes.Node) -> str:
    """An expression in few words, for messages."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{words(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{words(node.node)}[{words(node.arg)}]"
        case nodes.Const():
            return repr(node.value)
        case nodes.Filter():
            return f"{words(node.node)}|{node.name}" if node.node else node.name
        case nodes.Call():
            return f"{words(node.node)}({'...' if node.args or node.kwargs else ''})"
        case nodes.BinExpr():
            return f"{words(node.left)} {node.operator} {words(node.right)}"
        case nodes.Concat():
            return " ~ ".join(map(words, node.nodes))
        case nodes.CondExpr():
            shown = f"{words(node.expr1)} if ..."
            return shown if node.expr2 is None else f"{shown} else {words(node.expr2)}"
    return "..."


_STEPS: dict[type[nodes.Node], Callable[[Analysis, Any, Position], Position]] = {
    nodes.Output: lambda walk, node, position: walk._output(node, position),
    nodes.If: lambda walk, node, position: walk._if(node, position),
    nodes.For: lambda walk, node, position: walk._for(node, position),
    nodes.Block: lambda walk, node, position: walk._block(node, position),
    nodes.Macro: lambda walk, node, position: walk._apart(node, position),
    nodes.CallBlock: lambda walk, node, position: walk._apart(node, position),
    nodes.AssignBlock: lambda walk, node, position: walk._apart(node, position),
    nodes.Include: lambda walk, node, position: walk._include(node, position),
}
