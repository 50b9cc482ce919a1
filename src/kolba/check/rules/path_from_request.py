"""path-from-request: what was sent says which file is read, sent or removed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_OPENS = frozenset(
    (
        *(
            "open",
            "io.open",
            "codecs.open",
            "flask.send_file",
            "flask.send_from_directory",
            "os.remove",
            "os.unlink",
        ),
        *("os.listdir", "os.rmdir", "shutil.rmtree", "os.scandir", "os.makedirs", "gzip.open"),
    )
)
# Methods of `pathlib.Path` that nothing else has.
_OF_PATHS = frozenset(("read_text", "read_bytes", "write_text", "write_bytes", "iterdir"))
# The default converter lets no slash through.
_KINDS = SENT - {"parameter", "view_args", "filename"}


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name, path = _opened(call, module)
    source = module.flow(call).source(path)
    if source is not None and source.kind in _KINDS:
        yield at(call, source=source.text, name=name.removeprefix("flask."))


def _opened(call: ast.Call, module: Module) -> tuple[str, ast.expr | None]:
    """What a call does with a file, and the path of that."""
    name = module.of(call.func) or ""
    if name in _OPENS:
        return name, call.args[0] if call.args else None
    if isinstance(call.func, ast.Attribute) and call.func.attr in _OF_PATHS:
        return call.func.attr, call.func.value
    return "", None


RULE = Rule(
    code="path-from-request",
    chapter="app",
    message=Text(
        '{source} says which file {name} takes: "../" in it leads out of the folder',
        "{source} говорит, какой файл возьмёт {name}: «../» в нём выведет из папки",
    ),
    hint=Text(
        "Send with send_from_directory(folder, name); else make the path with "
        "werkzeug.security.safe_join, or name the file with secure_filename",
        "Отдавайте через send_from_directory(folder, name); иначе составьте путь "
        "через werkzeug.security.safe_join или назовите файл через secure_filename",
    ),
    why=Text(
        "`../../etc/passwd`, or a path that begins with a slash, which `os.path.join` takes as it "
        "is: any file that the server may read is given out, or overwritten.",
        "`../../etc/passwd` или путь с косой черты, который `os.path.join` возьмёт как есть: "
        "наружу уйдёт (или будет перезаписан) любой доступный серверу файл.",
    ),
    bad="""return send_file(os.path.join("reports", request.args["name"]))""",
    good="""return send_from_directory("reports", request.args["name"])""",
    nodes=(ast.Call,),
    find=find,
)
