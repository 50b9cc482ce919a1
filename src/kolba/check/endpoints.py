"""The endpoints of a project, as far as its text tells, and the links to them.

An endpoint that no function, class or text of the project could be called is certainly
not there; of one that is, the routes are known only where their owner is.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kolba.check.module import Module
from kolba.check.nodes import constant, last, text
from kolba.check.views import Route, View, assigned
from kolba.urls.links import in_python
from kolba.urls.links.link import Link

if TYPE_CHECKING:
    from kolba.check.project import Project

# A name with a place for a word, and with a word of its own.
_MADE = re.compile(r"(?=.*\{)(?=.*[A-Za-z]{2})(?:[\w.]|\{\w*\})+")
_PARTS = re.compile(r"(?:[\w.]|\{\})+")
_CHANGES_LINKS = ("url_defaults", "url_value_preprocessor", "url_build_error_handlers")


@dataclass(frozen=True, slots=True)
class Known:
    """A view whose endpoint is known.

    Attributes:
        endpoint: its name, with its blueprint's.
        module: the file.
        view: the view.
        route: the route.
    """

    endpoint: str
    module: Module
    view: View
    route: Route


@dataclass
class Endpoints:
    """What is known of a project's endpoints."""

    project: Project
    known: dict[str, list[Known]] = field(default_factory=dict)
    blueprints: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for module in self.project:
            for node in module.nodes.get(ast.Call, ()):
                if isinstance(node, ast.Call) and module.of(node.func) == "flask.Blueprint":
                    name = text(node.args[0]) if node.args else None
                    if name is not None:
                        self.blueprints.add(name)
        owners = dict(self._owners())
        for module in self.project:
            for view in module.views.values():
                for route in view.routes:
                    self._learn(module, view, route, owners)

    def _owners(self) -> Iterator[tuple[str, str | None]]:
        """What each app and blueprint of a module is called: '' for an app, None if unsure."""
        found: dict[str, set[str | None]] = {}
        for module in self.project:
            for node in module.nodes.get(ast.Assign, ()):
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    called = _called(node.value, module)
                    if called is not None:
                        for target in node.targets:
                            if isinstance(target, ast.Name):
                                found.setdefault(target.id, set()).add(called)
        for name, calls in found.items():
            yield name, calls.pop() if len(calls) == 1 else None

    def _learn(
        self, module: Module, view: View, route: Route, owners: dict[str, str | None]
    ) -> None:
        if route.endpoint is None or not route.sure:
            return
        owner = route.call.func.value if isinstance(route.call.func, ast.Attribute) else None
        if not isinstance(owner, ast.Name):
            return
        values = list(assigned(owner, module))
        if values:
            called = _called(values[0], module) if isinstance(values[0], ast.Call) else None
        else:
            called = owners.get(owner.id)
        if called is None:
            return
        endpoint = f"{called}.{route.endpoint}" if called else route.endpoint
        self.known.setdefault(endpoint, []).append(Known(endpoint, module, view, route))

    @cached_property
    def functions(self) -> Counter[str]:
        """How many functions of each name there are."""
        return Counter(
            node.name
            for module in self.project
            for kind in (ast.FunctionDef, ast.AsyncFunctionDef)
            for node in module.nodes.get(kind, ())
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )

    @cached_property
    def others(self) -> frozenset[str]:
        """What else the project's Python files could call an endpoint: classes and texts."""
        found: set[str] = set()
        for module in self.project:
            for node in module.nodes.get(ast.ClassDef, ()):
                if isinstance(node, ast.ClassDef):
                    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name)
                    found |= {node.name, node.name.lower(), snake.lower()}
            links = {id(call.args[0]) for call in module.calls("flask.url_for") if call.args}
            for node in module.nodes.get(ast.Constant, ()):
                value = constant(node)
                if isinstance(value, str) and id(node) not in links:
                    found.add(value)
        return frozenset(found)

    def is_possible(self, name: str) -> bool:
        """Whether anything of the project may be an endpoint of this name."""
        if name in self.functions or name in self.others:
            return True
        return any(made.fullmatch(name) for made in self._made)

    @cached_property
    def _made(self) -> list[re.Pattern[str]]:
        """What names look like that the project puts together: `f"{name}_list"`."""
        found = {made for module in self.project for made in _put_together(module)}
        found |= {made.replace("%s", "{}") for made in self.others}
        names = {re.sub(r"\{\w*\}", "{}", made) for made in found if _MADE.fullmatch(made)}
        names |= {made for module in self.project for made in _of_endpoints(module)}
        return [re.compile(name.replace(".", r"\.").replace("{}", r"\w+")) for name in names]

    def is_only_in_blueprints(self, name: str) -> bool:
        """Whether each function of this name is the view of a blueprint, and nothing else."""
        if name in self.others:
            return False
        views = [k for e, ks in self.known.items() if e.rpartition(".")[2] == name for k in ks]
        functions = {id(known.view.function) for known in views}
        return (
            bool(views)
            and all("." in known.endpoint for known in views)
            and len(functions) == self.functions[name]
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether links mean what they say: nothing fills in or changes their arguments."""
        return not any(
            change in module.source for module in self.project for change in _CHANGES_LINKS
        )

    @cached_property
    def has_app(self) -> bool:
        return any(True for module in self.project for _ in module.calls("flask.Flask"))


def _put_together(module: Module) -> Iterator[str]:
    """The texts that a file makes of parts, with `{}` for what is no constant."""
    for node in module.nodes.get(ast.JoinedStr, ()):
        if isinstance(node, ast.JoinedStr):
            yield _joined(node)
    for node in module.nodes.get(ast.BinOp, ()):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield (text(node.left) or "{}") + (text(node.right) or "{}")


def _of_endpoints(module: Module) -> Iterator[str]:
    """The same of endpoints that are said to be ones, also without a word of their own."""
    for node in module.nodes.get(ast.JoinedStr, ()):
        around = module.parents[node]
        is_added = isinstance(around, ast.Call) and last(around.func) == "add_url_rule"
        is_named = isinstance(around, ast.keyword) and around.arg == "endpoint"
        made = _joined(node) if isinstance(node, ast.JoinedStr) else ""
        if (is_added or is_named) and _PARTS.fullmatch(made):
            yield made


def _joined(node: ast.JoinedStr) -> str:
    return "".join(text(part) or "{}" for part in node.values)


def _called(call: ast.Call, module: Module) -> str | None:
    """'' for an app, a blueprint's name, None for all else."""
    kind = module.of(call.func)
    if kind == "flask.Flask":
        return ""
    if kind == "flask.Blueprint" and call.args:
        return text(call.args[0])
    return None


def links(project: Project) -> Iterator[Link]:
    """The `url_for` calls of the project's files and templates that are sure to run."""
    for module in project:
        if "url_for" in module.source:
            yield from in_python.links(module.tree, module.path)
    for template in project.templates:
        if "url_for" in template.source:
            yield from template.facts.links
