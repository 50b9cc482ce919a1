"""Writes the rules into docs/check.md and docs/ru/check.md: `python -m tests.check.page`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kolba.check.rule import CHAPTERS, Rule
from kolba.check.rules import RULES
from kolba.check.text import Text

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "check.md", "ru": DOCS / "ru" / "check.md"}
MARKS = re.compile(r"(<!-- rules -->\n).*?(<!-- /rules -->)", re.DOTALL)

_CHAPTERS = {
    "urls": Text("URLs", "URL"),
    "escaping": Text("Escaping", "Экранирование"),
    "requests": Text("Requests and forms", "Запросы и формы"),
    "redirects": Text("Redirects", "Перенаправления"),
    "flashes": Text("Flash messages", "Flash-сообщения"),
    "cookies": Text("Cookies", "Cookie-файлы"),
    "sessions": Text("Sessions", "Сессии"),
    "login": Text("Login", "Вход"),
    "app": Text("The application and its server", "Приложение и сервер"),
}
_BAD = Text("Found:", "Найдётся:")
_GOOD = Text("Mended:", "Исправлено:")
_ASKED = Text(
    "Looked for only when it is selected by name.", "Ищется, только если выбрано по имени."
)


def written(text: str, language: str) -> str:
    """A page with the rules between its marks."""
    rules = "\n\n".join(_sections(language))
    return MARKS.sub(lambda found: f"{found[1]}\n{rules}\n\n{found[2]}", text)


def _sections(language: str) -> Iterator[str]:
    for chapter in CHAPTERS:
        rules = [rule for rule in RULES if rule.chapter == chapter]
        if rules:
            yield f"## {_CHAPTERS[chapter].said(language)}"
            yield from (_section(rule, language) for rule in rules)


def _section(rule: Rule, language: str) -> str:
    parts = [f"### {rule.code}", *_prose(rule, language)]
    for label, example in ((_BAD, rule.bad), (_GOOD, rule.good)):
        kind = "jinja" if example.startswith(("<", "{")) else "py"
        parts.append(f"{label.said(language)}\n\n```{kind}\n{example}\n```")
    return "\n\n".join(parts)


def _prose(rule: Rule, language: str) -> Iterator[str]:
    yield f"{_begun(rule.message.general(language))}."
    yield rule.why.said(language)
    yield f"{rule.hint.general(language)}."
    if rule.asked_for:
        yield _ASKED.said(language)


def _begun(message: str) -> str:
    """A message as a sentence: what begins with a name of code keeps its letters."""
    is_code = re.match(r"\w*[_(]", message) is not None
    return message if is_code else f"{message[0].upper()}{message[1:]}"


if __name__ == "__main__":
    for language, page in PAGES.items():
        page.write_text(written(page.read_text("utf-8"), language), "utf-8")
