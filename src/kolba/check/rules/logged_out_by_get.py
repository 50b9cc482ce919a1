"""logged-out-by-get: opening a link logs the visitor out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text

_ENDS = frozenset(("flask_login.logout_user", "flask.session.clear", "kolba.log_out"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in _ENDS:
        return
    view = module.view(call)
    if view is not None and view.methods == frozenset(("GET",)):
        yield at(call, view=view.function.name)


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
