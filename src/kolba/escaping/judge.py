"""What is done about one value of a template: nothing, a filter around it, or a finding.

One decision, one table. The filters are in `filters`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kolba.escaping.contexts import Context, begins_address, context
from kolba.escaping.expressions import Origin
from kolba.escaping.positions import Kind, Position


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done about a value.

    Attributes:
        code: of the finding, or ''.
        what: what can happen.
        mend: what to write.
        note: whether the finding is only for the list.
        filters: names of filters to put around it, the inner one first.
    """

    code: str = ""
    what: str = ""
    mend: str = ""
    note: bool = False
    filters: tuple[str, ...] = ()


ADDRESS = "kolba_address"
BARE = "kolba_bare"
QUOTED = "kolba_quoted"

_FINE = Verdict()
_CHECKED = Verdict(
    "checked-address",
    "is a whole URL",
    "javascript: and data: links are neutralised when it is rendered",
    note=True,
    filters=(ADDRESS,),
)
_UNCHECKED = Verdict(
    "unchecked-address",
    "is a whole URL that |safe keeps from being checked: javascript: links run",
    "Leave |safe out",
)
UNQUOTED = Verdict(
    "unquoted-attribute",
    "stands in an attribute without quotes: a space in it begins another attribute",
    'Write quotes around it: name="{{ ... }}"',
    filters=(BARE,),
)
SCRIPT = Verdict(
    "value-in-script",
    "stands in a script, where HTML's escapes do not hold",
    "Write {{ ...|tojson }}, without quotes around it",
)
_STYLE = Verdict(
    "value-in-style",
    "stands in a style sheet, where HTML's escapes do not hold",
    "Choose among constants, write |int, or put it into a style attribute",
)
HANDLER = Verdict(
    "value-in-handler",
    "stands in JavaScript in an attribute: the browser undoes HTML's escapes before it runs it",
    "Write {{ ...|tojson }}, without quotes of JavaScript around it, or a data- attribute",
)
_DOCUMENT = Verdict(
    "value-in-srcdoc",
    "stands in a page in an attribute: the browser undoes HTML's escapes before it reads it",
    "Write {{ ...|forceescape|forceescape }}",
)


def judge(position: Position, origin: Origin) -> Verdict:
    """The verdict on a value of this origin at this position."""
    found = context(position)
    if found is Context.UNQUOTED:
        return _unquoted(position, origin)
    if found is Context.TEXT and not (origin is Origin.JSON and _is_quoted(position)):
        return _FINE
    if found is Context.ADDRESS:
        return _address(origin)
    if found in (Context.TEXT, Context.HANDLER) and origin is Origin.JSON:
        return Verdict(filters=(QUOTED,))
    if origin in (Origin.SAFE, Origin.MADE, Origin.ID) or (
        found is Context.SCRIPT and origin is Origin.JSON
    ):
        return _FINE
    return {
        Context.SCRIPT: SCRIPT,
        Context.STYLE: _STYLE,
        Context.HANDLER: HANDLER,
        Context.DOCUMENT: _DOCUMENT,
    }[found]


def _address(origin: Origin) -> Verdict:
    if origin is Origin.SAFE:
        return _FINE
    return _UNCHECKED if origin is Origin.RAW else _CHECKED


def _unquoted(position: Position, origin: Origin) -> Verdict:
    if origin in (Origin.SAFE, Origin.MADE):
        return _FINE
    if origin is Origin.ID:
        return Verdict(filters=UNQUOTED.filters)
    if begins_address(position):
        filters = (ADDRESS, *UNQUOTED.filters)
        return Verdict(UNQUOTED.code, UNQUOTED.what, UNQUOTED.mend, filters=filters)
    return UNQUOTED


def _is_quoted(position: Position) -> bool:
    """JSON has double quotes of its own, and none of the single ones once it is escaped."""
    return position.kind is Kind.DOUBLE_QUOTED
