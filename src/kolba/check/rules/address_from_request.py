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
_KINDS = BY_LINK | {"json", "path_parameter"}


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in _FETCH:
        return
    source = module.flow(call).source(argument(call, 0, "url"))
    if source is not None and source.whole and source.kind in _KINDS:
        yield at(call, source=source.text)


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
