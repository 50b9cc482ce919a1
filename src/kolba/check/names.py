"""What a name in a Python file stands for, as far as its imports tell.

`Names.of(node)` is a dotted name such as `flask.request.args`, whatever the file has
called its parts. The invariant: a name that the file gives another meaning is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | Function | ast.Lambda
SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_FLASK = (
    *("abort", "after_this_request", "current_app", "flash", "g", "get_flashed_messages"),
    *("jsonify", "make_response", "redirect", "render_template", "render_template_string"),
    *("request", "send_file", "send_from_directory", "session", "stream_with_context", "url_for"),
    *("Blueprint", "Flask", "Response"),
)
# The same things under other names.
_SAME = {
    **{f"kolba.{name}": f"flask.{name}" for name in _FLASK},
    "kolba.Kolba": "flask.Flask",
    "kolba.app.Kolba": "flask.Flask",
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "flask.wrappers.Response": "flask.Response",
    "flask.wrappers.request": "flask.request",
    "flask.globals.request": "flask.request",
    "flask.globals.session": "flask.session",
    "flask.globals.current_app": "flask.current_app",
    "flask.json.jsonify": "flask.jsonify",
    "werkzeug.utils.redirect": "flask.redirect",
    "werkzeug.redirect": "flask.redirect",
    "werkzeug.exceptions.abort": "flask.abort",
    "werkzeug.secure_filename": "werkzeug.utils.secure_filename",
    **{f"flask.helpers.{name}": f"flask.{name}" for name in _FLASK},
    **{f"flask.templating.{name}": f"flask.{name}" for name in _FLASK},
    **{f"{home}.Markup": "markupsafe.Markup" for home in ("flask", "jinja2", "kolba")},
    **{f"{home}.escape": "markupsafe.escape" for home in ("flask", "jinja2", "kolba", "html")},
    "werkzeug.utils.escape": "markupsafe.escape",
    "cgi.escape": "markupsafe.escape",
}


class Names:
    """The meanings of names in one file.

    Args:
        nodes: all nodes of the file, by type.
        parents: the node around each node.
    """

    def __init__(
        self, nodes: Mapping[type[ast.AST], list[ast.AST]], parents: Mapping[ast.AST, ast.AST]
    ) -> None:
        self._parents = parents
        self._known: dict[ast.AST, str | None] = {}
        self._imported: dict[Scope, dict[str, str]] = {}
        self._bound: dict[Scope, set[str]] = {}
        self._defined: dict[Scope, set[str]] = {}
        for kind in (ast.Import, ast.ImportFrom):
            for node in nodes.get(kind, ()):
                here = self._imported.setdefault(self.scope(node), {})
                here.update(_imports(node))
        self._bind(nodes)

    def _bind(self, nodes: Mapping[type[ast.AST], list[ast.AST]]) -> None:
        for node in nodes.get(ast.Name, ()):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self._bound.setdefault(self.scope(node), set()).add(node.id)
        for node in nodes.get(ast.arg, ()):
            if isinstance(node, ast.arg):
                self._bound.setdefault(self.scope(node), set()).add(node.arg)
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            for node in nodes.get(kind, ()):
                # A method is no name of its module.
                if not isinstance(self._parents.get(node), ast.ClassDef):
                    name: str = node.name  # type: ignore[attr-defined]
                    self._defined.setdefault(self.scope(self._parents[node]), set()).add(name)

    def scope(self, node: ast.AST) -> Scope:
        """The function around a node, or the module."""
        while not isinstance(node, SCOPES):
            node = self._parents[node]
        return node

    def scopes(self, node: ast.AST) -> Iterator[Scope]:
        """The functions around a node, from the inner one, and the module."""
        scope = self.scope(node)
        while True:
            yield scope
            if isinstance(scope, ast.Module):
                return
            scope = self.scope(self._parents[scope])

    def of(self, node: ast.AST) -> str | None:
        """The dotted name of what a node stands for; None if that cannot be told."""
        if not isinstance(node, ast.Attribute | ast.Name):
            return None
        if node not in self._known:  # PERF: every rule asks for the same calls
            self._known[node] = self._of(node)
        return self._known[node]

    def _of(self, node: ast.AST) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        home = self._home(node)
        if home is None:
            return None
        dotted = _same(home)
        for part in reversed(parts):
            dotted = _same(f"{dotted}.{part}")
        return dotted

    def imported(self, scope: Scope, name: str) -> str | None:
        """The dotted name of what a scope imports under a name."""
        return self._imported.get(scope, {}).get(name)

    def home(self, name: ast.Name) -> Scope | None:
        """The scope that gives a name its meaning."""
        known = (self._imported, self._defined, self._bound)
        for scope in self.scopes(name):
            if any(name.id in each.get(scope, ()) for each in known):
                return scope
        return None

    def is_of_file(self, name: ast.Name) -> bool:
        """Whether a name is a function or class of the file's own, wherever it is used."""
        for scope in self.scopes(name):
            if isinstance(scope, ast.Module):
                return name.id in self._defined.get(scope, ())
            if any(name.id in known.get(scope, ()) for known in (self._bound, self._defined)):
                return False
        return False

    def is_global(self, name: ast.Name) -> bool:
        """Whether a name is one of the module, wherever it is used."""
        for scope in self.scopes(name):
            if isinstance(scope, ast.Module):
                return True
            known = (self._bound, self._defined, self._imported)
            if any(name.id in each.get(scope, ()) for each in known):
                return False
        return False

    def _home(self, node: ast.Name) -> str | None:
        for scope in self.scopes(node):
            imported = self._imported.get(scope, {}).get(node.id)
            if node.id in self._defined.get(scope, ()):
                return None
            if imported is not None:
                return imported
            if node.id in self._bound.get(scope, ()):
                return None
        return node.id if node.id in _BUILTINS else None


_BUILTINS = frozenset(
    (
        *("str", "open", "eval", "exec", "compile", "print", "int", "float", "bool", "len"),
        *("isinstance", "repr", "set", "dict", "list", "tuple", "bytes", "format", "hash"),
    )
)


def _same(dotted: str) -> str:
    return _SAME.get(dotted, dotted)


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for name in node.names:
            if name.asname:
                yield name.asname, name.name
            else:
                top = name.name.partition(".")[0]
                yield top, top
    elif isinstance(node, ast.ImportFrom):
        home = "." * node.level + (node.module or "")
        for name in node.names:
            dot = "" if home.endswith(".") else "."
            yield name.asname or name.name, f"{home}{dot}{name.name}"
