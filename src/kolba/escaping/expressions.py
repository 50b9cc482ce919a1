"""What a template's expression can be, as far as its source tells: made by the developer or not.

Errs towards "may be anything": that asks for a filter that does no harm where it is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

from jinja2 import nodes

NodesByType = Mapping[type[nodes.Node], list[nodes.Node]]
Known = Mapping[str, "Origin"]
"""Names that a template itself gives safe values, or makes macros of."""
_NOTHING: Known = {}


class Origin(Enum):
    """What a value can hold."""

    SAFE = "safe"  # constants, numbers, URLs that the app makes
    MADE = "made"  # what another part of the templates writes: the app's own markup around values
    ID = "id"  # what names a row or a field: a number, a word of the developer's
    JSON = "json"  # JavaScript's own notation, escaped for HTML text and script
    RAW = "raw"  # marked as HTML: nothing is escaped
    ANY = "any"


_NUMBERS = frozenset(("int", "float", "round", "length", "count", "abs", "wordcount"))
_LOOP = frozenset(
    ("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0")
)
_CALLS = frozenset(("url_for", "csrf_token", "csp_nonce", "range", "sign_url"))
_PARTS = frozenset(("caller", "super"))
_ESCAPES = frozenset(("e", "escape", "forceescape"))
# What dates and times write of themselves.
_TIMES = frozenset(("strftime", "isoformat", "timestamp", "total_seconds"))
# Attributes that name a row, or number the pages of a list (Flask-SQLAlchemy's `Pagination`).
_IDS = frozenset(("id", "prev_num", "next_num", "per_page", "pages", "total"))
_FILE = re.compile(r".+\.(?:css|m?js|svg|png|ico|jpe?g|gif|webp|avif|woff2?|ttf)")
_CONVERSION = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z%]|$)")
# What the developer has written, whoever asks.
_OF_THE_APP = {
    "self": None,
    "request": frozenset(("endpoint", "blueprint", "method", "is_secure", "scheme", "url_rule")),
}


def origin(node: nodes.Node, known: Known = _NOTHING) -> Origin:
    """What `node` can hold.

    Args:
        node: an expression.
        known: names that are known in its template.
    """
    match node:
        case nodes.Const() | nodes.TemplateData() | nodes.Compare() | nodes.Not() | nodes.Test():
            return Origin.SAFE
        case nodes.Div() | nodes.FloorDiv() | nodes.Pow() | nodes.Neg() | nodes.Pos():
            return Origin.SAFE
        case nodes.Filter():
            return _of_filter(node, known)
        case nodes.CondExpr():
            branches = [node.expr1] if node.expr2 is None else [node.expr1, node.expr2]
            return _worst(branches, known)
        case nodes.Concat():
            return _worst(node.nodes, known)
        case nodes.Add() | nodes.Sub() if _is_number(node.left) or _is_number(node.right):
            return Origin.SAFE
        case nodes.Mod() if _makes_numbers(node.left):
            return Origin.SAFE
        case nodes.And() | nodes.Or() | nodes.Add() | nodes.Sub() | nodes.Mul() | nodes.Mod():
            return _worst([node.left, node.right], known)
        case nodes.Name():
            return known.get(node.name, Origin.ANY)
        case nodes.Call():
            return _of_call(node, known)
        case nodes.Getattr() | nodes.Getitem():
            return _of_part(node)
        case nodes.MarkSafe() | nodes.MarkSafeIfAutoescape():
            return origin(node.expr, known)
    return Origin.ANY


def _of_filter(node: nodes.Filter, known: Known) -> Origin:
    inner = node.node
    if node.name == "tojson":
        return Origin.JSON
    if node.name == "urlencode" or (node.name == "format" and _makes_numbers(inner)):
        return Origin.SAFE
    # SECURITY: what a filter is given may be all that it makes: `"%s"|format(x)`.
    given = _given(node, known)
    if node.name in _NUMBERS:
        return given
    found = Origin.ANY if inner is None else origin(inner, known)
    if {found, given} <= {Origin.SAFE, Origin.MADE}:
        return _worse(found, given)
    if node.name == "safe":
        return found if found is Origin.JSON else Origin.RAW
    if node.name in ("forceescape", "trim", "indent", "default", "d"):
        return _worse(found, given)
    return Origin.ANY


def _given(node: nodes.Filter | nodes.Call, known: Known) -> Origin:
    """The worst of what a filter or a function is given in parentheses."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return Origin.ANY
    return _worst([*node.args, *(kwarg.value for kwarg in node.kwargs)], known)


def _makes_numbers(node: nodes.Node | None) -> bool:
    """Whether a format takes nothing but numbers: `"%.2f"`, not `"%s"`."""
    if not isinstance(node, nodes.Const) or not isinstance(node.value, str):
        return False
    return all(kind in "diouxXeEfFgG%" and kind for kind in _CONVERSION.findall(node.value))


def _is_number(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, int | float)


def _of_call(node: nodes.Call, known: Known) -> Origin:
    function = node.node
    if isinstance(function, nodes.Name):
        if function.name == "_" or function.name.endswith("gettext"):
            return _given(node, known)
        if function.name in _CALLS:
            return Origin.SAFE
        if function.name in _PARTS or function.name in known:
            return known.get(function.name, Origin.MADE)
        return Origin.ID if _names_a_file(node) else Origin.ANY
    if isinstance(function, nodes.Getattr):
        if function.attr in _TIMES:
            return _given(node, known)
        # A macro of an imported template, or a block: `forms.field(...)`, `self.title()`.
        target = function.node
        if isinstance(target, nodes.Name) and (target.name == "self" or target.name in known):
            return known.get(target.name, Origin.MADE)
    return Origin.ANY


def _names_a_file(call: nodes.Call) -> bool:
    """Whether a function does what `url_for` does for static files: `asset("site.css")`."""
    given = [*call.args, *call.kwargs, call.dyn_args, call.dyn_kwargs]
    file = given[0].value if isinstance(given[0], nodes.Const) else None
    return not any(given[1:]) and isinstance(file, str) and _FILE.fullmatch(file) is not None


def _of_part(node: nodes.Getattr | nodes.Getitem) -> Origin:
    if isinstance(node, nodes.Getattr):
        name: object = node.attr
    else:
        name = node.arg.value if isinstance(node.arg, nodes.Const) else None
    if name in _IDS:
        return Origin.ANY if _is_of("request", node.node) else Origin.ID
    if isinstance(node.node, nodes.Getattr) and node.node.attr == "config":
        return Origin.SAFE
    if _is_of("config", node.node):
        return Origin.SAFE
    if not isinstance(node.node, nodes.Name):
        return Origin.ANY
    owner = node.node.name
    if owner == "loop":
        return Origin.SAFE if name in _LOOP else Origin.ANY
    if owner in _OF_THE_APP:
        names = _OF_THE_APP[owner]
        return Origin.SAFE if names is None or name in names else Origin.ANY
    return Origin.ANY


def _is_of(owner: str, node: nodes.Node) -> bool:
    """Whether something is a part of what has this name: `request.form` of `request`."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return isinstance(node, nodes.Name) and node.name == owner


def _worst(expressions: list[nodes.Expr], known: Known) -> Origin:
    return _worse(*(origin(expression, known) for expression in expressions))


def _worse(*found: Origin) -> Origin:
    for worst in (Origin.ANY, Origin.RAW, Origin.JSON, Origin.ID, Origin.MADE):
        if worst in found:
            return worst
    return Origin.SAFE


def known_names(nodes_by_type: NodesByType) -> Known:
    """Names that mean something safe wherever they stand in a template: macros, constants."""

    def found(kind: type[nodes.Node]) -> list[Any]:
        return nodes_by_type.get(kind, [])

    made = {macro.name for macro in found(nodes.Macro)}
    made |= {whole.target for whole in found(nodes.Import)}
    made |= {block.target.name for block in found(nodes.AssignBlock) if _is_name(block.target)}
    for some in found(nodes.FromImport):
        made |= {name if isinstance(name, str) else name[1] for name in some.names}
    assigned: dict[str, list[nodes.Node]] = {}
    for assign in found(nodes.Assign):
        if _is_name(assign.target):
            assigned.setdefault(assign.target.name, []).append(assign.node)
    bound = set(_bound_otherwise(found))
    known = dict.fromkeys(made, Origin.MADE)
    for name, values in assigned.items():
        if all(origin(value) is Origin.SAFE for value in values):
            known.setdefault(name, Origin.SAFE)
    return {name: kind for name, kind in known.items() if name not in bound}


def is_made(node: nodes.Expr, nodes_by_type: NodesByType, known: Known) -> bool:
    """Whether it is the templates themselves that make markup of a value: no word of anybody's."""
    if origin(node, known) is Origin.MADE:
        return True
    parts = [node, *node.find_all((nodes.Filter, nodes.Name))]
    if any(isinstance(part, nodes.Filter) and part.name in _ESCAPES for part in parts):
        return True
    names = {part.name for part in parts if isinstance(part, nodes.Name)}
    assigned: list[Any] = nodes_by_type.get(nodes.Assign, [])
    return any(
        _is_name(assign.target)
        and assign.target.name in names
        and origin(assign.node, known) is Origin.MADE
        for assign in assigned
    )


def _bound_otherwise(found: Callable[[type[nodes.Node]], list[Any]]) -> Iterator[str]:
    """Names that loops, macros and `with` give values that their source does not tell."""
    for loop in found(nodes.For):
        yield from _targets(loop.target)
    for function in (*found(nodes.Macro), *found(nodes.CallBlock)):
        yield from (argument.name for argument in function.args)
    for block in found(nodes.With):
        for target in block.targets:
            yield from _targets(target)
    for assign in found(nodes.Assign):
        if not _is_name(assign.target):
            yield from _targets(assign.target)


def _is_name(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name)


def _targets(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name
    else:
        yield from (name.name for name in target.find_all(nodes.Name))
