"""cors-with-credentials: any site may read the answers, with the visitor's cookies."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import constant, keyword, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"


def find(node: ast.Call | ast.Assign, module: Module) -> Iterator[Hit]:
    if isinstance(node, ast.Call):
        yield from _of_extension(node, module)
    if (origin := _header(node, _ORIGIN)) is not None and _is_echoed(origin, module):
        function = module.function(node)
        parts = ast.walk(function) if function else ()
        if any(text(_header(part, _CREDENTIALS)) == "true" for part in parts):
            yield at(node)


def _header(node: ast.AST, name: str) -> ast.expr | None:
    """What `response.headers[name] = ...` or `headers.add(name, ...)` says."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=headers, slice=ast.Constant(value=key))]):
            value: ast.expr = node.value
        case ast.Call(
            func=ast.Attribute(value=headers, attr="add" | "set"), args=[key_node, value]
        ):
            key = text(key_node)
        case _:
            return None
    is_headers = isinstance(headers, ast.Attribute) and headers.attr == "headers"
    return value if is_headers and str(key).lower() == name else None


def _is_echoed(value: ast.expr, module: Module) -> bool:
    """Whether it is the `Origin` of the request, whichever that is."""
    if module.of(value) == "flask.request.origin":
        return True
    source = module.flow(value).source(value)
    return source is not None and source.kind == "headers" and "origin" in source.text.lower()


def _of_extension(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in ("flask_cors.CORS", "flask_cors.cross_origin"):
        return
    if constant(keyword(call, "supports_credentials")) is not True:
        return
    if any(k.arg is None for k in call.keywords):
        return
    if _is_of_developers(call, module) or _is_configured(call, module):
        return
    if _is_for_all(keyword(call, "origins")) and _is_for_all(keyword(call, "resources")):
        yield at(call)


def _is_of_developers(call: ast.Call, module: Module) -> bool:
    """`if app.debug:` around it."""
    tests = [one.test for one in module.around(call) if isinstance(one, ast.If)]
    return any("debug" in ast.unparse(test).lower() for test in tests)


def _is_configured(call: ast.Call, module: Module) -> bool:
    """Whether the app's configuration names origins, which hold where a call names none."""
    library = module.library
    return library is not None and keyword(call, "origins") is None and library.says("CORS_ORIGINS")


def _is_for_all(value: ast.expr | None) -> bool:
    """Whether no origin is named."""
    if value is None or constant(value) in ("*", ".*"):
        return True
    if isinstance(value, ast.List | ast.Tuple):
        return any(constant(element) == "*" for element in value.elts)
    if isinstance(value, ast.Dict):
        return all(
            _is_for_all(v) if not isinstance(v, ast.Dict) else _names_none(v) for v in value.values
        )
    return False


def _names_none(options: ast.Dict) -> bool:
    origins = [
        v for k, v in zip(options.keys, options.values, strict=True) if constant(k) == "origins"
    ]
    return None not in options.keys and all(_is_for_all(value) for value in origins)


RULE = Rule(
    code="cors-with-credentials",
    chapter="app",
    message=Text(
        "every site may read the answers in a visitor's name: credentials for any origin",
        "любой сайт прочтёт ответы от имени посетителя: данные для входа открыты любому источнику",
    ),
    hint=Text(
        'Name the sites: origins=["https://shop.example"]',
        'Назовите сайты: origins=["https://shop.example"]',
    ),
    why=Text(
        "With `supports_credentials` and no list, Flask-CORS answers each site with its own name: "
        "the rule that keeps sites apart is off.",
        "С `supports_credentials` и без списка Flask-CORS отвечает каждому сайту его же именем: "
        "правило, которое разделяет сайты, выключено.",
    ),
    bad="""from flask_cors import CORS

CORS(app, supports_credentials=True)""",
    good="""from flask_cors import CORS

CORS(app, supports_credentials=True, origins=["https://shop.example"])""",
    nodes=(ast.Call, ast.Assign),
    find=find,
)
