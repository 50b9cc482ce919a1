"""The views of a Python file: functions that `route` and its like decorate or name.

Recognised are apps and blueprints of Flask, and objects of the project that may be ones.
The invariant: a function of another framework is no view.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kolba.check.names import Function
from kolba.check.nodes import argument, keyword, last, text

if TYPE_CHECKING:
    from kolba.check.module import Module

VERBS = frozenset(("get", "post", "put", "delete", "patch"))
APPS = frozenset(("flask.Flask", "flask.Blueprint"))
_CLASSES = {"flask.views.MethodView"}
_MAKES_ONE = re.compile(r"(.*\.)?(\w*Flask|\w*Blueprint|(create|make|get|build)_\w*app\w*)")
_OTHERS = frozenset(
    (
        *("aiohttp", "apistar", "bottle", "chalice", "falcon", "fastapi", "hug", "litestar"),
        *("microdot", "pyramid", "quart", "robyn", "sanic", "starlette", "tornado", "werkzeug"),
        *("django", "click", "typer", "discord", "requests", "httpx", "responses", "socketio"),
        *("flask_restful", "flask_restx", "flask_restplus", "flask_smorest", "flask_openapi3"),
    )
)
_CONVERTER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One URL of a view.

    Attributes:
        call: the call of `route`.
        owner: the name of the app or blueprint, as it is written.
        path: the URL's rule, if it is constant.
        methods: what it answers; None if that cannot be told.
        endpoint: its name; None if that is computed.
        sure: whether the owner is surely Flask's own.
    """

    call: ast.Call
    owner: str
    path: str | None
    methods: frozenset[str] | None
    endpoint: str | None
    sure: bool

    @property
    def converters(self) -> dict[str, str]:
        """The converter of each parameter."""
        return {name: kind or "string" for kind, name in _CONVERTER.findall(self.path or "")}


@dataclass(frozen=True, slots=True)
class View:
    """A function and its routes.

    Attributes:
        function: the function.
        routes: its routes, the lowest decorator first.
        others: its decorators that are no routes.
    """

    function: Function
    routes: tuple[Route, ...]
    others: tuple[ast.expr, ...]

    @property
    def methods(self) -> frozenset[str] | None:
        """What any of its routes answers; None if that cannot be told."""
        found: set[str] = set()
        for route in self.routes:
            if route.methods is None:
                return None
            found |= route.methods
        return frozenset(found)

    @property
    def converters(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for route in self.routes:
            found |= route.converters
        return found

    @property
    def is_plain(self) -> bool:
        """Whether what the function returns is what Flask gets, as far as decorators tell."""
        return all(_PLAIN.search(_name(decorator)) for decorator in self.others)


_PLAIN = re.compile(
    r"login|auth|requir|permission|role|admin|cache|limit|exempt|allow|protect|validate_csrf", re.I
)


def views(module: Module) -> dict[Function, View]:
    """The views of a file."""
    found: dict[Function, View] = {}
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in module.nodes.get(kind, ()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
                view = _view(node, module)
                if view is not None:
                    found[node] = view
    for call in module.nodes.get(ast.Call, ()):
        if isinstance(call, ast.Call):
            _add(call, module, found)
    return found


def _add(call: ast.Call, module: Module, found: dict[Function, View]) -> None:
    """`app.add_url_rule("/", view_func=index)`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_url_rule":
        return
    given = argument(call, 2, "view_func")
    function = _named(given, module)
    if function is not None:
        route = _of_call(call, function, module)
        if route is not None:
            known = found.get(function) or View(function, (), _decorators(function))
            found[function] = replace(known, routes=(*known.routes, route))
    elif isinstance(given, ast.Call):
        found.update(_of_class(call, given, module))


def _of_class(call: ast.Call, given: ast.Call, module: Module) -> Iterator[tuple[Function, View]]:
    """`app.add_url_rule("/", view_func=Index.as_view("index"))`: the methods that answer."""
    function = given.func
    if not isinstance(function, ast.Attribute) or function.attr != "as_view":
        return
    name = ast.unparse(function.value)
    classes = [c for c in module.tree.body if isinstance(c, ast.ClassDef) and c.name == name]
    if len(classes) != 1 or not {module.of(base) for base in classes[0].bases} & _CLASSES:
        return
    for method in classes[0].body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in VERBS:
            route = _of_call(call, method, module)
            if route is not None:
                methods = frozenset((method.name.upper(),))
                around = (*_decorators(method), *_decorators_of_all(classes[0]))
                yield (
                    method,
                    View(method, (replace(route, methods=methods, endpoint=None),), around),
                )


def _decorators(function: Function) -> tuple[ast.expr, ...]:
    return tuple(reversed(function.decorator_list))


def _decorators_of_all(views: ast.ClassDef) -> Iterator[ast.expr]:
    """What `decorators` of a class puts around its views."""
    for node in views.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "decorators":
            yield from node.value.elts if isinstance(node.value, ast.List) else (node.value,)


def _named(node: ast.expr | None, module: Module) -> Function | None:
    """The one function of the file that a name can stand for."""
    if not isinstance(node, ast.Name) or any(assigned(node, module)):
        return None
    functions = [
        statement
        for statement in module.tree.body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        and statement.name == node.id
    ]
    return functions[0] if len(functions) == 1 else None


def _view(function: Function, module: Module) -> View | None:
    routes: list[Route] = []
    others: list[ast.expr] = []
    for decorator in reversed(function.decorator_list):
        route = _route(decorator, function, module)
        if route is None:
            others.append(decorator)
        else:
            routes.append(route)
    return View(function, tuple(routes), tuple(others)) if routes else None


def _route(decorator: ast.expr, function: Function, module: Module) -> Route | None:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    verb = decorator.func.attr
    if verb not in VERBS:
        return _of_call(decorator, function, module) if verb == "route" else None
    route = _of_call(decorator, function, module)
    if route is None or route.path is None:
        return None
    return replace(route, methods=frozenset((verb.upper(),)))


def _of_call(call: ast.Call, function: Function, module: Module) -> Route | None:
    """The route that a call of `route` or `add_url_rule` makes."""
    assert isinstance(call.func, ast.Attribute)
    owner = call.func.value
    sure = _is_flasks(owner, module)
    path = text(argument(call, 0, "rule"))
    if sure is None or (path and not path.startswith("/")):
        return None
    endpoint = _endpoint(call, function)
    return Route(call, ast.unparse(owner), path, _methods(call), endpoint, sure)


def _is_flasks(owner: ast.expr, module: Module) -> bool | None:
    """Whether an object is an app or a blueprint: True, False for "may be", None for no."""
    if not isinstance(owner, ast.Name):
        dotted = module.of(owner) or ""
        return None if dotted.partition(".")[0] in _OTHERS else False
    made = list(assigned(owner, module))
    if not made:
        dotted = module.of(owner) or ""
        if dotted.partition(".")[0] in _OTHERS:
            return None
        return bool(dotted) and owner.id in module.owners
    kinds = {_kind(value, module) for value in made}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(value: ast.expr, module: Module) -> bool | None:
    if isinstance(value, ast.Await):
        return None
    if not isinstance(value, ast.Call):
        return False
    dotted = module.of(value.func)
    if dotted in APPS:
        return True
    name = dotted or ast.unparse(value.func)
    if name.partition(".")[0] in _OTHERS:
        return None
    return False if _MAKES_ONE.fullmatch(name) else None


def assigned(name: ast.Name, module: Module) -> Iterator[ast.expr]:
    """What a name is given in the scope that it belongs to."""
    for scope in module.names.scopes(name):
        values = [v for n, v in module.assignments.get(scope, ()) if n == name.id]
        if values:
            yield from values
            return


def assignments(module: Module) -> dict[ast.AST, list[tuple[str, ast.expr]]]:
    """The plain assignments of each scope."""
    found: dict[ast.AST, list[tuple[str, ast.expr]]] = {}
    for node in (*module.nodes.get(ast.Assign, ()), *module.nodes.get(ast.AnnAssign, ())):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            here = found.setdefault(module.names.scope(node), [])
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            here += [(t.id, node.value) for t in targets if isinstance(t, ast.Name)]
    return found


def _methods(call: ast.Call) -> frozenset[str] | None:
    if any(k.arg is None for k in call.keywords):
        return None
    given = keyword(call, "methods")
    if given is None:
        return frozenset(("GET",))
    if not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return None
    found = [e.value for e in given.elts if isinstance(e, ast.Constant)]
    if len(found) != len(given.elts) or not all(isinstance(m, str) for m in found):
        return None
    return frozenset(str(method).upper() for method in found)


def _endpoint(call: ast.Call, function: Function) -> str | None:
    if any(k.arg is None for k in call.keywords):
        return None
    is_added = last(call.func) == "add_url_rule"
    given = argument(call, 1, "endpoint") if is_added else keyword(call, "endpoint")
    return function.name if given is None else text(given)


def _name(decorator: ast.expr) -> str:
    """The last part of a decorator's name."""
    return last(decorator.func if isinstance(decorator, ast.Call) else decorator)


_RESOURCES = re.compile(r"flask_(restful|restx|restplus)\.Resource")


def resources(module: Module) -> dict[Function, dict[str, str]]:
    """The methods of Flask-RESTful's resources, with the converters of their parameters."""
    classes = {
        node.name: node
        for node in module.nodes.get(ast.ClassDef, ())
        if isinstance(node, ast.ClassDef)
        and any(_RESOURCES.fullmatch(module.of(base) or "") for base in node.bases)
    }
    paths: dict[str, list[str]] = {
        name: _paths(node.decorator_list) for name, node in classes.items()
    }
    for call in module.nodes.get(ast.Call, ()) if classes else ():
        if isinstance(call, ast.Call) and last(call.func) == "add_resource" and call.args:
            paths.get(last(call.args[0]), []).extend(filter(None, map(text, call.args[1:])))
    return {
        method: {n: kind or "string" for kind, n in _CONVERTER.findall("".join(paths[name]))}
        for name, node in classes.items()
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in VERBS
    }


def _paths(decorators: list[ast.expr]) -> list[str]:
    """The rules of `@api.route("/item/<id>")` above a class."""
    calls = [d for d in decorators if isinstance(d, ast.Call) and last(d.func) == "route"]
    return [path for call in calls for path in map(text, call.args) if path]


_HOOKS = {
    **{name: name for name in ("before_request", "after_request", "teardown_request")},
    **{name: name for name in ("teardown_appcontext", "context_processor", "errorhandler")},
    **{name: name for name in ("url_defaults", "url_value_preprocessor")},
    "before_app_request": "before_request",
    "after_app_request": "after_request",
    "teardown_app_request": "teardown_request",
    "app_context_processor": "context_processor",
    "app_errorhandler": "errorhandler",
    "app_url_defaults": "url_defaults",
    "app_url_value_preprocessor": "url_value_preprocessor",
}


def hook(function: Function, module: Module) -> str | None:
    """What an app or a blueprint, which is surely one, calls a decorated function for."""
    if len(function.decorator_list) != 1:
        return None
    decorator = function.decorator_list[0]
    is_called = isinstance(decorator, ast.Call)
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(named, ast.Attribute):
        return None
    found = _HOOKS.get(named.attr)
    if found is None or is_called != (found == "errorhandler"):
        return None
    return found if _is_flasks(named.value, module) else None
