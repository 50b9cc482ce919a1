"""For an app's own tests, and Kolba's: clients that are like browsers, and what they saw.

    def test_order(app):
        tab = Visitor(app).tab()
        log_in(tab, "anna")
        page = tab.send("/orders", {"item": "tea"})
        assert flashes(page) == [("success", "Ordered")]
        assert refused_by(tab.get("/go?next=//evil.example")) == "redirect"

The pytest plugin of the same package gives `visitor`, `tab` and `clock` to tests that
have an `app` fixture.
"""

from __future__ import annotations

from kolba.escaping.findings import UnsafeTemplate
from kolba.escaping.reflection import ReflectedInput
from kolba.testing.browser import Tab, Visitor
from kolba.testing.checks import check_app, watch_reflection
from kolba.testing.clock import clock
from kolba.testing.seen import Page, flashes, log_in, refused_by, session_of
from kolba.urls.problems import RoutingErrors

__all__ = [
    "Page",
    "ReflectedInput",
    "RoutingErrors",
    "Tab",
    "UnsafeTemplate",
    "Visitor",
    "check_app",
    "clock",
    "flashes",
    "log_in",
    "refused_by",
    "session_of",
    "watch_reflection",
]
