"""What a value means where it stands: one decision, one table (OWASP's XSS contexts)."""

from __future__ import annotations

import re
from enum import Enum

from kolba.escaping.positions import IN_VALUE, Kind, Position


class Context(Enum):
    """What a browser makes of a value at a position."""

    TEXT = "text"  # HTML's escapes are all that is needed
    UNQUOTED = "unquoted"  # a space in the value begins another attribute
    SCRIPT = "script"
    STYLE = "style"
    HANDLER = "handler"  # JavaScript in an attribute
    DOCUMENT = "document"  # a whole page in an attribute (`srcdoc`)
    ADDRESS = "address"  # the beginning of a URL, which decides what it does


_ADDRESSES = frozenset(
    (
        *("href", "src", "action", "formaction", "xlink:href", "data", "poster", "background"),
        *("cite", "longdesc", "ping", "manifest", "codebase", "dynsrc", "lowsrc"),
    )
)
# Also what Alpine, Vue and htmx run.
_HANDLER = re.compile(
    r"on[a-z]{3,}|[@:].+|hx-on.*"
    r"|x-(?:data|init|show|text|html|model|effect|if|for|on:.+|bind:.+)"
    r"|v-(?:html|text|show|if|else-if|for|model|slot|on:.+|bind:.+)"
)
_SCRIPT_TYPES = re.compile(r"|module|(text|application)/(java|ecma)script|.*json.*|importmap")

# Elements in which a picture, a sound or a film may stand in the URL itself.
_MEDIA = frozenset(("img", "source", "video", "audio", "track", "image", "input", "link"))


def context(position: Position) -> Context:
    """What a value is at a position."""
    if position.kind is Kind.RAW:
        return _raw(position)
    if position.kind is Kind.BEFORE_VALUE:
        return Context.UNQUOTED
    if position.kind not in IN_VALUE:
        return Context.TEXT
    if _HANDLER.fullmatch(position.attribute):
        return Context.HANDLER
    if position.kind is Kind.UNQUOTED:
        return Context.UNQUOTED
    if position.attribute == "srcdoc":
        return Context.DOCUMENT
    return Context.ADDRESS if begins_address(position) else Context.TEXT


def begins_address(position: Position) -> bool:
    """Whether a value here is the beginning of a URL, as far as its scheme goes."""
    return position.attribute in _ADDRESSES and not position.settled


def takes_media(position: Position) -> bool:
    """Whether `data:image/...` is an ordinary URL here."""
    return position.element in _MEDIA


def _raw(position: Position) -> Context:
    if position.element == "style":
        return Context.STYLE
    if position.element == "script" and _SCRIPT_TYPES.fullmatch(position.type):
        return Context.SCRIPT
    return Context.TEXT
