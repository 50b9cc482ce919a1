"""The `url_for` calls of one Python file, and the templates that it holds as text.

Only names that the file imports from `flask` or `kolba` count, and `current_app.url_for`:
a function that somebody else has called `url_for` is theirs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kolba.urls.links.link import ASKS, UNKNOWN, Link

_HOMES = frozenset(("flask", "flask.helpers", "kolba"))
_MAKERS = frozenset(("url_for", "sign_url"))
_APPS = frozenset(("Flask", "Kolba"))
# In a view that is for the page that it answers, not for whether another is there.
_ASKS = ASKS - {"endpoint"}
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A template that stands in a Python file as text.

    Attributes:
        source: the text.
        line: where it begins.
        functions: first lines of the functions around it.
    """

    source: str
    line: int
    functions: tuple[int, ...]


@dataclass(slots=True)
class Module:
    """What one Python file tells of links.

    Attributes:
        links: those that it makes.
        named: what functions of the name are given, somebody's own `url_for` as well.
        templates: those that stand in it as text.
        redirects: constant paths that it redirects to.
        apps: how many apps it makes.
    """

    links: list[Link] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    templates: list[Embedded] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    apps: int = 0


def read(source: str, file: str) -> Module:
    """The links and embedded templates of a file; of one that cannot be parsed, none."""
    module = Module()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return module
    names = _Names.of(tree)
    module.links = _links(tree, file, names)
    module.named = list(_named(tree))
    if names.renders:
        module.templates = list(_texts(tree))
    module.redirects = list(_redirects(tree))
    module.apps = _apps(tree)
    return module


def links(tree: ast.Module, file: str) -> list[Link]:
    """The links of a file that is parsed already."""
    return _links(tree, file, _Names.of(tree))


def _links(tree: ast.Module, file: str, names: _Names) -> list[Link]:
    return [
        _link(call, file, guarded, functions) for call, guarded, functions in _calls(tree, names)
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """What the file calls `url_for`, what has it as an attribute, and whether it renders text."""

    makers: frozenset[str]
    modules: frozenset[str]
    renders: bool

    @classmethod
    def of(cls, tree: ast.Module) -> _Names:
        makers: set[str] = set()
        modules: set[str] = set()
        renders = False
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in _HOMES:
                makers |= {n.asname or n.name for n in node.names if n.name in _MAKERS}
                modules |= {n.asname or n.name for n in node.names if n.name == "current_app"}
                renders = renders or any(n.name == "render_template_string" for n in node.names)
            elif isinstance(node, ast.Import):
                modules |= {n.asname or n.name for n in node.names if n.name in _HOMES}
            elif isinstance(node, ast.Attribute) and node.attr == "render_template_string":
                renders = True
        return cls(frozenset(makers), frozenset(modules), renders)

    def makes_link(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self.makers
        return (
            isinstance(function, ast.Attribute)
            and function.attr in _MAKERS
            and isinstance(function.value, ast.Name)
            and function.value.id in self.modules
        )


def _calls(tree: ast.Module, names: _Names) -> Iterator[tuple[ast.Call, bool, tuple[int, ...]]]:
    for node, guarded, functions in _walk(tree):
        if isinstance(node, ast.Call) and node.args and names.makes_link(node.func):
            yield node, guarded, functions


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, bool, tuple[int, ...]]]:
    """Each node, whether it may never run or fail unseen, and its functions' first lines."""
    stack: list[tuple[ast.AST, bool, tuple[int, ...]]] = [(tree, False, ())]
    while stack:
        node, guarded, functions = stack.pop()
        yield node, guarded, functions
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            # The line of a function's code is that of its first decorator.
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            functions = (*functions, first)
        parts = [(child, unsure, functions) for child, unsure in _parts(node, guarded)]
        stack += reversed(parts)


def _parts(node: ast.AST, guarded: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The parts of a node, and whether each is guarded."""
    guarded = guarded or _catches(node) or _asks_first(node)
    for _, value in ast.iter_fields(node):
        unsure = guarded
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield part, unsure
                unsure = unsure or _leaves_if(part)


def _catches(node: ast.AST) -> bool:
    if isinstance(node, ast.With | ast.AsyncWith):
        calls = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
        return any(_name_of(call.func) == "suppress" for call in calls)
    return isinstance(node, ast.Try | ast.TryStar) and bool(node.handlers)


def _asks_first(node: ast.AST) -> bool:
    """Whether what stands in a node runs only if the app has something."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return _asks(node.test)
    return isinstance(node, ast.BoolOp) and _asks(node)


def _leaves_if(node: ast.AST) -> bool:
    """Whether what follows runs only if the app has something."""
    return isinstance(node, ast.If) and isinstance(node.body[-1], _LEAVES) and _asks(node.test)


def _asks(test: ast.expr) -> bool:
    return any(_name_of(part) in _ASKS for part in ast.walk(test))


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _link(call: ast.Call, file: str, guarded: bool, functions: tuple[int, ...]) -> Link:
    first = call.args[0]
    endpoint = first.value if isinstance(first, ast.Constant) else None
    names = [k.arg for k in call.keywords]
    values: dict[str, Any] = {
        k.arg: k.value.value if isinstance(k.value, ast.Constant) else UNKNOWN
        for k in call.keywords
        if k.arg is not None
    }
    return Link(
        file=file,
        line=call.lineno,
        endpoint=endpoint if isinstance(endpoint, str) else None,
        values=values,
        open=None in names,
        guarded=guarded or isinstance(first, ast.Starred),
        functions=functions,
        text=_text(call),
    )


def _text(call: ast.Call) -> str:
    try:
        return ast.unparse(call)
    except RecursionError:
        return f"{_name_of(call.func)}(...)"


def _texts(tree: ast.Module) -> Iterator[Embedded]:
    """Text constants that look like templates with links; docstrings are no templates."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node, _, functions in _walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            is_template = "url_for" in text and ("{{" in text or "{%" in text)
            if is_template and id(node) not in documentation:
                yield Embedded(text, node.lineno, functions)


def _apps(tree: ast.Module) -> int:
    """How many apps the file makes."""
    return sum(_name_of(n.func) in _APPS for n in ast.walk(tree) if isinstance(n, ast.Call))


def _redirects(tree: ast.Module) -> Iterator[str]:
    """Constant paths that `redirect` is given."""
    return (text for name, text in _first_texts(tree) if name == "redirect")


def _named(tree: ast.Module) -> Iterator[str]:
    return (text for name, text in _first_texts(tree) if name.endswith("url_for"))


def _first_texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each call whose first argument is a constant text: the function's name, and that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            value = node.args[0].value
            if isinstance(value, str):
                yield _name_of(node.func), value
