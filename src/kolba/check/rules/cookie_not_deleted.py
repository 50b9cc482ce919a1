"""cookie-not-deleted: a cookie is set for one path or domain, and deleted for another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, keyword, text
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text

_Scope = tuple[object, object]


def find(project: Project) -> Iterator[Hit]:
    sets: dict[str, set[_Scope | None]] = {}
    deletions: list[tuple[Module, ast.Call, str, _Scope]] = []
    for module in project:
        for node in module.nodes.get(ast.Call, ()):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            name = text(argument(node, 0, "key"))
            if name is None:
                continue
            scope = _scope(node)
            if node.func.attr == "set_cookie":
                sets.setdefault(name, set()).add(scope)
            elif node.func.attr == "delete_cookie" and scope is not None:
                deletions.append((module, node, name, scope))
    for module, call, name, scope in deletions:
        known = sets.get(name, set())
        if known and None not in known and scope not in known:
            yield at(call, module.path, name=repr(name))


def _scope(call: ast.Call) -> _Scope | None:
    """Path and domain of a cookie; None if they are computed."""
    found: list[object] = []
    for name, default in (("path", "/"), ("domain", None)):
        given = keyword(call, name)
        if given is not None and not isinstance(given, ast.Constant):
            return None
        found.append(default if given is None else constant(given))
    if any(k.arg is None for k in call.keywords) or len(call.args) > 4:
        return None
    return found[0], found[1]


RULE = Rule(
    code="cookie-not-deleted",
    chapter="cookies",
    message=Text(
        "this deletes no cookie {name}: it is set with another path or domain",
        "это не удалит cookie-файл {name}: он ставится с другим путём или доменом",
    ),
    hint=Text(
        "Pass the same path= and domain= as set_cookie",
        "Передайте те же path= и domain=, что и в set_cookie",
    ),
    why=Text(
        "To a browser, a cookie of another path is another cookie. The old one stays, and a "
        "log-out does not log out.",
        "Для браузера cookie-файл с другим путём — другой файл. Старый остаётся, и выход не "
        "состоится.",
    ),
    bad="""response.set_cookie("cart", "7", path="/shop")
response.delete_cookie("cart")""",
    good="""response.set_cookie("cart", "7", path="/shop")
response.delete_cookie("cart", path="/shop")""",
    find_in_project=find,
)
