"""URLs that run code instead of leading somewhere: `javascript:` and `data:` links.

One decision, one table of cases (tests/escaping/test_addresses.py). Browsers drop tabs
and line ends anywhere in a URL, and spaces and control characters before it (WHATWG URL).
"""

from __future__ import annotations

import html
import re
from typing import Any

from markupsafe import Markup

NEUTRAL = "about:invalid"
"""What stands in the place of a link that would run code."""

_DROPPED = re.compile(r"[\t\n\r]")
_BEFORE = "".join(map(chr, range(0x21)))
_RUNS = re.compile(r"(?:javascript|vbscript|livescript|mocha):", re.IGNORECASE)
_DATA = re.compile(r"data:", re.IGNORECASE)
_MEDIA = re.compile(r"data:(?:image|audio|video|font)/", re.IGNORECASE)


def runs_code(url: str, *, media: bool = False) -> bool:
    """Whether a browser that follows `url` would run code in it, or show a page made of it.

    Args:
        url: the URL as the browser sees it, escapes undone.
        media: whether it is that of a picture, a sound or a film, where `data:image/...`
            is ordinary, and runs nothing.
    """
    bare = _DROPPED.sub("", url).lstrip(_BEFORE)
    if _RUNS.match(bare):
        return True
    return _DATA.match(bare) is not None and not (media and _MEDIA.match(bare))


class Escaped(Markup):
    """A value that a template has escaped: markup, and yet nobody's word that a URL is meant."""


def is_harmful(
    value: Any, before: str = "", after: str = "", *, media: bool = False, made: bool = False
) -> bool:
    """Whether a value makes a harmful URL between the texts that a template has around it.

    SECURITY: `Markup` is let through: it is somebody's word that this text is meant. What a
    template makes of values is none.

    Args:
        value: the value.
        before: what stands before it, as HTML.
        after: what stands behind it, as HTML.
        media: as in `runs_code`.
        made: whether it is what a part of a template has written.
    """
    if hasattr(value, "__html__") and not (made or isinstance(value, Escaped)):
        return False
    return runs_code(f"{html.unescape(before)}{seen(value)}{html.unescape(after)}", media=media)


def seen(value: Any) -> str:
    """A value as the browser sees it, escapes undone."""
    return html.unescape(str(value)) if hasattr(value, "__html__") else str(value)
