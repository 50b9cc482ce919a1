"""The code generator and the template class for a choice of techniques, and who gets them.

Environment classes are changed in place, so that `type(app.jinja_env)` and every import of the
class made earlier stay what they are.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

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
from kolba.templates.lookups import Lookups, quick_lookup
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
    attributes = {
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


_STOCK_CLASSES: dict[str, type] = {
    "code_generator_class": CodeGenerator,
    "template_class": Template,
    "context_class": Context,
}


def equip(cls: type[Environment], techniques: Techniques = ALL) -> str | None:
    """Make the templates of an environment class cheap; returns why not, or None."""
    for name, stock in _STOCK_CLASSES.items():
        if getattr(cls, name) is not stock:
            return f"{cls.__name__}.{name} is overridden"
    hooks: dict[str, Any] = {
        "code_generator_class": _Behind(cls, generator_class(techniques)),
        "template_class": _Behind(cls, template_class(techniques)),
        "context_class": _Behind(cls, LazyContext),
        "_parse": _remembering_parse(_next_of(cls, "_parse")),
    }
    if techniques.lookups:
        hooks["get_or_select_template"] = quick_lookup(_next_of(cls, "get_or_select_template"))
    if techniques.strings:
        hooks["from_string"] = remembering(_next_of(cls, "from_string"))
    for name, hook in hooks.items():
        if name in vars(cls):  # an agent was here before
            continue
        setattr(cls, name, hook)
        if isinstance(hook, _Behind):
            hook.__set_name__(cls, name)
    return None


class _Behind:
    """A class attribute of ours that stands behind those of mixins.

    In `class Own(flask.templating.Environment, NativeEnvironment)` Flask's class comes first, and
    has none of these attributes: those of the other one must be found as if it still had none.
    """

    def __init__(self, home: type[Environment], ours: type) -> None:
        self._home = home
        self._ours = ours
        self._found: WeakKeyDictionary[type, type] = WeakKeyDictionary()

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> type:
        found = self._found.get(owner)
        if found is None:
            found = self._found[owner] = self._look_up(owner)
        return found

    def _look_up(self, owner: type) -> type:
        mro = owner.__mro__
        for cls in mro[mro.index(self._home) + 1 :]:
            if self._name in vars(cls):
                other: type = vars(cls)[self._name]
                return self._ours if other is _STOCK_CLASSES[self._name] else other
        return self._ours


def _next_of(cls: type[Environment], name: str) -> Any:
    """Whatever follows the class in a subclass's order of classes."""

    def following(self: Environment, *args: Any) -> Any:
        return getattr(super(cls, self), name)(*args)

    return following


def _remembering_parse(stock: Any) -> Any:
    """A `_parse` that leaves the source with the tree, for the stock code that may follow."""

    def _parse(
        self: Environment, source: str, name: str | None, filename: str | None
    ) -> nodes.Template:
        tree: nodes.Template = stock(self, source, name, filename)
        tree.kolba_source = str(source)  # type: ignore[attr-defined]
        return tree

    return _parse
