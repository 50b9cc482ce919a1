"""nested-session-change: a list or dict in the session is changed, and not saved."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import BLOCKS, Module
from kolba.check.nodes import shown
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text

_CHANGES = frozenset(
    (
        *("append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "add"),
        *("sort", "reverse", "discard", "popitem"),
    )
)
_EXTENSIONS = frozenset(("flask_session", "flask_kvsession", "flask_sessionstore", "beaker"))
# A change of the session itself saves all of it; `setdefault` changes it the first time alone.
_SAVES = frozenset(("pop", "clear", "update", "popitem"))
_GIVES = frozenset(("get", "setdefault"))


def find(project: Project) -> Iterator[Hit]:
    if any(_has_other_sessions(module) for module in project):
        return
    for module in project:
        if "session" in module.source and "kolba" not in module.packages:
            for function, changes in _changes(module).items():
                yield from _not_saved(changes, function, module)


def _has_other_sessions(module: Module) -> bool:
    """Whether sessions may be others than Flask's, which may look inside, or permanent ones."""
    if module.packages & _EXTENSIONS or ".permanent =" in module.source:
        return True  # a permanent session is saved with each answer
    return "session_interface" in module.source or "SessionInterface" in module.source


def _changes(module: Module) -> dict[ast.AST, list[ast.AST]]:
    """The changes inside of the session, by the outermost function around them."""
    found: dict[ast.AST, list[ast.AST]] = {}
    for kind in (ast.Call, ast.Subscript):
        for node in module.nodes.get(kind, ()):
            if _is_nested_change(node, module):
                functions = [n for n in module.around(node) if isinstance(n, BLOCKS)]
                for function in functions[-1:]:
                    found.setdefault(function, []).append(node)
    return found


def _not_saved(changes: list[ast.AST], function: ast.AST, module: Module) -> Iterator[Hit]:
    saves = [_where_missing(n, module) for n in ast.walk(function) if _saves(n, module)]
    for change in changes:
        around = {None, *module.around(change)}
        if not around.intersection(saves):
            yield at(change, module.path, change=shown(change))


def _is_nested_change(node: ast.AST, module: Module) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in _CHANGES:
            return False
        is_of_another = isinstance(module.parents[node], ast.Subscript | ast.Attribute)
        is_whole = node.func.attr != "setdefault" or not is_of_another
        return is_whole and _is_part(node.func.value, module)
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _is_part(node.value, module)
    return False


def _is_part(node: ast.expr, module: Module) -> bool:
    """`session["cart"]`, `session.get("cart")`, and parts of them."""
    if isinstance(node, ast.Name):
        values = list(module.flow(node).reaching(node))
        return bool(values) and all(_is_default(value, module) for value in values)
    while (inner := _inner(node)) is not None:
        if module.of(inner) == "flask.session":
            return True
        node = inner
    return False


def _inner(node: ast.expr) -> ast.expr | None:
    """What a part is a part of."""
    match node:
        case ast.Subscript(value=inner):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr=read)) if read in _GIVES:
            return inner
    return None


def _is_default(value: ast.expr | None, module: Module) -> bool:
    """`session.setdefault("cart", {})`: what is meant to be in the session."""
    match value:
        case ast.Call(func=ast.Attribute(value=session, attr="setdefault")):
            return module.of(session) == "flask.session"
    return False


def _saves(node: ast.AST, module: Module) -> bool:
    """Whether something makes Flask save the whole session, or may do so."""
    if isinstance(node, ast.Attribute) and node.attr in ("modified", "accessed"):
        return module.of(node.value) == "flask.session"
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return module.of(node.value) == "flask.session"
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _SAVES:
            return module.of(function.value) == "flask.session"
        return any(module.of(argument) == "flask.session" for argument in node.args)
    return False


def _where_missing(node: ast.AST, module: Module) -> ast.If | None:
    """The `if "cart" not in session:` around what saves: at other times nothing is saved."""
    for around in module.around(node):
        match around:
            case ast.If(test=ast.Compare(ops=[ast.NotIn()], comparators=[session])):
                if module.of(session) == "flask.session":
                    return around
    return None


RULE = Rule(
    code="nested-session-change",
    chapter="sessions",
    message=Text(
        "{change} changes what is inside the session: Flask does not notice, and does not save it",
        "{change} меняет то, что внутри сессии: Flask этого не заметит и не сохранит",
    ),
    hint=Text(
        "Write session.modified = True after it",
        "Напишите после этого session.modified = True",
    ),
    why=Text(
        "Flask's session notices that a key of its own is set, and nothing below. The cart is "
        "filled, and empty on the next page. `kolba.Kolba` saves nested changes.",
        "Сессия Flask замечает присваивание своим ключам, а глубже не смотрит. Корзина "
        "наполнена, а на следующей странице пуста. `kolba.Kolba` сохраняет и вложенные изменения.",
    ),
    bad='session["cart"].append(item)',
    good='session["cart"] = [*session["cart"], item]',
    find_in_project=find,
)
