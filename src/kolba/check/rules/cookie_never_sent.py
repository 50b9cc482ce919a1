"""cookie-never-sent: a cookie is set on an answer that nobody returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text

_ANSWERS = frozenset(
    f"flask.{name}" for name in ("make_response", "redirect", "jsonify", "Response", "send_file")
)
_SETS = ("set_cookie", "delete_cookie")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _SETS:
        return
    if not isinstance(module.parents[call], ast.Expr):
        return
    answer, function = call.func.value, module.function(call)
    if isinstance(answer, ast.Call):
        if module.of(answer.func) in _ANSWERS:
            yield at(call, name=call.func.attr)
    elif isinstance(answer, ast.Name) and function is not None:
        names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == answer.id]
        if _is_made_here(names, module) and not any(_is_given_on(n, module) for n in names):
            yield at(call, name=call.func.attr)


def _is_made_here(names: list[ast.Name], module: Module) -> bool:
    stored = [module.parents[n] for n in names if isinstance(n.ctx, ast.Store)]
    return bool(stored) and all(
        isinstance(s, ast.Assign)
        and isinstance(s.value, ast.Call)
        and module.of(s.value.func) in _ANSWERS
        for s in stored
    )


def _is_given_on(name: ast.Name, module: Module) -> bool:
    """Whether a use may hand the answer to somebody: all but its methods as statements."""
    if not isinstance(name.ctx, ast.Load):
        return False
    part: ast.AST = module.parents[name]
    if not isinstance(part, ast.Attribute):
        return True
    while isinstance(part, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(getattr(part, "ctx", None), ast.Store):
            return False  # `answer.status_code = 201`, `answer.headers["X"] = "1"`
        part = module.parents[part]
    return not isinstance(part, ast.Expr)


RULE = Rule(
    code="cookie-never-sent",
    chapter="cookies",
    message=Text(
        "{name} changes an answer that is not returned: the browser never hears of it",
        "{name} меняет ответ, который не возвращают: браузер об этом не узнает",
    ),
    hint=Text(
        "Return that answer: response = redirect(...); response.set_cookie(...); return response",
        "Верните этот ответ: response = redirect(...); response.set_cookie(...); return response",
    ),
    why=Text(
        "A cookie travels with one answer. A second `redirect(...)` or `render_template(...)` is "
        "another one.",
        "Cookie-файл уходит с одним ответом. Второй `redirect(...)` или `render_template(...)` — "
        "уже другой.",
    ),
    bad="""response = make_response("saved")
response.set_cookie("theme", "dark")
return redirect("/")""",
    good="""response = redirect("/")
response.set_cookie("theme", "dark")
return response""",
    nodes=(ast.Call,),
    find=find,
)
