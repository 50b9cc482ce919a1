"""archive-from-request: a tar archive that was sent says where its files are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.assigned import own
from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, keyword, last, shown, text
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.uploads import is_upload

# What looks at the names in an archive first.
_LOOKS = frozenset(("getmembers", "getnames", "getmember", "next"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    archive = _unpacked(call, module)
    function = module.function(call)
    if archive is None or function is None or keyword(call, "filter") is not None:
        return
    inside = [node for node in own(function) if isinstance(node, ast.Call)]
    if any(last(one.func) in _LOOKS for one in inside):
        return
    if is_upload(archive, module) or any(_saves(one, archive, module) for one in inside):
        yield at(call, archive=shown(archive), how=last(call.func))


def _unpacked(call: ast.Call, module: Module) -> ast.expr | None:
    """The archive whose files a call writes, all of them."""
    if module.of(call.func) == "shutil.unpack_archive":
        kind = argument(call, 2, "format")
        return (
            argument(call, 0, "filename") if kind is None or "tar" in (text(kind) or "") else None
        )
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "extractall":
        return None
    if len(call.args) > 1 or keyword(call, "members") is not None:
        return None
    opened = list(_opened(call.func.value, module))
    if len(opened) != 1 or module.of(opened[0].func) != "tarfile.open":
        return None
    return argument(opened[0], 0, "name") or argument(opened[0], 2, "fileobj")


def _opened(owner: ast.expr, module: Module) -> Iterator[ast.Call]:
    """The calls that give an object, or what has its name in this function."""
    if isinstance(owner, ast.Call):
        yield owner
    function = module.function(owner)
    for node in own(function) if isinstance(owner, ast.Name) and function is not None else ():
        match node:
            case ast.withitem(context_expr=ast.Call() as value, optional_vars=ast.Name(id=name)):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                pass
            case _:
                continue
        if name == last(owner):
            yield value


def _saves(call: ast.Call, place: ast.expr, module: Module) -> bool:
    """Whether an upload is saved there."""
    function, given = call.func, argument(call, 0, "dst")
    if not isinstance(function, ast.Attribute) or function.attr != "save" or given is None:
        return False
    return ast.unparse(given) == ast.unparse(place) and is_upload(function.value, module)


RULE = Rule(
    code="archive-from-request",
    chapter="app",
    message=Text(
        '{archive} says where {how} writes its files: "../" in a name leads out of the folder',
        "{archive} говорит, куда {how} запишет файлы: «../» в имени выведет из папки",
    ),
    hint=Text(
        'Pass filter="data", with which such names are an error',
        'Передайте filter="data": с ним такие имена — ошибка',
    ),
    why=Text(
        "Before Python 3.14, all that an archive says is done: `../../app.py` is overwritten, and "
        "a link leads to any file. The archives of `zipfile` are safe from this.",
        "До Python 3.14 выполняется всё, что говорит архив: `../../app.py` будет перезаписан, "
        "а ссылка приведёт к любому файлу. Архивам `zipfile` это не грозит.",
    ),
    bad="""import tarfile


@app.post("/restore")
def restore():
    with tarfile.open(fileobj=request.files["backup"].stream) as archive:
        archive.extractall("restored")
    return redirect("/")""",
    good="""import tarfile


@app.post("/restore")
def restore():
    with tarfile.open(fileobj=request.files["backup"].stream) as archive:
        archive.extractall("restored", filter="data")
    return redirect("/")""",
    nodes=(ast.Call,),
    find=find,
)
