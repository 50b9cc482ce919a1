"""Constant `url_for` calls: the finished text, kept for as long as nothing could change it.

A call is constant when its endpoint and arguments are written in the template. Its text is kept by
a key that whoever knows the application gives (`use_key`): the revision of the application's
registries, and what a request adds to a URL. Without such a key nothing is kept.

A function of `app.url_defaults`, or one in the place of `Flask.url_for`, may have an attribute
`_kolba_state`: a function that gives a value for the state on which alone it depends, besides its
arguments, or None. The key is then longer by that. Any other function means: call.

Invariant: a text is only taken when `url_for` is Flask's own, of the application that answers,
with nothing of an application's own on the way. What cannot be built stays a call, and raises in
its place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import MethodType
from typing import Any

from flask import Flask
from flask.globals import _cv_request
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from markupsafe import escape
from werkzeug.routing import (
    AnyConverter,
    FloatConverter,
    IntegerConverter,
    MapAdapter,
    PathConverter,
    Rule,
    UnicodeConverter,
    UUIDConverter,
)

from kolba.readings import as_written, reader
from kolba.templates.inventory import Inventory
from kolba.templates.lists import ListGenerator

# Gives a value for the state of the application and the request, or None: do not keep anything.
Key = Callable[[Flask], Hashable | None]
# An endpoint, its arguments, and whether the page escapes it.
Site = tuple[str, dict[str, str | int], bool]

MOST_KEYS = 64

_CONVERTERS = {
    UnicodeConverter,
    PathConverter,
    AnyConverter,
    IntegerConverter,
    FloatConverter,
    UUIDConverter,
}
_STOCK_INJECT = as_written(Flask.inject_url_defaults)
_STOCK_ADAPTER = as_written(Flask.create_url_adapter)
_rule_methods_of = reader("build", "suitable_for", "_encode_query_vars")
_STOCK_RULE = _rule_methods_of(Rule)
_STOCK_BUILD = as_written(MapAdapter.build)

_key: Key | None = None
_known_url_for: set[Any] = {as_written(Flask.url_for)}


def use_key(key: Key, *same: Callable[..., str]) -> None:
    """Keep texts by this key; `same` are functions that do what `Flask.url_for` does."""
    global _key
    _key = key
    _known_url_for.update(same)


class Sites:
    """The constant calls of one template, and their texts for each key seen lately."""

    __slots__ = ("_known", "_nothing", "_sites")

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._sites = sites
        self._nothing: tuple[str | None, ...] = (None,) * len(sites)
        self._known: dict[Hashable, tuple[str | None, ...]] = {}

    def texts(self, url_for: Any) -> tuple[str | None, ...]:
        """The text of each site, None where `url_for` has to be called."""
        if _key is None or type(url_for) is not MethodType:
            return self._nothing
        app: Any = url_for.__self__
        key = _key_of(app, url_for.__func__)
        if key is None:
            return self._nothing
        known = self._known.get(key)
        return known if known is not None else self._build(app, key)

    def _build(self, app: Flask, key: Hashable) -> tuple[str | None, ...]:
        adapter = _cv_request.get().url_adapter
        if type(adapter) is not MapAdapter or adapter.map.host_matching:
            return self._nothing
        texts = tuple([_text(app, adapter, *site) for site in self._sites])
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[key] = texts
        return texts


def _key_of(app: Any, url_for: Any) -> Hashable | None:
    """The key for all that has a say in the application's URLs, or None."""
    cls, own = type(app), app.__dict__
    if (
        cls.inject_url_defaults is not _STOCK_INJECT
        or cls.create_url_adapter is not _STOCK_ADAPTER
        or "inject_url_defaults" in own
        or "create_url_adapter" in own
        or MapAdapter.build is not _STOCK_BUILD
        or _rule_methods_of(Rule) != _STOCK_RULE
    ):
        return None
    assert _key is not None
    key = _key(app)
    if key is None or (url_for in _known_url_for and not app.url_default_functions):
        return key
    states: list[Hashable] = [key]
    if url_for not in _known_url_for:
        states.append(_state_of(url_for))
    for functions in app.url_default_functions.values():
        states += map(_state_of, functions)
    return None if None in states else tuple(states)


def _state_of(function: Any) -> Hashable | None:
    state = getattr(function, "_kolba_state", None)
    return None if state is None else state()


def _text(
    app: Flask,
    adapter: MapAdapter,
    endpoint: str,
    constants: dict[str, str | int],
    escaped: bool,
) -> str | None:
    """The URL as the page shows it, if it is one within the site."""
    try:
        if not all(map(_is_plain_rule, adapter.map.iter_rules(endpoint))):
            return None
        values: dict[str, Any] = dict(constants)
        app.inject_url_defaults(endpoint, values)
        url = adapter.build(endpoint, values)
    except Exception:
        # Whatever it is, it belongs to the place of the call.
        return None
    if not url.startswith("/") or url.startswith("//"):
        return None
    return str(escape(url)) if escaped else url


def _is_plain_rule(rule: Rule) -> bool:
    return (
        type(rule) is Rule
        and not rule.websocket
        and all(type(converter) in _CONVERTERS for converter in rule._converters.values())
    )


class Urls(ListGenerator):
    """Writes `u[0] or (...)` where the output is a constant `url_for` call."""

    def prepare(self, source: str) -> None:
        super().prepare(source)
        self._sites: list[Site] = []
        self._may_fold = "url_for" in source and not _binds_url_for(self.inventory)
        self._folds_here = False

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        site = self._site(node, frame, finalize)
        self._in_site = site is not None
        if site is not None:
            self.write(f"u[{len(self._sites)}] or (")
            self._sites.append(site)
            self._folds_here = True
        super()._output_child_pre(node, frame, finalize)

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        super()._output_child_post(node, frame, finalize)
        if self._in_site:
            self.write(")")

    def _site(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> Site | None:
        # A macro runs at other times than the function around it.
        if not self._may_fold or self.function_out is None or finalize.src is not None:
            return None
        if frame.eval_ctx.volatile:
            return None
        call = _constant_call(node)
        if call is None or not _is_resolved(frame, "url_for"):
            return None
        return (*call, bool(frame.eval_ctx.autoescape))

    def assignments(self, body: str) -> list[str]:
        found = super().assignments(body)
        if self._folds_here:
            self._folds_here = False
            found.append(f"u = sites.texts({self.resolved('url_for')})")
        return found

    def _write_tail(self, source: str, autoescape: bool) -> None:
        if self._sites:
            self.global_name("sites", f"Sites({tuple(self._sites)!r})")
        super()._write_tail(source, autoescape)


def _binds_url_for(inventory: Inventory) -> bool:
    """Whether anything in the template may make another thing of the name."""
    return (
        any(name.name == "url_for" and name.ctx != "load" for name in inventory.of(nodes.Name))
        or any(macro.name == "url_for" for macro in inventory.of(nodes.Macro))
        or any(imported.target == "url_for" for imported in inventory.of(nodes.Import))
        or any(
            (name if isinstance(name, str) else name[1]) == "url_for"
            for imported in inventory.of(nodes.FromImport)
            for name in imported.names
        )
    )


def _constant_call(node: nodes.Expr) -> tuple[str, dict[str, str | int]] | None:
    """The endpoint and the arguments, if this is `url_for` with nothing but constants."""
    if not (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == "url_for"
        and len(node.args) == 1
        and node.dyn_args is None
        and node.dyn_kwargs is None
    ):
        return None
    endpoint = _constant(node.args[0])
    values = {pair.key: _constant(pair.value) for pair in node.kwargs}
    if type(endpoint) is not str or endpoint[:1] == "." or len(values) != len(node.kwargs):
        return None
    if any(value is None or name[:1] == "_" for name, value in values.items()):
        return None
    return endpoint, values  # type: ignore[return-value]


def _constant(node: nodes.Expr) -> str | int | None:
    if isinstance(node, nodes.Const) and type(node.value) in (str, int):
        value: str | int = node.value
        return value
    return None


def _is_resolved(frame: Frame, name: str) -> bool:
    """Whether the name comes from the context, not from the template."""
    ref = frame.symbols.find_ref(name)
    load = frame.symbols.find_load(ref) if ref is not None else None
    return load is not None and load == (VAR_LOAD_RESOLVE, name)
