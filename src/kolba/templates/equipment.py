"""The code generator and the template class for a choice of techniques, and who gets them.

Environment classes are changed in place, so that `type(app.jinja_env)` and every import of the
class made earlier stay what they are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context

from kolba.templates.attributes import Attributes
from kolba.templates.calls import AllCalls, Calls, Macros
from kolba.templates.context import LazyContext
from kolba.templates.disguise import named_like
from kolba.templates.escaping import Escaping
from kolba.templates.inheritance import Inheritance
from kolba.templates.lists import ListGenerator
from kolba.templates.lookups import Lookups
from kolba.templates.loops import Loops
from kolba.templates.names import Names
from kolba.templates.strings import remembering
from kolba.templates.techniques import ALL, Techniques
from kolba.templates.template import FastTemplate
from kolba.templates.urls import Urls

# The pass that each technique of code generation is.
_PASSES: dict[str, type[ListGenerator]] = {
    "urls": Urls,
    "escape": Escaping,
    "attributes": Attributes,
    "inheritance": Inheritance,
    "calls": Calls,
    "macros": Macros,
    "lookups": Lookups,
    "loops": Loops,
    "names": Names,
}


@cache
def generator_class(techniques: Techniques) -> type[CodeGenerator]:
    """A code generator made of the passes that are on."""
    passes = _passes(techniques)
    all_passes: list[type[ListGenerator]] = [ListGenerator, *passes]
    prologue: dict[str, str] = {}
    for cls in all_passes:
        prologue |= vars(cls).get("prologue", {})
    imports = {name for cls in all_passes for name in cls.imports}
    attributes = {
        "imports": tuple(sorted(imports)),
        "prologue": prologue,
        "learns_rows": techniques.rows,
    }
    return named_like(CodeGenerator)(type("FastGenerator", (*passes, ListGenerator), attributes))


def _passes(techniques: Techniques) -> list[type[ListGenerator]]:
    passes = [cls for name, cls in _PASSES.items() if getattr(techniques, name)]
    if techniques.calls and techniques.macros:
        return [AllCalls if cls is Calls else cls for cls in passes if cls is not Macros]
    return passes


@cache
def template_class(techniques: Techniques) -> type[FastTemplate]:
    """The class of templates that such a generator's code runs in."""
    return named_like(Template)(type("Fast", (FastTemplate,), {"techniques": techniques}))


def equip(cls: type[Environment], techniques: Techniques = ALL) -> str | None:
    """Make the templates of an environment class cheap; returns why not, or None."""
    for name, stock in _STOCK_CLASSES.items():
        if getattr(cls, name) is not stock:
            return f"{cls.__name__}.{name} is overridden"
    hooks: dict[str, Any] = {
        "code_generator_class": generator_class(techniques),
        "template_class": template_class(techniques),
        "context_class": LazyContext,
        "_parse": _remembering_parse(cls._parse),
    }
    if techniques.strings:
        hooks["from_string"] = remembering(cls.from_string)
    for name, hook in hooks.items():
        setattr(cls, name, hook)
    return None


_STOCK_CLASSES: dict[str, type] = {
    "code_generator_class": CodeGenerator,
    "template_class": Template,
    "context_class": Context,
}


def _remembering_parse(stock: Any) -> Any:
    """A `_parse` that leaves the source with the tree, for the stock code that may follow."""

    def _parse(
        self: Environment, source: str, name: str | None, filename: str | None
    ) -> nodes.Template:
        tree: nodes.Template = stock(self, source, name, filename)
        tree.kolba_source = str(source)  # type: ignore[attr-defined]
        return tree

    return _parse
