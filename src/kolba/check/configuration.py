"""What a Python file writes into an app's configuration, in each of the ways there are.

`app.config["NAME"] = ...`, `app.config.update(NAME=...)`, `app.secret_key = ...`, and
`NAME = ...` in a class or a file that is called a configuration.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kolba.check.module import Module

_ATTRIBUTES = {"secret_key": "SECRET_KEY", "debug": "DEBUG", "testing": "TESTING"}
_APP = re.compile(r"(\w+\.)*(\w*app\w*|application|server|self)", re.IGNORECASE)
# Settings of a developer's or a test's own machine.
_NOT_IN_PRODUCTION = re.compile(r"dev|test|local|debug|demo|example|sample|ci\b", re.IGNORECASE)
_EXAMPLES = frozenset(("example", "examples", "demo", "demos", "sample", "samples", "docs"))
_CONFIGURATION = re.compile(r"config|settings", re.IGNORECASE)

# What is read after the source's own value goes before it.
_READ = frozenset(("from_envvar", "from_pyfile", "from_prefixed_env", "from_file", "from_json"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One value.

    Attributes:
        name: in capitals.
        value: what is written.
        node: the statement or call.
        sure: whether it is that of an app's own `config`, not of a class or file.
    """

    name: str
    value: ast.expr
    node: ast.AST
    sure: bool


def settings(module: Module) -> Iterator[Setting]:
    """The settings that hold in production, as far as the file tells."""
    for found in _all(module):
        if not _only_elsewhere(found.node, module):
            yield found


def reads_more(module: Module) -> bool:
    """Whether the file also reads settings from outside of the code."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in _READ
        for node in module.nodes.get(ast.Attribute, ())
    )


def _all(module: Module) -> Iterator[Setting]:
    for node in module.nodes.get(ast.Assign, ()):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _assigned(target, node, module)
    for node in module.nodes.get(ast.Call, ()):
        if isinstance(node, ast.Call):
            yield from _updated(node)


def _assigned(target: ast.expr, node: ast.Assign, module: Module) -> Iterator[Setting]:
    if isinstance(target, ast.Subscript) and _is_config(target.value):
        key = target.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield Setting(key.value, node.value, node, True)
    elif isinstance(target, ast.Attribute) and target.attr in _ATTRIBUTES:
        if _APP.fullmatch(ast.unparse(target.value)) and _makes_app(target.value, module):
            yield Setting(_ATTRIBUTES[target.attr], node.value, node, True)
    elif isinstance(target, ast.Name) and target.id.isupper() and _in_configuration(node, module):
        yield Setting(target.id, node.value, node, False)


def _makes_app(owner: ast.expr, module: Module) -> bool:
    """`self.secret_key` is an app's only in a class of one."""
    return not (isinstance(owner, ast.Name) and owner.id == "self")


def _updated(call: ast.Call) -> Iterator[Setting]:
    function = call.func
    if not isinstance(function, ast.Attribute) or not _is_config(function.value):
        return
    if function.attr in ("update", "from_mapping"):
        yield from _named(call, call)
        for mapping in call.args:
            if isinstance(mapping, ast.Dict):
                for key, value in zip(mapping.keys, mapping.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield Setting(key.value, value, call, True)
            elif isinstance(mapping, ast.Call) and ast.unparse(mapping.func) == "dict":
                yield from _named(mapping, call)


def _named(given: ast.Call, call: ast.Call) -> Iterator[Setting]:
    for keyword in given.keywords:
        if keyword.arg is not None:
            yield Setting(keyword.arg, keyword.value, call, True)


def _is_config(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "config"


def _in_configuration(node: ast.AST, module: Module) -> bool:
    parent = module.parents[node]
    if isinstance(parent, ast.ClassDef):
        return _CONFIGURATION.search(parent.name) is not None
    if isinstance(parent, ast.Module):
        name = re.split(r"[\\/]", module.path)[-1]
        return _CONFIGURATION.search(name) is not None
    return False


def _only_elsewhere(node: ast.AST, module: Module) -> bool:
    """Whether a setting is one of development or tests, or holds under a condition."""
    *folders, name = re.split(r"[\\/]", module.path.lower())
    if _NOT_IN_PRODUCTION.search(name) or _EXAMPLES.intersection(folders):
        return True
    for around in module.around(node):
        if isinstance(around, ast.If | ast.IfExp | ast.Try | ast.With | ast.Match):
            return True
        name = getattr(around, "name", None)  # of a class or a function
        if isinstance(name, str) and _NOT_IN_PRODUCTION.search(name):
            return True
    return False
