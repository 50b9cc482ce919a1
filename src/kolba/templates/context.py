"""The context of a fast template: what a render seldom needs is made when it is first touched.

Two modes. While `table` is set, blocks are found in it. Whoever asks for `blocks`, Jinja's own
mapping of stock generator functions, may change it: from then on it is the truth and `table` is
None. A context that stock Jinja makes is in that mode from the start.

What Flask adds to every context may be late: `lookup` reads a dict without it, generated code asks
for such names by `resolve`, and `parent`, which everybody else reads, is made complete when read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import internalcode, missing

from kolba.templates.disguise import named_like
from kolba.templates.tables import BlockFunction, BlockTable

if TYPE_CHECKING:
    from kolba.templates.template import FastTemplate


# The names that may be late.
LATE = frozenset(("g", "request"))
# A key among the variables of a render: how many of them come before the late ones, and what
# makes those.
LATER = object()

Make = Callable[[], dict[str, Any]]


def completed(variables: Mapping[Any, Any]) -> dict[Any, Any]:
    """The variables, those that were to come later in their place."""
    items = [(name, value) for name, value in variables.items() if name is not LATER]
    before, make = variables[LATER]
    return {**dict(items[:before]), **make(), **dict(items[before:])}


@named_like(Context)
class LazyContext(Context):
    table: BlockTable | None
    # `parent.get` of an exact dict; anything else is asked through `resolve_or_missing`.
    lookup: Any
    # The dict that is to be `parent`, and what makes what it lacks.
    late: tuple[dict[str, Any], Make]
    _globals: MutableMapping[str, Any] | None

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Any],
        globals: MutableMapping[str, Any] | None = None,
    ) -> None:
        super().__init__(environment, parent, name, blocks, globals)
        self.table = None

    def __getattr__(self, name: str) -> Any:
        make = _LAZY.get(name)
        if make is None:
            # Only to raise the error that a plain Context raises.
            return object.__getattribute__(self, name)
        value = make(self)
        setattr(self, name, value)
        return value

    def derived(self, locals: dict[str, Any] | None = None) -> Context:
        if self.table is None:
            return super().derived(locals)
        context = start(self, self.table, with_locals(self.get_all(), locals), None)
        context.eval_ctx = self.eval_ctx
        return context

    @internalcode
    def extend(self, parent: Any) -> None:
        """Put the blocks of the template `parent` after those known so far."""
        own = getattr(parent, "table", None)
        if self.table is not None and own is not None:
            self.table = self.table.extended_by(parent, own)
            return
        for name, block in parent.blocks.items():
            self.blocks.setdefault(name, []).append(block)

    @internalcode
    def block(self, name: str) -> BlockFunction:
        """The function that renders the most derived version of a block."""
        if self.table is not None:
            return self.table.functions[name][0]
        return _appending(self.blocks[name][0])

    def look_up_all(self, name: str, _missing: Any) -> Any:
        """A variable, those that templates have exported among them."""
        return self.resolve_or_missing(name)

    def depth(self, name: str) -> int:
        """How many versions of a block there are."""
        known = self.blocks if self.table is None else self.table.functions
        return len(known[name])


def is_stock(context: Context) -> bool:
    """Whether a context was made for stock code, or by an application's own class."""
    return type(context) is not LazyContext or context.table is None


def start(
    origin: FastTemplate | Context,
    table: BlockTable,
    parent: dict[str, Any],
    globals: MutableMapping[str, Any] | None,
    late: Make | None = None,
) -> LazyContext:
    """A context for the template (or of the context) `origin`, nothing in it filled in yet.

    `late` makes the variables that `parent` lacks.
    """
    context: LazyContext = object.__new__(LazyContext)
    if late is None:
        context.parent = parent
    else:
        context.late = (parent, late)
    context.vars = {}
    context.environment = origin.environment
    context.name = origin.name
    context.table = table
    context.lookup = parent.get
    context._globals = globals
    return context


def with_locals(parent: dict[str, Any], locals: Mapping[str, Any] | None) -> dict[str, Any]:
    """The dict itself, or a copy with the local variables that have a value."""
    if not locals:
        return parent
    return parent | {name: value for name, value in locals.items() if value is not missing}


def _appending(generator: Any) -> BlockFunction:
    @internalcode
    def block(context: Any, out: list[str]) -> None:
        out.extend(generator(context))

    return block


def _make_blocks(context: LazyContext) -> dict[str, list[Any]]:
    table, context.table = context.table, None
    blocks: dict[str, list[Any]] = {}
    if table is not None:
        for template in table.templates:
            for name, block in template.blocks.items():
                blocks.setdefault(name, []).append(block)
    return blocks


def _make_parent(context: LazyContext) -> dict[str, Any]:
    parent, make = context.late
    parent.update(make())
    return parent


def _make_lookup(context: LazyContext) -> Any:
    if type(context.parent) is dict:
        return context.parent.get
    return context.look_up_all


_LAZY = {
    "blocks": _make_blocks,
    "eval_ctx": lambda context: EvalContext(context.environment, context.name),
    "exported_vars": lambda context: set(),
    "globals_keys": lambda context: set(context._globals or ()),
    "lookup": _make_lookup,
    "parent": _make_parent,
}
