"""Why an environment's templates stay stock Jinja: the facts known when a template is compiled.

Invariant: whatever an application may change or override, and the cheaper code would not notice,
is a reason here. What may change later (filters, globals, undefined) is read at render time.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

import jinja2.runtime
import markupsafe
from jinja2 import Environment, Template
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro

from kolba.readings import as_written
from kolba.templates.context import LazyContext
from kolba.templates.template import FastTemplate

SUPPORTED_JINJA = ("3", "1")

# Overriding one of these means that the application has its own idea of what the code should do.
_ENVIRONMENT_METHODS = (
    "getattr",
    "getitem",
    "_generate",
    "_compile",
)
_CONTEXT_METHODS = ("resolve_or_missing", "resolve", "call", "get_all", "super", "derived")
_GENERATOR_METHODS = tuple(name for name in vars(CodeGenerator) if name.startswith("visit_"))

_STOCK_ENVIRONMENT = {
    "concat": Environment.concat,
    **{name: as_written(vars(Environment)[name]) for name in _ENVIRONMENT_METHODS},
}
_PATCHABLE: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Context, _CONTEXT_METHODS),
    (CodeGenerator, _GENERATOR_METHODS),
    (Macro, ("__call__", "_invoke")),
    (Template, ("new_context", "make_module", "_get_default_module")),
)
_AS_WRITTEN = [[as_written(vars(cls)[name]) for name in names] for cls, names in _PATCHABLE]


@cache
def jinja_is_known() -> bool:
    """Whether the installed Jinja is of the minor version whose compiler is known here."""
    return tuple(version("jinja2").split(".")[:2]) == SUPPORTED_JINJA


def reason_against(environment: Environment) -> str | None:
    """Why no template of this environment may be made cheaper, or None."""
    if not jinja_is_known():
        return "a version of Jinja whose compiler is not known"
    if environment.is_async:
        return "async templates"
    if environment.sandboxed:
        return "a sandboxed environment"
    if environment.bytecode_cache is not None:
        return "a bytecode cache, whose code stock Flask must be able to load"
    return _replaced(environment) or _overridden(environment) or _patched()


def _replaced(environment: Environment) -> str | None:
    """One of the three classes that `equip` sets is not the one it set."""
    if not issubclass(environment.template_class, FastTemplate):
        return "template_class is overridden"
    if environment.context_class is not LazyContext:
        return "context_class is overridden"
    if not getattr(environment.code_generator_class, "writes_lists", False):
        return "code_generator_class is overridden"
    return None


def _overridden(environment: Environment) -> str | None:
    cls = type(environment)
    for name, stock in _STOCK_ENVIRONMENT.items():
        if getattr(cls, name) is not stock or name in vars(environment):
            return f"{cls.__name__}.{name} is overridden"
    return None


def _patched() -> str | None:
    """Monkey patches of Jinja's own classes and of escaping."""
    if vars(jinja2.runtime)["escape"] is not markupsafe.escape:
        return "jinja2.runtime.escape is patched"
    for (cls, names), written in zip(_PATCHABLE, _AS_WRITTEN, strict=True):
        # Not by `==`: an agent's proxy says that it equals what it stands for.
        for name, function in zip(names, written, strict=True):
            if vars(cls).get(name) is not function:
                return f"{cls.__name__}.{name} is patched"
    return None
