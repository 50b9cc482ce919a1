"""upload-under-its-own-name: an upload is saved under the name that came with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, text
from kolba.check.rule import Rule
from kolba.check.text import Text


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    source = module.flow(call).source(_place(call, module))
    if source is not None and source.kind == "filename":
        yield at(call, source=source.text)


def _place(call: ast.Call, module: Module) -> ast.expr | None:
    """Where `file.save(place)` or `open(place, "wb")` writes."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "save":
        return argument(call, 0, "dst")
    mode = text(argument(call, 1, "mode")) or ""
    return argument(call, 0, "file") if module.of(call.func) == "open" and "w" in mode else None


RULE = Rule(
    code="upload-under-its-own-name",
    chapter="requests",
    message=Text(
        "the upload is saved under {source}, the name that its sender gave it",
        "загруженный файл сохраняется под именем {source}, которое дал отправитель",
    ),
    hint=Text(
        "Make a name of your own, or pass it through werkzeug.utils.secure_filename",
        "Дайте своё имя или пропустите это через werkzeug.utils.secure_filename",
    ),
    why=Text(
        "The name may be `../../app.py`, or that of somebody else's file, which is overwritten.",
        "Имя может быть `../../app.py` или именем чужого файла, который будет перезаписан.",
    ),
    bad="""file = request.files["photo"]
file.save(os.path.join("uploads", file.filename))""",
    good="""file = request.files["photo"]
file.save(os.path.join("uploads", secure_filename(file.filename)))""",
    nodes=(ast.Call,),
    find=find,
)
