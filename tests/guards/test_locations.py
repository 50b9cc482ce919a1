"""Where a Location leads: the table of cases, and a browser's own opinion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kolba.guards.locations import LONGEST, Leads, Nowhere, Stays, resolve
from tests.guards import fuzz_redirects

STAYING = [
    "",
    "/",
    "/orders",
    "/orders?next=http://evil.test",
    "/orders#//evil.test",
    "?page=2",
    "#top",
    "edit",
    "./edit",
    "../orders",
    "/%09/evil.test",
    "/%5Cevil.test",
    "/%2F/evil.test",
    "/a//evil.test",
    "/.//evil.test",
    "/a\\b",
    "@evil.test",
    ".evil.test",
    "/:80/x",
    "/a:b",
    "  /orders  ",
]
LEADING = {
    "http://evil.test": ("http", "evil.test"),
    "https://evil.test/a?b#c": ("https", "evil.test"),
    "HTTP://EVIL.test:8080": ("http", "EVIL.test:8080"),
    "//evil.test": (None, "evil.test"),
    "///evil.test": (None, "evil.test"),
    "////evil.test/x": (None, "evil.test"),
    "/\\evil.test": (None, "evil.test"),
    "\\\\evil.test": (None, "evil.test"),
    "/\\/evil.test": (None, "evil.test"),
    "/\t/evil.test": (None, "evil.test"),
    "\x08//evil.test": (None, "evil.test"),
    " //evil.test": (None, "evil.test"),
    "ht\ttp://evil.test": ("http", "evil.test"),
    "http:///evil.test": ("http", "evil.test"),
    "http://evil.test\\@example.test": ("http", "evil.test"),
    "https://[::1]:8443/": ("https", "[::1]:8443"),
}
NOWHERE = [
    "javascript:alert(1)",
    "\njavascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "mailto:a@b.c",
    "http:evil.test",
    "http:/evil.test",
    "https:evil.test",
    "http:\\\\evil.test",
    "http://",
    "//",
    "http://example.test@evil.test",
    "//evil.test:80@example.test/",
    "http://[::1",
    "http://ex%61mple.test/",
    "http://evil.test:99999/",
    "http://evil test/",
    "ftp://evil.test/",
    "/a\x00b",
    "/\r\nSet-Cookie: x=1",
    "ht\ntp://evil.test",
    "/" + "a" * LONGEST,
]


@pytest.mark.parametrize("target", STAYING)
def test_stays(target: str) -> None:
    """These do not leave the site, whatever they look like."""
    assert resolve(target) == Stays()


@pytest.mark.parametrize(("target", "to"), LEADING.items())
def test_leads(target: str, to: tuple[str | None, str]) -> None:
    """These name an origin, however they are written."""
    assert resolve(target) == Leads(*to)


@pytest.mark.parametrize("target", NOWHERE)
def test_nowhere(target: str) -> None:
    """These have no http origin, or one that browsers and programs disagree about."""
    resolved = resolve(target)
    assert isinstance(resolved, Nowhere)
    assert resolved.why


def test_a_browser_agrees_with_the_tables(require: Callable[[str], str]) -> None:
    """The tables above are what a browser's own parser says, from http and https pages."""
    node = require("node")
    for base in fuzz_redirects.BASES:
        here = base.split("/shop")[0]
        stays = fuzz_redirects.browser(node, [(target, base) for target in STAYING])
        assert set(stays) == {here}
        leads = fuzz_redirects.browser(node, [(target, base) for target in LEADING])
        assert here not in leads and None not in leads


def test_nothing_generated_leaves_the_site(require: Callable[[str], str]) -> None:
    """Of 6,000 generated targets the guard lets none through that takes a browser off the site."""
    node = require("node")
    assert fuzz_redirects.leaks(node, list(fuzz_redirects.generated(6000, seed=7))) == []


def test_ordinary_targets_pass() -> None:
    """A thousand targets as sites write them are let through."""
    targets = fuzz_redirects.ordinary()
    assert len(targets) == 1000
    assert fuzz_redirects.refused(targets) == []
