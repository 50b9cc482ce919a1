"""html-from-request: a view answers with what was sent, and browsers read it as HTML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.reads import BY_LINK
from kolba.check.rule import Rule
from kolba.check.text import Text

_KINDS = BY_LINK | {"path_parameter", "path"}
# Werkzeug's own `Response` is plain text.
_HANDLERS = ("errorhandler", "app_errorhandler")
_TYPE = re.compile(r"content.?type|mimetype|\.headers\b", re.IGNORECASE)
_ANSWERS = ("flask.make_response", "flask.Response")


def find(statement: ast.Return, module: Module) -> Iterator[Hit]:
    if statement.value is None or not _answers(statement, module):
        return
    body = _body(statement.value, module)
    if body is None or _is_list(body):
        return
    source = module.flow(statement).source(body)
    if source is not None and source.kind in _KINDS:
        yield at(statement, source=source.text)


def _answers(statement: ast.Return, module: Module) -> bool:
    """Whether what is returned is what Flask gets: from a view, or from a page for an error."""
    view, function = module.view(statement), module.function(statement)
    if view is not None or function is None:
        return view is not None and view.is_plain
    decorators = [d.func for d in function.decorator_list if isinstance(d, ast.Call)]
    return len(decorators) == len(function.decorator_list) == 1 and (
        isinstance(decorators[0], ast.Attribute) and decorators[0].attr in _HANDLERS
    )


def _body(value: ast.expr, module: Module) -> ast.expr | None:
    """The text of the answer; None where headers may say that it is no HTML."""
    if isinstance(value, ast.Name):
        made = list(module.flow(value).reaching(value))
        if len(made) == 1 and made[0] is not None and _is_answer(made[0], module):
            function = module.function(value)
            has_type = function is None or _TYPE.search(ast.unparse(function))
            return None if has_type else _body(made[0], module)
        return value
    if isinstance(value, ast.Call) and _is_answer(value, module):
        return value.args[0] if len(value.args) == 1 and not value.keywords else None
    if not isinstance(value, ast.Tuple):
        return value
    if len(value.elts) == 2 and isinstance(value.elts[1], ast.Constant):
        return value.elts[0]
    return None


def _is_answer(value: ast.expr, module: Module) -> bool:
    return isinstance(value, ast.Call) and module.of(value.func) in _ANSWERS


def _is_list(body: ast.expr) -> bool:
    """Flask makes JSON of lists."""
    while isinstance(body, ast.Subscript):
        body = body.value
    if not isinstance(body, ast.Call) or not isinstance(body.func, ast.Attribute):
        return False
    return body.func.attr in ("getlist", "split", "rsplit", "splitlines")


RULE = Rule(
    code="html-from-request",
    chapter="escaping",
    message=Text(
        "the answer holds {source} as it came, and a browser reads it as HTML",
        "в ответе {source} стоит как пришло, а браузер читает это как HTML",
    ),
    hint=Text(
        "Write markupsafe.escape(...) around it, or render a template",
        "Оберните в markupsafe.escape(...) или используйте шаблон",
    ),
    why=Text(
        "Text that a view returns is a page. A link with `<script>` in the value runs it as your "
        "site: it reads the page and posts forms in the visitor's name.",
        "Строка, которую вернуло представление, — это страница. Ссылка со `<script>` в значении "
        "выполнит его от имени вашего сайта: прочтёт страницу и отправит формы за посетителя.",
    ),
    bad="""return f"<h1>Hello, {request.args['name']}!</h1>\"""",
    good="""return f"<h1>Hello, {escape(request.args['name'])}!</h1>\"""",
    nodes=(ast.Return,),
    find=find,
)
