"""Reading a page as its visitor would: its language, its words, its form fields and labels."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "hr", "img"}
# Names that Russian pages write as they are.
_NAMES = {
    "Flask",
    "Flash",
    "GET",
    "POST",
    "HTML",
    "URL",
    "Markup",
    "cookie",
    "Cookie",
    "get",
    "post",
}
_NAMES |= {
    "url_for",
    "static",
    "methods",
    "escape",
    "format",
    "anna",
    "kolba",
    "Kolba",
    "html",
    "letters",
}


class Page(HTMLParser):
    """What was read of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.charset = False
        self.viewport = False
        self.labelled: set[str] = set()
        self.fields: dict[str, dict[str, str | None]] = {}
        self.unlabelled: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)
        self.unlabelled = [name for name in self.unlabelled if name not in self.labelled]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "html":
            self.language = attributes.get("lang") or ""
        elif tag == "meta":
            self.charset |= attributes.get("charset") == "utf-8"
            self.viewport |= attributes.get("name") == "viewport"
        elif tag == "label" and attributes.get("for"):
            self.labelled.add(str(attributes["for"]))
        elif tag == "a":
            self.links.append(attributes.get("href") or "")
        elif tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden":
            self._field(attributes)
        if tag not in _VOID:
            # Code and what is marked as another language are not the page's own words.
            other = tag != "html" and attributes.get("lang", self.language) != self.language
            self._open.append((tag, tag == "code" or other))

    def _field(self, attributes: dict[str, str | None]) -> None:
        self.fields[str(attributes.get("name"))] = attributes
        if not any(tag == "label" for tag, _ in self._open):
            self.unlabelled.append(str(attributes.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(foreign for _, foreign in self._open):
            self.words += re.findall(r"[^\W\d_]+(?:_[^\W\d]+)*", data)

    def foreign_words(self) -> list[str]:
        """The page's own words that are not in its language."""
        if self.language == "ru":
            return [word for word in self.words if word.isascii() and word not in _NAMES]
        return [word for word in self.words if not word.isascii()]
