"""Which targets of a redirect stay within the site: a table of cases."""

from __future__ import annotations

import pytest

from kolba.tour.targets import LIMIT, Refusal, examine, within_site

GOOD = [
    "/",
    "/redirects/secret",
    "/a?next=//evil.example",
    "/a#b",
    "/@evil.example",
    "/%2F/evil.example",
    "/чай",
    "/.//evil.example",
    "/" + "a" * (LIMIT - 1),
]
BAD = [
    ("", Refusal.EMPTY),
    ("/" + "a" * LIMIT, Refusal.TOO_LONG),
    ("//evil.example", Refusal.OTHER_HOST),
    ("///evil.example", Refusal.OTHER_HOST),
    ("////evil.example", Refusal.OTHER_HOST),
    ("/\\evil.example", Refusal.BACKSLASH),
    ("\\\\evil.example", Refusal.BACKSLASH),
    ("/a\\..\\b", Refusal.BACKSLASH),
    ("/\t/evil.example", Refusal.CONTROL),
    ("/\n/evil.example", Refusal.CONTROL),
    ("/\r/evil.example", Refusal.CONTROL),
    ("\t//evil.example", Refusal.CONTROL),
    (" //evil.example", Refusal.CONTROL),
    ("\x08//evil.example", Refusal.CONTROL),
    ("/a\x00b", Refusal.CONTROL),
    ("/a\x7fb", Refusal.CONTROL),
    ("https://evil.example/", Refusal.NOT_A_PATH),
    ("https:evil.example", Refusal.NOT_A_PATH),
    ("HTTPS:/evil.example", Refusal.NOT_A_PATH),
    ("javascript:alert(1)", Refusal.NOT_A_PATH),
    ("data:text/html,x", Refusal.NOT_A_PATH),
    ("evil.example", Refusal.NOT_A_PATH),
    ("?next=/", Refusal.NOT_A_PATH),
    ("..", Refusal.NOT_A_PATH),
]


@pytest.mark.parametrize("target", GOOD)
def test_paths_are_let_through(target: str) -> None:
    """A plain path within the site is followed."""
    assert examine(target) is None
    assert within_site(target, otherwise="/x") == target


@pytest.mark.parametrize(("target", "refusal"), BAD)
def test_all_else_is_refused(target: str, refusal: Refusal) -> None:
    """All that a browser could read as another site is refused, with its reason."""
    assert examine(target) is refusal
    assert within_site(target, otherwise="/x") == "/x"
