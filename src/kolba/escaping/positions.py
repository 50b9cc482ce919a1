"""Where in an HTML page a piece of text ends: the tokenizer of HTML, as far as escaping needs it.

`advance(position, text)` is the position after `text`; `after_value(position)` that after a
value of which nothing is known but that it is escaped. Pure. Follows the states of the HTML
standard's tokenizer (13.2.5); what a browser repairs in broken pages is not imitated.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """A state of the tokenizer."""

    UNKNOWN = auto()  # somewhere: until a tag begins, nothing is said of values
    DATA = auto()
    TAG_NAME = auto()
    TAG = auto()
    ATTRIBUTE_NAME = auto()
    AFTER_NAME = auto()
    BEFORE_VALUE = auto()
    DOUBLE_QUOTED = auto()
    SINGLE_QUOTED = auto()
    UNQUOTED = auto()
    RAW = auto()  # inside of an element whose content is not markup
    COMMENT = auto()
    DECLARATION = auto()


class Position(NamedTuple):
    """A place between two characters of a page.

    Attributes:
        kind: the tokenizer's state.
        element: the tag that is being read, or the raw element around; lower case.
        closing: whether that is an end tag.
        attribute: the attribute that is being read; lower case.
        type: the value of the tag's attribute `type`, if constant.
        before: the beginning of the attribute's value, with a mark for each value in it.
        settled: whether that decides a URL's scheme, or that there is none.
    """

    kind: Kind
    element: str = ""
    closing: bool = False
    attribute: str = ""
    type: str = ""
    before: str = ""
    settled: bool = False


UNKNOWN = Position(Kind.UNKNOWN)
DATA = Position(Kind.DATA)
SCRIPT = Position(Kind.RAW, element="script")

IN_VALUE = frozenset((Kind.DOUBLE_QUOTED, Kind.SINGLE_QUOTED, Kind.UNQUOTED))
_IN_TAG = frozenset((Kind.TAG_NAME, Kind.TAG, Kind.ATTRIBUTE_NAME, Kind.AFTER_NAME, Kind.UNQUOTED))
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>]|\Z)", re.IGNORECASE) for name in _RAW}
_DYNAMIC = "\0"
_EITHER = "\1"
LONGEST_BEFORE = 200

# In the middle of somewhere, `a<b` is a comparison more often than a tag.
_TAGS = (
    "a|abbr|article|aside|b|blockquote|body|br|button|caption|code|dd|details|div|dl|dt|em|"
    "fieldset|figure|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|legend|li|"
    "link|main|meta|nav|ol|optgroup|option|p|picture|pre|script|section|select|small|span|"
    "strong|style|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
_A_TAG = re.compile(rf"</?(?:{_TAGS})(?=[\s/>]|\Z)|<!--|<!doctype", re.IGNORECASE)
_WHOLE_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_TYPE = re.compile(r"""\stype\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NAME = re.compile(r"[^\s/>]*")
_SPACES = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"[^\s/>=]*")
_BARE_VALUE = re.compile(r"[^\s>]*")
_SETTLING = re.compile(r"[/?#:]")


def advance(position: Position, text: str) -> Position:
    """The position after `text`."""
    at = 0
    while at < len(text):
        position, at = _STEPS[position.kind](position, text, at)
    return position


def after_value(position: Position) -> Position:
    """The position after an escaped value that stands at `position`."""
    match position.kind:
        case Kind.TAG_NAME:
            return position._replace(element=position.element + _DYNAMIC)
        case Kind.TAG | Kind.AFTER_NAME:
            return position._replace(kind=Kind.ATTRIBUTE_NAME, attribute=_DYNAMIC)
        case Kind.ATTRIBUTE_NAME:
            return position._replace(attribute=position.attribute + _DYNAMIC)
        case Kind.BEFORE_VALUE:
            return position._replace(kind=Kind.UNQUOTED, before=_DYNAMIC, settled=False)
        case Kind.DOUBLE_QUOTED | Kind.SINGLE_QUOTED | Kind.UNQUOTED:
            return position._replace(before=_cut(position.before + _DYNAMIC))
    return position


def merge(one: Position, other: Position) -> Position:
    """The position where two ways through a template meet."""
    if one == other:
        return one
    if one.kind is other.kind and one.kind in IN_VALUE and one.attribute == other.attribute:
        before = one.before if one.before == other.before else _EITHER
        return one._replace(before=before, settled=one.settled and other.settled)
    if one.kind in _IN_TAG and other.kind in _IN_TAG and not (one.closing or other.closing):
        element = one.element if one.element == other.element else _DYNAMIC
        kind = one.type if one.type == other.type else ""
        return Position(Kind.TAG, element=element, type=kind)
    return UNKNOWN


def begun(before: str) -> tuple[bool, str]:
    """Whether a value stands before here in the attribute, and the constant text since then.

    Where two ways have met, it is taken for the beginning: what was there cannot be told.
    """
    _, value, text = before.rpartition(_DYNAMIC)
    return bool(value) and _EITHER not in before, text.rpartition(_EITHER)[2]


def _unknown(position: Position, text: str, at: int) -> tuple[Position, int]:
    found = _A_TAG.search(text, at)
    return (DATA, found.start()) if found else (position, len(text))


def _data(position: Position, text: str, at: int) -> tuple[Position, int]:
    start = text.find("<", at)
    if start < 0:
        return position, len(text)
    if text.startswith("<!--", start):
        return Position(Kind.COMMENT), start + 4
    # PERF: nearly every tag is whole, and has no values in it.
    if whole := _WHOLE_TAG.match(text, start):
        return _after_whole(whole), whole.end()
    following = text[start + 1 : start + 2]
    if following in ("!", "?") and following:
        return Position(Kind.DECLARATION), start + 2
    if following == "/":
        return Position(Kind.TAG_NAME, closing=True), start + 2
    if not following or following.isalpha():
        return Position(Kind.TAG_NAME), start + 1
    return position, start + 1


def _after_whole(tag: re.Match[str]) -> Position:
    element = tag[2].lower()
    if tag[1] or element not in _RAW:
        return DATA
    kind = _TYPE.search(tag[3])
    given = "" if kind is None else next(filter(None, kind.groups()), "")
    return Position(Kind.RAW, element=element, type=given.strip().lower())


def _tag_name(position: Position, text: str, at: int) -> tuple[Position, int]:
    name = _NAME.match(text, at)
    assert name is not None
    position = position._replace(element=position.element + name[0].lower())
    if name.end() == len(text):
        return position, name.end()
    return position._replace(kind=Kind.TAG), name.end()


def _tag(position: Position, text: str, at: int) -> tuple[Position, int]:
    spaces = _SPACES.match(text, at)
    assert spaces is not None
    at = spaces.end()
    if at == len(text):
        return position, at
    if text[at] == ">":
        return _ended(position), at + 1
    return position._replace(kind=Kind.ATTRIBUTE_NAME, attribute=""), at


def _ended(position: Position) -> Position:
    """After the `>` of a tag."""
    if position.closing or position.element not in _RAW:
        return DATA
    return Position(Kind.RAW, element=position.element, type=position.type)


def _attribute_name(position: Position, text: str, at: int) -> tuple[Position, int]:
    name = _ATTRIBUTE.match(text, at)
    assert name is not None
    position = position._replace(attribute=position.attribute + name[0].lower())
    at = name.end()
    if at == len(text):
        return position, at
    if text[at] == "=":
        # A name that begins with one has it as its first letter; then the value is next.
        return position._replace(kind=Kind.BEFORE_VALUE), at + 1
    if text[at].isspace():
        return position._replace(kind=Kind.AFTER_NAME), at
    return position._replace(kind=Kind.TAG), at


def _after_name(position: Position, text: str, at: int) -> tuple[Position, int]:
    while at < len(text) and text[at].isspace():
        at += 1
    if at == len(text):
        return position, at
    if text[at] == "=":
        return position._replace(kind=Kind.BEFORE_VALUE), at + 1
    return position._replace(kind=Kind.TAG), at


def _before_value(position: Position, text: str, at: int) -> tuple[Position, int]:
    while at < len(text) and text[at].isspace():
        at += 1
    if at == len(text):
        return position, at
    if text[at] == ">":
        return _ended(position), at + 1
    kind = {'"': Kind.DOUBLE_QUOTED, "'": Kind.SINGLE_QUOTED}.get(text[at], Kind.UNQUOTED)
    position = position._replace(kind=kind, before="", settled=False)
    return position, at if kind is Kind.UNQUOTED else at + 1


def _quoted(position: Position, text: str, at: int) -> tuple[Position, int]:
    mark = '"' if position.kind is Kind.DOUBLE_QUOTED else "'"
    end = text.find(mark, at)
    position = _with_text(position, text[at : len(text) if end < 0 else end])
    if end < 0:
        return position, len(text)
    return _value_ended(position), end + 1


def _unquoted(position: Position, text: str, at: int) -> tuple[Position, int]:
    value = _BARE_VALUE.match(text, at)
    assert value is not None
    position = _with_text(position, value[0])
    if value.end() == len(text):
        return position, len(text)
    return _value_ended(position), value.end()


def _with_text(position: Position, text: str) -> Position:
    settled = position.settled or _SETTLING.search(text) is not None
    return position._replace(before=_cut(position.before + text), settled=settled)


def _cut(text: str) -> str:
    return text[:LONGEST_BEFORE]


def _value_ended(position: Position) -> Position:
    kind = position.before.strip().lower() if position.attribute == "type" else position.type
    return position._replace(kind=Kind.TAG, attribute="", type=kind, before="", settled=False)


def _raw(position: Position, text: str, at: int) -> tuple[Position, int]:
    found = _ENDS[position.element].search(text, at)
    if found is None:
        return position, len(text)
    return Position(Kind.TAG_NAME, closing=True), found.start() + 2


def _comment(position: Position, text: str, at: int) -> tuple[Position, int]:
    end = text.find("-->", at)
    return (position, len(text)) if end < 0 else (DATA, end + 3)


def _declaration(position: Position, text: str, at: int) -> tuple[Position, int]:
    end = text.find(">", at)
    return (position, len(text)) if end < 0 else (DATA, end + 1)


_STEPS = {
    Kind.UNKNOWN: _unknown,
    Kind.DATA: _data,
    Kind.TAG_NAME: _tag_name,
    Kind.TAG: _tag,
    Kind.ATTRIBUTE_NAME: _attribute_name,
    Kind.AFTER_NAME: _after_name,
    Kind.BEFORE_VALUE: _before_value,
    Kind.DOUBLE_QUOTED: _quoted,
    Kind.SINGLE_QUOTED: _quoted,
    Kind.UNQUOTED: _unquoted,
    Kind.RAW: _raw,
    Kind.COMMENT: _comment,
    Kind.DECLARATION: _declaration,
}
