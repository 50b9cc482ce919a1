"""form-read-on-get: a view reads a form where only GET comes, which brings none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text

_EMPTY = Text("it is always empty", "там всегда пусто")
_BAD_REQUEST = Text("each visit is a 400", "каждый заход — ответ 400")
_FIRST_VISIT = Text("opening the page is a 400", "открытие страницы — ответ 400")
_BODILESS = frozenset(("GET", "HEAD", "OPTIONS"))
_UNSURE = (ast.If, ast.IfExp, ast.Try, ast.While, ast.For, ast.BoolOp, ast.Match, ast.Lambda)


def find(node: ast.Attribute, module: Module) -> Iterator[Hit]:
    if node.attr not in ("form", "files") or module.of(node) != f"flask.request.{node.attr}":
        return
    view = module.view(node)
    methods = None if view is None else view.methods
    if view is None or not methods:
        return
    key = _required(node, module)
    if methods <= _BODILESS:
        if _is_read(node, module):
            yield at(node, part=f"request.{node.attr}", then=_BAD_REQUEST if key else _EMPTY)
    elif "GET" in methods and key and _is_unconditional(node, view.function, module):
        yield at(node, part=shown(module.parents[node]), then=_FIRST_VISIT)


def _is_read(node: ast.Attribute, module: Module) -> bool:
    """Whether something is asked of the form; given on whole, it may be meant to be empty."""
    parent = module.parents[node]
    return isinstance(parent, ast.Subscript) or (
        isinstance(parent, ast.Attribute) and parent.attr in ("get", "getlist")
    )


def _required(node: ast.Attribute, module: Module) -> str | None:
    """`x` of `request.form["x"]`."""
    parent = module.parents[node]
    return text(parent.slice) if isinstance(parent, ast.Subscript) else None


def _is_unconditional(node: ast.AST, function: ast.AST, module: Module) -> bool:
    """Whether each request gets there: nothing is asked around it, and nothing leaves before."""
    statement: ast.AST = node
    for around in module.around(node):
        if around is function:
            break
        if isinstance(around, _UNSURE):
            return False
        statement = around
    body: list[ast.AST] = list(getattr(function, "body", []))
    before = body[: body.index(statement)] if statement in body else body
    leaves = (ast.Return, ast.Raise)
    return not any(isinstance(n, leaves) for one in before for n in ast.walk(one)) and not any(
        isinstance(n, ast.Call) and module.of(n.func) == "flask.abort"
        for one in before
        for n in ast.walk(one)
    )


RULE = Rule(
    code="form-read-on-get",
    chapter="requests",
    message=Text(
        "{part} is read on GET, which brings no form: {then}",
        "{part} читается при GET, а с ним форма не приходит: {then}",
    ),
    hint=Text(
        'Read request.args there, or name POST in the route and ask for request.method == "POST"',
        "Читайте там request.args или назовите в маршруте POST и проверяйте "
        'request.method == "POST"',
    ),
    why=Text(
        "`request.form` is what a form brings in the body of a POST; what stands behind the `?` "
        "of a URL is `request.args`. A missing key in square brackets is an answer of 400.",
        "`request.form` — то, что форма принесла в теле POST; то, что стоит в URL после `?`, — "
        "`request.args`. Отсутствующий ключ в квадратных скобках — ответ 400.",
    ),
    bad="""@app.route("/search")
def search():
    return find(request.form["words"])""",
    good="""@app.route("/search")
def search():
    return find(request.args["words"])""",
    nodes=(ast.Attribute,),
    find=find,
)
