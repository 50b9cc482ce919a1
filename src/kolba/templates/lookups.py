"""Included, imported and extended templates straight from the environment's cache.

The cache stays the only truth: its mapping is read, nothing is kept beside it. Jinja's own methods
are called where they would do more (debug mode asks whether a template is up to date), where any
of them is overridden or patched, and while the cache is more than half full, since reading the
mapping does not tell the cache which template was used last.
"""

from __future__ import annotations

from collections import ChainMap
from operator import attrgetter
from typing import Any
from weakref import ref

from jinja2 import Environment, Template, nodes
from jinja2.compiler import Frame
from jinja2.runtime import Context
from jinja2.utils import LRUCache, internalcode

from kolba.readings import as_written
from kolba.templates.lists import ListGenerator

_METHODS = ("get_template", "_load_template", "join_path", "get_or_select_template")
_GET, _LOAD, _JOIN, _SELECT = map(as_written, attrgetter(*_METHODS)(Environment))
# What `get_or_select_template` may be: Jinja's, and those of ours that stand before it.
_known = {_SELECT}


@internalcode
def find(environment: Environment, name: Any, parent: str | None) -> Template:
    """What `environment.get_template(name, parent)` gives."""
    return _cached(environment, name) or environment.get_template(name, parent)


@internalcode
def find_any(environment: Environment, name: Any, parent: str | None) -> Template:
    """What `environment.get_or_select_template(name, parent)` gives."""
    return _cached(environment, name) or environment.get_or_select_template(name, parent)


def _cached(environment: Environment, name: Any) -> Template | None:
    cache: Any = environment.cache
    own = environment.__dict__
    if (
        type(name) is not str
        or environment.auto_reload
        or type(cache) is not LRUCache
        or environment.loader is None
        or not own.keys().isdisjoint(_METHODS)
        or not _has_known_methods(type(environment))
    ):
        return None
    mapping = cache._mapping
    if len(mapping) * 2 > cache.capacity:
        return None
    found: Template | None = mapping.get((ref(environment.loader), name))
    return found


def _has_known_methods(cls: Any) -> bool:
    return (
        cls.get_template is _GET
        and cls._load_template is _LOAD
        and cls.join_path is _JOIN
        and cls.get_or_select_template in _known
        and Environment.get_or_select_template is _SELECT
    )


def quick_lookup(stock: Any) -> Any:
    """A `get_or_select_template` that looks into the cache before it does as `stock` does."""

    @internalcode
    def get_or_select_template(
        self: Environment,
        template_name_or_list: Any,
        parent: str | None = None,
        globals: Any = None,
    ) -> Template:
        if parent is None and globals is None:
            found = _cached(self, template_name_or_list)
            if found is not None:
                return found
        template: Template = stock(self, template_name_or_list, parent, globals)
        return template

    _known.add(get_or_select_template)
    return get_or_select_template


@internalcode
def module_of(template: Template, context: Context) -> Any:
    """What `template._get_default_module(context)` gives.

    A new module is only needed where the importing template has globals that this one has not.
    """
    module = template._module
    if module is not None and _has_no_more(context, template):
        return module
    return template._get_default_module(context)


def _has_no_more(context: Context, template: Template) -> bool:
    own = context.__dict__
    theirs, ours = own.get("_globals"), template.globals
    return (
        "globals_keys" not in own
        and type(theirs) is ChainMap
        and type(ours) is ChainMap
        and len(theirs.maps) == 2
        and not theirs.maps[0]
        and theirs.maps[1] is ours.maps[-1]
        and type(template)._get_default_module is Template._get_default_module
    )


class Lookups(ListGenerator):
    """Writes `find(environment, X, name)` for `environment.get_template(X, name)`."""

    def write_lookup(self, method: str, template: nodes.Expr, frame: Frame) -> None:
        if method == "select_template":
            super().write_lookup(method, template, frame)
            return
        function = "find" if method == "get_template" else "find_any"
        self.write(f"{function}(environment, ")
        self.visit(template, frame)
        self.write(f", {self.name!r})")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context:
            super()._import_common(node, frame)
            return
        self.write("module_of(")
        self.write_lookup("get_template", node.template, frame)
        self.write(", context)")
