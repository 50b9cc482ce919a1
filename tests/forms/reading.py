"""Reads a page's forms as a browser does, and says what it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Attrs = dict[str, str]


@dataclass
class Control:
    """One control that can send something."""

    tag: str
    attrs: Attrs
    text: str = ""
    options: list[tuple[Attrs, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The controls and ids of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.controls: list[Control] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, Attrs]] = []
        self.words = ""
        self._in_textarea = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.append((tag, known))
        if "id" in known:
            self.ids.append(known["id"])
        if tag in {"input", "select", "textarea"}:
            self.controls.append(Control(tag, known))
            self._in_textarea = tag == "textarea"
        if tag == "option":
            self.controls[-1].options.append((known, ""))

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._in_textarea:
            self.controls[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._in_textarea = False

    def named(self, name: str) -> list[Control]:
        """The controls of one name."""
        return [control for control in self.controls if control.attrs.get("name") == name]

    def one(self, name: str) -> Attrs:
        """The attributes of the only control of this name."""
        (control,) = self.named(name)
        return control.attrs

    def sent(self) -> dict[str, list[str]]:
        """What a browser sends if nobody changes anything (no files, no secrets)."""
        data: dict[str, list[str]] = {}
        for control in self.controls:
            name = control.attrs.get("name")
            if name is not None and control.attrs.get("type") != "file":
                for value in _values(control):
                    data.setdefault(name, []).append(value.replace("\n", "\r\n"))
        return data


def _values(control: Control) -> list[str]:
    if control.tag == "textarea":
        return [control.text.removeprefix("\n")]
    if control.tag == "select":
        chosen = [a for a, _ in control.options if "selected" in a] or [
            a for a, _ in control.options[:1]
        ]
        return [attrs["value"] for attrs in chosen]
    if control.attrs.get("type") in {"checkbox", "radio"}:
        return [control.attrs["value"]] if "checked" in control.attrs else []
    return [control.attrs.get("value", "")]


def form_of(response: Any) -> Page:
    """The page of a test client's answer."""
    return Page(response.text)
