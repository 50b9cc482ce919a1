"""The register of an app's cookies: what `kolba cookies` prints, for people and privacy pages.

Data in, text out. Listed are the cookies that the loaded process has declared, and
the session cookie; cookies that code sets without a declaration are not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask

from kolba.cookies.declared import Cookie

SCHEMA = 1
_HEAD = {
    "en": ("Cookie", "Type", "Kept for", "Attributes", "Purpose"),
    "ru": ("Cookie-файл", "Тип", "Хранится", "Атрибуты", "Для чего"),
}
_SESSION = {
    "en": "keeps you logged in and your unfinished work together",
    "ru": "помнит, что вы вошли, и хранит начатую работу",
}
_TITLE = {"en": "Cookies", "ru": "Cookie-файлы"}
_RUSSIAN = {
    "last_login": "возвращает форму, отправленную после истечения входа, тому же человеку",
}
"""What the cookies that Kolba itself declares are for; their declarations say it in English."""

_UNTIL_CLOSED = {"en": "until the browser closes", "ru": "до закрытия браузера"}
_UNITS = (
    (365 * 86400, ("year", "years"), ("год", "года", "лет")),
    (86400, ("day", "days"), ("день", "дня", "дней")),
    (3600, ("hour", "hours"), ("час", "часа", "часов")),
    (60, ("minute", "minutes"), ("минута", "минуты", "минут")),
    (1, ("second", "seconds"), ("секунда", "секунды", "секунд")),
)


def document(app: Flask, cookies: Sequence[Cookie[Any]], target: str) -> dict[str, Any]:
    """The register as plain data, ready for JSON."""
    return {
        "schema": SCHEMA,
        "target": target,
        "session": app.config["SESSION_COOKIE_NAME"],
        "cookies": [cookie.facts() for cookie in cookies],
    }


def text(app: Flask, cookies: Sequence[Cookie[Any]], language: str = "en") -> str:
    """The register as a table for a terminal."""
    rows = [_HEAD[language], *_rows(app, cookies, language)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def markdown(app: Flask, cookies: Sequence[Cookie[Any]], language: str = "en") -> str:
    """The register as a section for a privacy page: what a visitor wants to know."""
    rows = [_HEAD[language], *_rows(app, cookies, language)]
    kept = [(row[0], row[4], row[2]) for row in rows]
    lines = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in kept]
    return "\n".join([f"## {_TITLE[language]}", "", lines[0], "|---|---|---|", *lines[1:]]) + "\n"


def _rows(app: Flask, cookies: Sequence[Cookie[Any]], language: str) -> list[tuple[str, ...]]:
    session = (
        app.config["SESSION_COOKIE_NAME"],
        "session",
        _UNTIL_CLOSED[language],
        "HttpOnly, SameSite=Lax",
        _SESSION[language],
    )
    return [session, *(_row(cookie, language) for cookie in cookies)]


def _row(cookie: Cookie[Any], language: str) -> tuple[str, ...]:
    facts = cookie.facts()
    return (
        cookie.name,
        facts["type"],
        _life(facts["life_seconds"], language),
        ", ".join(_attributes(facts)),
        _purpose(cookie, language),
    )


def _purpose(cookie: Cookie[Any], language: str) -> str:
    ours = _RUSSIAN.get(cookie.name) if language == "ru" else None
    return ours or cookie.purpose or "-"


def _attributes(facts: dict[str, Any]) -> list[str]:
    found = [] if facts["scripts_may_read"] else ["HttpOnly"]
    found.append(f"SameSite={facts['samesite']}")
    if facts["secure"] is not None:
        found.append("Secure" if facts["secure"] else "never Secure")
    if facts["path"] != "/":
        found.append(f"Path={facts['path']}")
    if facts["domain"]:
        found.append(f"Domain={facts['domain']}")
    return [*found, "signed"] if facts["signed"] else found


def _life(seconds: int | None, language: str) -> str:
    if seconds is None:
        return _UNTIL_CLOSED[language]
    for size, english, russian in _UNITS:
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            word = english[number != 1] if language == "en" else russian[_russian(number)]
            return f"{number} {word}"
    return "0"


def _russian(number: int) -> int:
    """Which of the three forms of a Russian noun follows a number."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2
