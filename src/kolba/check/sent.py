"""Which values of a template are parts of the request, as they came.

Written there as `request.args.q`, or handed over by the view under a name that the template
does not use otherwise. The invariant: what goes through anything that is not known here is none.
"""

from __future__ import annotations

from jinja2 import nodes

from kolba.check.reads import Source
from kolba.check.template import Template
from kolba.escaping.analysis import words

_PARTS = {"args": "args", "form": "form", "values": "values"}
_READS = frozenset(("get", "getlist"))
_PASSING = frozenset(
    (
        *("trim", "upper", "lower", "title", "capitalize", "default", "d", "replace", "string"),
        *("safe", "truncate", "wordwrap", "nl2br", "first", "last", "join", "e", "escape"),
    )
)


def source(node: nodes.Node | None, template: Template) -> Source | None:
    """The part of the request that a value is, if that is certain."""
    if node is None or words(node) in template.asked:
        return None
    match node:
        case nodes.Name():
            given = template.given.get(node.name)
            return None if given is None or node.name in template.bound else given
        case nodes.Filter() if node.name in _PASSING:
            return source(node.node, template)
        case nodes.Or():
            return source(node.left, template) or source(node.right, template)
        case nodes.CondExpr():
            return _either(node, template)
        case nodes.Concat():
            return next((s for part in node.nodes if (s := source(part, template))), None)
        case nodes.Add():
            return source(node.left, template) or source(node.right, template)
    return _of_request(node)


def _either(node: nodes.CondExpr, template: Template) -> Source | None:
    """A value under a condition that asks no more than whether it is there."""
    if not isinstance(node.test, nodes.Name | nodes.Getattr | nodes.Getitem):
        return None
    return source(node.expr1, template) or source(node.expr2, template)


def _of_request(node: nodes.Node | None) -> Source | None:
    """`request.args.q`, `request.args["q"]` and `request.args.get("q")`."""
    match node:
        case nodes.Call(node=nodes.Getattr(node=part, attr=read)) if read in _READS:
            converts = len(node.args) > 2 or any(k.key == "type" for k in node.kwargs)
            kind = None if converts else _kind(part)
        case nodes.Getattr(node=part, attr=name) if name not in _READS:
            kind = _kind(part)
        case nodes.Getitem(node=part):
            kind = _kind(part)
        case _:
            return None
    return None if kind is None else Source(kind, words(node))


def _kind(node: nodes.Node) -> str | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name="request"), attr=part):
            return _PARTS.get(part)
    return None
