"""Reads a page as a visitor does: its prose, its outline, its labels.

Prose is what stands in the page's own language: not code, not what is marked as another
language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What pictures say aloud (`desc`) is made of request lines, in any language.
CODE = frozenset({"code", "pre", "samp", "kbd", "script", "style", "desc"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
READ_ALOUD = ("title", "aria-label", "alt", "placeholder")


@dataclass
class Element:
    """An element that is open."""

    tag: str
    attributes: dict[str, str]
    language: str
    code: bool


@dataclass
class Page:
    """What was found in a page."""

    language: str = ""
    prose: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    fields: list[dict[str, str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The prose with its spaces made plain."""
        return " ".join(" ".join(self.prose).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        above = self.open[-1] if self.open else Element("", {}, "", False)
        language = attributes.get("lang", above.language)
        element = Element(tag, attributes, language, above.code or tag in CODE)
        self._note(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:  # `<path/>` in a picture
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        element = self.open[-1] if self.open else None
        if element and not element.code and element.language == self.page.language:
            self.page.prose.append(data)

    def _note(self, element: Element) -> None:
        page, tag, attributes = self.page, element.tag, element.attributes
        page.tags.append((tag, attributes))
        if tag == "html":
            page.language = attributes["lang"]
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            page.headings.append(int(tag[1]))
        if "id" in attributes:
            page.ids.append(attributes["id"])
        if tag == "label":
            page.labelled.add(attributes.get("for", ""))
        if tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden":
            in_label = any(above.tag == "label" for above in self.open)
            page.fields.append({**attributes, "in_label": "yes" if in_label else ""})
        for name in ("aria-labelledby", "aria-describedby", "for", "list"):
            page.references.extend(attributes.get(name, "").split())
        if element.language == page.language and not element.code:
            page.prose.extend(attributes[name] for name in READ_ALOUD if name in attributes)


def read(html: str) -> Page:
    """Returns what a visitor finds in this page; a page that is not well formed is a failure."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"not closed: {reader.open}"
    return reader.page
