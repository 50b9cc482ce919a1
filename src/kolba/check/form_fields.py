"""What the fields of a form of WTForms hold: `form.name.data` is a text that was sent.

The form's class may stand in another file. The invariant: a field with a filter, a validator
that looks at more than the length, or a class with code of its own for it, is unknown.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kolba.check.classes import Class, line
from kolba.check.nodes import argument, keyword, last
from kolba.check.reads import part_of

if TYPE_CHECKING:
    from kolba.check.module import Module

_BY_ITSELF = frozenset(("flask_wtf.FlaskForm", "flask_wtf.form.FlaskForm", "flask_wtf.Form"))
_GIVEN = frozenset(("wtforms.Form", "wtforms.form.Form"))
_PACKAGES = frozenset(("wtforms", "flask_wtf"))
_TEXTS = frozenset(
    (
        *("StringField", "TextField", "TextAreaField", "HiddenField", "SearchField", "TelField"),
        *("PasswordField", "URLField"),
    )
)
_LOOK_AT_LITTLE = frozenset(
    ("DataRequired", "InputRequired", "Optional", "Length", "required", "data_required")
)
_CODE = frozenset(("__init__", "validate", "process", "populate_obj"))


def field(node: ast.expr, module: Module) -> str | None:
    """The name of the text field whose value as it was sent an expression is."""
    if not isinstance(node, ast.Attribute) or node.attr != "data":
        return None
    inner = node.value
    if not isinstance(inner, ast.Attribute) or _is_written(inner.attr, module):
        return None
    made = module.classes.made(inner.value)
    owner = None if made is None else made[0].classes.named(made[1].func)
    if made is None or owner is None or not _is_filled(made[1], made[0], _base(owner)):
        return None
    return inner.attr if _is_text(owner, inner.attr) else None


def _is_written(name: str, module: Module) -> bool:
    """Whether the file gives a field a value itself."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "data"
        and isinstance(node.ctx, ast.Store)
        and last(node.value) == name
        for node in module.nodes.get(ast.Attribute, ())
    )


def _base(owner: Class) -> str:
    """What the first class of a form's is made of, which is WTForms' own."""
    module, first = list(line(owner))[-1]
    return (module.of(first.bases[0]) or "") if len(first.bases) == 1 else ""


def _is_filled(made: ast.Call, module: Module, base: str) -> bool:
    """Whether a form holds what was sent."""
    given = argument(made, 0, "formdata")
    if any(k.arg is None for k in made.keywords) or base not in _BY_ITSELF | _GIVEN:
        return False
    if given is None:
        return base in _BY_ITSELF
    return part_of(given, module) in ("form", "args", "values")


def _is_text(owner: Class, name: str) -> bool:
    """Whether a field takes any text."""
    classes = list(line(owner))
    own = {n.name for _, one in classes for n in one.body if isinstance(n, ast.FunctionDef)}
    if own & {*_CODE, f"validate_{name}", f"filter_{name}"}:
        return False
    for module, one in classes:
        for node in one.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.Assign) and name in map(last, targets):
                return isinstance(node.value, ast.Call) and _takes_any(node.value, module)
    return False


def _takes_any(call: ast.Call, module: Module) -> bool:
    package, _, _ = (module.of(call.func) or "").partition(".")
    if package not in _PACKAGES or last(call.func) not in _TEXTS or keyword(call, "filters"):
        return False
    validators = argument(call, 1, "validators")
    if validators is None:
        return True
    if not isinstance(validators, ast.List | ast.Tuple):
        return False
    names = {last(v.func if isinstance(v, ast.Call) else v) for v in validators.elts}
    return names <= _LOOK_AT_LITTLE
