"""global-written-in-view: what one request writes, another worker does not see."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(statement: ast.Global, module: Module) -> Iterator[Hit]:
    view = module.view(statement)
    if view is None:
        return
    for node in ast.walk(view.function):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in statement.names:
                    yield at(node, name=target.id)


RULE = Rule(
    code="global-written-in-view",
    chapter="app",
    message=Text(
        "{name} is one for each worker, shared by all visitors of it, and gone with it",
        "{name} — своё у каждого процесса, общее для всех его посетителей и пропадает вместе с ним",
    ),
    hint=Text(
        "Keep a visitor's own in session, and what all share in a database",
        "Храните своё для посетителя в session, а общее — в базе данных",
    ),
    why=Text(
        "With two workers each counts for itself; with threads two requests write at once; a "
        "restart forgets.",
        "Два процесса считают каждый своё, два потока пишут одновременно, перезапуск всё забудет.",
    ),
    bad="""@app.get("/hit")
def hit():
    global hits
    hits += 1
    return str(hits)""",
    good="""@app.get("/hit")
def hit():
    session["hits"] = session.get("hits", 0) + 1
    return str(session["hits"])""",
    nodes=(ast.Global,),
    find=find,
    asked_for=True,
)
