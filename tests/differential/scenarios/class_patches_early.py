"""Classes patched before the first request: the engine sees what it would have skipped."""

from __future__ import annotations

from tests.differential.class_patches import ATTRIBUTES, patch, rows, wrap
from tests.differential.collect import table
from tests.differential.patching import example, visit
from tests.differential.trace import Trace


@table(rows())
def a_method(t: Trace, row: str) -> None:
    """A method wrapped on its class, as APM agents do, has its effect and is called as often."""
    patch(t, row)
    t.attempt("visit", lambda: visit(t, example(t)))


@table(rows())
def a_wrapped_method(t: Trace, row: str) -> None:
    """A method that an agent's proxy stands around before the app is made is called through it."""
    wrap(t, row)
    app = example(t)
    t.attempt("visit", lambda: visit(t, app))


@table(ATTRIBUTES)
def an_attribute(t: Trace, name: str) -> None:
    """A class attribute changed before the first request acts as under Flask."""
    cls, value = ATTRIBUTES[name]
    setattr(cls, name.partition(".")[2], value)
    t.attempt("visit", lambda: visit(t, example(t)))
