"""code-from-request: what was sent is run as Python, or unpickled, which is the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import keyword
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_RUN = frozenset(
    (
        *("eval", "exec", "pickle.loads", "pickle.load", "cPickle.loads", "marshal.loads"),
        *("dill.loads", "cloudpickle.loads", "jsonpickle.decode", "shelve.open", "joblib.load"),
        *("yaml.unsafe_load", "yaml.full_load", "builtins.eval", "builtins.exec"),
    )
)
# These take a path, too.
_BY_PATH = frozenset(("joblib.load", "shelve.open"))
_SAFE_LOADERS = ("yaml.SafeLoader", "yaml.CSafeLoader", "yaml.loader.SafeLoader", "yaml.BaseLoader")


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    name = module.of(call.func) or ""
    if not call.args or not (name in _RUN or _loads_anything(name, call, module)):
        return
    source = module.flow(call).source(call.args[0])
    # The default converter of a route lets no slash through.
    kinds = SENT - {"parameter", "view_args"} if name in _BY_PATH else SENT | {"files"}
    if source is not None and source.kind in kinds:
        yield at(call, source=source.text, name=name)


def _loads_anything(name: str, call: ast.Call, module: Module) -> bool:
    loader = call.args[1] if len(call.args) > 1 else keyword(call, "Loader")
    return name == "yaml.load" and loader is not None and module.of(loader) not in _SAFE_LOADERS


RULE = Rule(
    code="code-from-request",
    chapter="app",
    message=Text(
        "{name} runs what {source} says: whoever sends it has the server",
        "{name} выполняет то, что прислано в {source}: сервер принадлежит отправителю",
    ),
    hint=Text(
        "Take JSON: request.get_json(), or json.loads",
        "Принимайте JSON: request.get_json() или json.loads",
    ),
    why=Text(
        "A pickle names the functions to call while it is read; `eval` runs any expression. "
        "Removing the builtins does not help.",
        "Pickle сам называет функции, которые вызовут при чтении; `eval` выполнит любое "
        "выражение. Убрать встроенные имена не поможет.",
    ),
    bad="""value = pickle.loads(request.data)""",
    good="""value = request.get_json()""",
    nodes=(ast.Call,),
    find=find,
)
