"""`render_template_string`: the code of a source is kept, since Jinja compiles it at every call.

Each call still gets a template of its own, with globals of its own. Code is kept only where
compiling again would surely give the same: no filter, test or extension that is not Jinja's own
(Jinja calls them while it compiles), nothing of the compiler replaced, and the same settings.

Invariant: the kept codes of an environment are bounded, since sources may be made of user input.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple
from weakref import ref

from jinja2 import Environment, Template, nodes
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from kolba.readings import is_written, reader
from kolba.templates.template import FastTemplate

MOST = 256
LONGEST = 100_000

_CODES = "_kolba_codes"
_METHODS = ("compile", "_compile", "_generate", "parse", "_tokenize", "preprocess", "lex")
_methods_of = reader(*_METHODS)
_STOCK = _methods_of(Environment)
_is_written = all(map(is_written, _STOCK[0]))
_CALM_EXTENSIONS = {"jinja2.ext.ExprStmtExtension", "jinja2.ext.LoopControlExtension"}
_FILTERS, _TESTS = dict(FILTERS), dict(TESTS)
# What the compiler reads of an environment.
_settings_of = attrgetter(
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
    "autoescape",
    "code_generator_class",
    "template_class",
    "context_class",
)


class Kept(NamedTuple):
    """A template made of a string, and what it was compiled with."""

    template: FastTemplate
    policies: dict[str, Any]
    filters: dict[str, Any]
    tests: dict[str, Any]

    def holds(self, environment: Environment) -> bool:
        """Whether compiling would still find the same."""
        filters, tests = environment.filters, environment.tests
        return (
            self.policies == environment.policies
            and all(filters.get(name) is known for name, known in self.filters.items())
            and all(tests.get(name) is known for name, known in self.tests.items())
        )


class Codes:
    """What an environment has compiled from strings, the oldest first."""

    def __init__(self, environment: Environment) -> None:
        # An overlay shares its original's attributes, but not its settings.
        self.environment = ref(environment)
        self.known: dict[tuple[Any, ...], Kept] = {}

    def keep(self, key: tuple[Any, ...], kept: Kept) -> None:
        """Keep a template, instead of the oldest one if there are many."""
        while len(self.known) >= MOST:
            self.known.pop(next(iter(self.known)), None)
        self.known[key] = kept


def remembering(stock: Any) -> Any:
    """A `from_string` that keeps what it compiles."""

    def from_string(
        self: Environment, source: Any, globals: Any = None, template_class: Any = None
    ) -> Template:
        key = _key(self, source) if template_class is None else None
        if key is None:
            template: Template = stock(self, source, globals, template_class)
            return template
        codes = self.__dict__.get(_CODES)
        if codes is None or codes.environment() is not self:
            codes = self.__dict__[_CODES] = Codes(self)
        kept = codes.known.get(key)
        if kept is None or not kept.holds(self):
            return _compiled(self, stock, source, globals, codes, key)
        return kept.template.with_globals(self.make_globals(globals))

    return from_string


def _compiled(
    environment: Environment,
    stock: Any,
    source: str,
    globals: Any,
    codes: Codes,
    key: tuple[Any, ...],
) -> Template:
    try:
        tree = environment._parse(source, None, None)
        template: Template = stock(environment, tree, globals)
    except Exception:
        # Given the source, Jinja shows the line of it.
        template = stock(environment, source, globals)
        return template
    if isinstance(template, FastTemplate) and template.table is not None and _is_calm(tree):
        filters = {node.name: environment.filters.get(node.name) for node in _filters(tree)}
        tests = {node.name: environment.tests.get(node.name) for node in _tests(tree)}
        # Nothing of this call's globals is kept; and `make_globals`, which may be
        # watched, is asked as often as by Jinja.
        own = template.with_globals(ChainMap({}, environment.globals))
        codes.keep(key, Kept(own, environment.policies.copy(), filters, tests))
    return template


def _key(environment: Environment, source: Any) -> tuple[Any, ...] | None:
    if (
        type(source) is not str
        or len(source) > LONGEST
        or not _is_written
        or _methods_of(type(environment)) != _STOCK
        or not environment.__dict__.keys().isdisjoint(_METHODS)
        or environment.finalize is not None
        or not type(environment)._parse.__module__.startswith("kolba.")
        or not environment.extensions.keys() <= _CALM_EXTENSIONS
    ):
        return None
    try:
        key = (source, *environment.extensions, *_settings_of(environment))
        hash(key)
    except TypeError:
        return None
    return key


def _filters(tree: nodes.Template) -> Iterator[nodes.Filter]:
    return tree.find_all(nodes.Filter)


def _tests(tree: nodes.Template) -> Iterator[nodes.Test]:
    return tree.find_all(nodes.Test)


def _is_calm(tree: nodes.Template) -> bool:
    """Whether compiling has called no function but Jinja's own."""
    environment = tree.environment
    assert environment is not None
    return all(
        _is_own(environment.filters, _FILTERS, node.name) or _begins_with_name(node.node)
        for node in _filters(tree)
    ) and all(
        _is_own(environment.tests, _TESTS, node.name) or _begins_with_name(node.node)
        for node in _tests(tree)
    )


def _is_own(functions: dict[str, Any], defaults: Mapping[str, Any], name: str) -> bool:
    # `tojson` calls what the application uses for JSON.
    return name != "tojson" and functions.get(name) is defaults.get(name)


def _begins_with_name(node: nodes.Expr | None) -> bool:
    """Whether the expression stands on a variable, so that it cannot be a constant."""
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter | nodes.Test | nodes.Call):
        node = node.node
    return node is None or isinstance(node, nodes.Name)
