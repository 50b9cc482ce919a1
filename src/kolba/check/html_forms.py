"""The HTML forms of a template, read from its text: their tags, attributes and fields.

What Jinja writes into a tag stands there as it is. The invariant: a form of which a part is
written elsewhere, or by a condition, says so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_JINJA = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
_QUOTED = rf"""(?:"(?:{_JINJA}|[^"])*"|'(?:{_JINJA}|[^'])*')"""
_TAG = re.compile(
    rf"<(/?)(form|input|select|textarea|button)\b((?:{_JINJA}|{_QUOTED}|[^<>\"'{{]|\{{)*)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    rf"""([^\s=>"'/{{}}]+)(?:\s*=\s*({_QUOTED}|(?:{_JINJA}|[^\s>"'])+))?""", re.DOTALL
)
_COMMENT = re.compile(
    r"\{#.*?#\}|\{%-?\s*raw\b.*?\bendraw\s*-?%\}|<!--.*?-->|<script\b.*?</script\s*>",
    re.IGNORECASE | re.DOTALL,
)
BY_SCRIPT = re.compile(
    r"FormData|XMLHttpRequest|fetch\(|\$\.(?:ajax|post|getJSON)|axios|dropzone|\.submit\(",
    re.IGNORECASE,
)
"""What a page has in it that may send a form in a way of its own."""
_TYPED = frozenset(("text", "search", "password"))
_LOOKED_AT = frozenset(("number", "date", "datetime-local", "month", "time", "week"))
_INSIDE = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_PLAIN_TAG = re.compile(r"\s*-?\s*(?:if|elif|else|endif|for|endfor|set|trans|endtrans)\b")
# A value, a translation, a link or a token; what a form's object gives is its fields.
_PLAIN_VALUE = re.compile(
    r"\s*-?\s*(?:(?:url_for|_|gettext|csrf_token)\([^()]*\)|(?!\w*(?:form|field|input))"
    r"[\w.]+(?:\[[^\]]*\])?(?:\s*\|\s*\w+)*)\s*-?\s*",
    re.IGNORECASE,
)
_MARK = re.compile(r"\{[{%]")
_MARKS = re.compile(_JINJA, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it stands in the text.

    Attributes:
        name: of the element, in lower case.
        attributes: by name, in lower case; Jinja's marks stand in them as they are.
        offset: where it begins.
        text: all of it.
    """

    name: str
    attributes: Mapping[str, str]
    offset: int
    text: str

    @property
    def is_plain(self) -> bool:
        """Whether no part of it is written by Jinja."""
        return not _MARK.search(self.text)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass(frozen=True, slots=True)
class HtmlForm:
    """A form and what stands in it.

    Attributes:
        tag: its own tag.
        fields: the tags of its fields.
        inner: the text between its tags, comments blanked.
        line: where it begins.
        column: its column.
    """

    tag: Tag
    fields: tuple[Tag, ...]
    inner: str
    line: int
    column: int

    @property
    def method(self) -> str:
        """GET if it says nothing; as it is written, in upper case, if that is no constant."""
        return self.tag.get("method").strip().upper() or "GET"

    @property
    def is_plain(self) -> bool:
        """Whether Jinja writes nothing but values between its fields."""
        between = self.inner
        for field in self.fields:
            between = between.replace(field.text, "")
        return all(
            _PLAIN_VALUE.fullmatch(value) if value else _PLAIN_TAG.match(tag)
            for value, tag in _INSIDE.findall(between)
        )

    @property
    def marks(self) -> list[str]:
        """What Jinja writes between its tags."""
        return _MARKS.findall(self.inner)


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of fields of which it is known what they send.

    Attributes:
        typed: any text.
        left_empty: what a browser looks at, or nothing: a number, a date.
    """

    typed: frozenset[str] = frozenset()
    left_empty: frozenset[str] = frozenset()


def known(made: Iterable[HtmlForm]) -> Fields:
    """The fields of forms that a browser sends; none where forms differ about one."""
    typed: set[str] = set()
    left_empty: set[str] = set()
    others: set[str] = set()
    for form in made:
        for field in form.fields:
            kind = _kind(field)
            some = typed if kind in _TYPED else left_empty if kind in _LOOKED_AT else others
            some.add(field.get("name"))
    return Fields(frozenset(typed - left_empty - others), frozenset(left_empty - typed - others))


def _kind(field: Tag) -> str:
    """What an input is of; nothing where that is unknown, or something has to be chosen."""
    is_open = field.name in ("input", "textarea") and "{%" not in field.text
    kind = field.get("type").lower() or "text"
    return "" if not is_open or (kind in _LOOKED_AT and "required" in field.attributes) else kind


def forms(source: str, first_line: int = 1) -> Iterator[HtmlForm]:
    """The forms of a template that begin and end in it."""
    if "<form" not in source.lower():
        return
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    begun: Tag | None = None
    fields: list[Tag] = []
    for found in _TAG.finditer(text):
        closing, name = bool(found[1]), found[2].lower()
        if name != "form":
            if not closing:
                fields.append(_tag(name, found))
        elif not closing:
            begun, fields = _tag(name, found), []
        elif begun is not None:
            yield _form(text, begun, fields, found.start(), first_line)
            begun = None


def _tag(name: str, found: re.Match[str]) -> Tag:
    attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(_without_blocks(found[3])):
        value = attribute[2] or ""
        if value[:1] in "\"'" and value:
            value = value[1:-1]
        attributes.setdefault(attribute[1].lower(), html.unescape(value))
    return Tag(name, attributes, found.start(), found[0])


def _without_blocks(attributes: str) -> str:
    return re.sub(r"\{%.*?%\}", " ", attributes, flags=re.DOTALL)


def _form(text: str, begun: Tag, fields: list[Tag], end: int, first_line: int) -> HtmlForm:
    inner = text[begun.offset + len(begun.text) : end]
    line = text.count("\n", 0, begun.offset) + first_line
    column = begun.offset - (text.rfind("\n", 0, begun.offset) + 1) + 1
    return HtmlForm(begun, tuple(fields), inner, line, column)
