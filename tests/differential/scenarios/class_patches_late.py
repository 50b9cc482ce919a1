"""Classes patched after the first request.

A group of its own: Kolba sees the patches of what it really skips in each request, and states in
`docs/fallbacks.md` that it sees the others when the app is next changed. What it does not see at
once is listed in `unpromised.py`.
"""

from __future__ import annotations

from tests.differential.class_patches import ATTRIBUTES, BASES, patch, rows, wrap
from tests.differential.collect import table
from tests.differential.patching import example, glance, visit
from tests.differential.trace import Trace


@table(rows())
def a_method(t: Trace, row: str) -> None:
    """A method wrapped on its class after requests is called as often as under Flask."""
    app = example(t)
    glance(t, app)
    patch(t, row)
    t.attempt("visit", lambda: visit(t, app))


@table(rows())
def a_wrapped_method(t: Trace, row: str) -> None:
    """A method that an agent's proxy stands around after requests is called through it."""
    app = example(t)
    glance(t, app)
    wrap(t, row)
    t.attempt("visit", lambda: visit(t, app))


@table(BASES)
def a_method_of_a_base(t: Trace, row: str) -> None:
    """A method wrapped on the base that Flask's class has it from is called as often as by Flask."""
    app = example(t)
    glance(t, app)
    patch(t, row, BASES[row])
    t.attempt("visit", lambda: visit(t, app))


@table(ATTRIBUTES)
def an_attribute(t: Trace, name: str) -> None:
    """A class attribute changed after requests acts as under Flask."""
    app = example(t)
    glance(t, app)
    cls, value = ATTRIBUTES[name]
    setattr(cls, name.partition(".")[2], value)
    t.attempt("visit", lambda: visit(t, app))


@table(["dispatch_request", "make_response", "process_response", "wsgi_app"])
def an_instance_dict(t: Trace, name: str) -> None:
    """A method put into app.__dict__ behind __setattr__ after requests is called."""
    app = example(t)
    glance(t, app)
    plain = getattr(app, name)
    app.__dict__[name] = lambda *a, **k: t.note("from the dict", name) or plain(*a, **k)
    visit(t, app)
