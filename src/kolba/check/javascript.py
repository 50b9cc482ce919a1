"""Where in a piece of JavaScript its end stands: in a text, or in code."""

from __future__ import annotations

import html
import re

_PIECE = re.compile(
    r"""\{\{.*?\}\}|\{%.*?%\}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
    r"""|//[^\n]*|/\*.*?\*/|["'`].*|[^"'`/{]+|.""",
    re.DOTALL,
)
_TAG = re.compile(r"<[a-zA-Z/!]")


def is_text(before: str) -> bool:
    """Whether what follows a piece of JavaScript stands in a text of it, which is no HTML.

    In HTML that a script makes, HTML's escapes are the right ones.
    """
    found = _PIECE.findall(html.unescape(before))
    if not found or any(piece.startswith(("//", "/*")) for piece in found):
        return False
    last = found[-1]
    is_open = last[0] in "\"'`" and (len(last) == 1 or last[-1] != last[0])
    return is_open and not _TAG.search(last)
