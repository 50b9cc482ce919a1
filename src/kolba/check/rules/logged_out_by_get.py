"""logged-out-by-get: opening a link logs the visitor out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.views import View

_LOGS_OUT = frozenset(("flask_login.logout_user", "kolba.log_out"))
_ENDS = _LOGS_OUT | {"flask.session.clear"}
_LEAVES = re.compile(r"(log|sign)[-_]?(out|off)|exit|leave|quit", re.IGNORECASE)


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    view = module.view(call) if module.of(call.func) in _ENDS else None
    if view is None or view.methods != frozenset(("GET",)):
        return
    if module.of(call.func) != "flask.session.clear" or _is_for_that(view, module):
        yield at(call, view=view.function.name)


def _is_for_that(view: View, module: Module) -> bool:
    """Whether a view that empties the session logs out, by its names, and by that alone."""
    names = [view.function.name, *(route.path or "" for route in view.routes)]
    calls = [node for node in ast.walk(view.function) if isinstance(node, ast.Call)]
    is_said = any(module.of(one.func) in _LOGS_OUT for one in calls)
    return not is_said and any(_LEAVES.search(name) for name in names)


RULE = Rule(
    code="logged-out-by-get",
    chapter="login",
    message=Text(
        "opening the link logs out: {view} answers GET",
        "открытие ссылки завершает сеанс: {view} отвечает на GET",
    ),
    hint=Text(
        "Take it by POST, from a form with a button",
        "Принимайте это методом POST, из формы с кнопкой",
    ),
    why=Text(
        "Browsers that fetch links ahead log people out before they click, and so does an image "
        "on any site.",
        "Браузер, загружающий ссылки заранее, разлогинит человека до щелчка; сделает это и "
        "картинка на любом сайте.",
    ),
    bad="""@app.route("/logout")
def logout():
    logout_user()
    return redirect("/")""",
    good="""@app.post("/logout")
def logout():
    logout_user()
    return redirect("/")""",
    nodes=(ast.Call,),
    find=find,
)
