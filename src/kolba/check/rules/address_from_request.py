"""address-from-request: the server fetches whatever address was sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument
from kolba.check.reads import BY_LINK
from kolba.check.rule import Rule
from kolba.check.text import Text

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_FETCH = frozenset(
    (
        *(f"{package}.{verb}" for package in ("requests", "httpx") for verb in _VERBS),
        *("urllib.request.urlopen", "urllib.request.urlretrieve", "urllib2.urlopen"),
    )
)
_BY_NAME = frozenset(("requests.request", "httpx.request"))
_CLIENTS = frozenset(
    (
        *("requests.Session", "requests.session", "httpx.Client", "httpx.AsyncClient"),
        *("requests.sessions.Session", "aiohttp.ClientSession"),
    )
)
_PACKAGES = frozenset(name.partition(".")[0] for name in _CLIENTS)
_KINDS = BY_LINK | {"json", "path_parameter", "field"}


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    place = _place_of_address(call, module)
    source = None if place is None else module.flow(call).source(argument(call, place, "url"))
    if source is not None and source.whole and source.kind in _KINDS:
        yield at(call, source=source.text)


def _place_of_address(call: ast.Call, module: Module) -> int | None:
    """Which argument is the address that is fetched."""
    name = module.of(call.func)
    if name in _FETCH:
        return 0
    if name in _BY_NAME:
        return 1
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        verb = function.attr
        if verb in (*_VERBS, "request") and _is_client(function.value, module):
            return int(verb == "request")
    return None


def _is_client(name: ast.Name, module: Module) -> bool:
    """Whether a name is nothing but a client that fetches, in the whole file."""
    if module.packages.isdisjoint(_PACKAGES):
        return False
    given = [
        *(v for kind in (ast.Assign, ast.AnnAssign) for v in _assigned(name.id, kind, module)),
        *_opened(name.id, module),
    ]
    return bool(given) and all(
        isinstance(value, ast.Call) and module.of(value.func) in _CLIENTS for value in given
    )


def _assigned(name: str, kind: type[ast.AST], module: Module) -> Iterator[ast.expr | None]:
    for node in module.nodes.get(kind, ()):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node.value


def _opened(name: str, module: Module) -> Iterator[ast.expr]:
    """What `with ... as name` opens."""
    for item in module.nodes.get(ast.withitem, ()):
        target = item.optional_vars if isinstance(item, ast.withitem) else None
        if isinstance(item, ast.withitem) and isinstance(target, ast.Name) and target.id == name:
            yield item.context_expr


RULE = Rule(
    code="address-from-request",
    chapter="app",
    message=Text(
        "the server fetches whatever address {source} says, inside of its own network too",
        "сервер загружает любой адрес из {source}, в том числе внутри своей сети",
    ),
    hint=Text(
        "Take the name of a source that you have listed, or check scheme and host against a list",
        "Принимайте имя источника из своего списка или сверяйте схему и хост со списком",
    ),
    why=Text(
        "`http://169.254.169.254/` gives out a cloud's keys, `http://localhost:6379/` reaches "
        "what only this machine may.",
        "`http://169.254.169.254/` отдаст ключи облака, `http://localhost:6379/` достанет до "
        "того, что доступно только этой машине.",
    ),
    bad='return requests.get(request.args["url"]).content',
    good='return requests.get(SOURCES[request.args["source"]]).content',
    nodes=(ast.Call,),
    find=find,
)
