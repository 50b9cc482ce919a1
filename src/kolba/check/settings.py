"""What is checked, and how: from `[tool.kolba.check]` in pyproject.toml and the command line."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kolba.check import rules
from kolba.check.rule import CHAPTERS, Rule
from kolba.check.text import LANGUAGES
from kolba.errors import ConfigError

_LISTS = ("select", "ignore", "exclude")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to check.

    Attributes:
        select: codes and chapters to look for; none for the usual ones.
        ignore: codes and chapters to leave out.
        exclude: patterns of files and folders to leave out.
        language: of what is said.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str = LANGUAGES[0]

    def rules(self) -> tuple[Rule, ...]:
        """The rules to look for."""
        return tuple(rule for rule in rules.RULES if self._is_wanted(rule))

    def _is_wanted(self, rule: Rule) -> bool:
        names = {rule.code, rule.chapter}
        if names & set(self.ignore) and rule.code not in self.select:
            return False
        if self.select:
            return rule.code in self.select or (
                not rule.asked_for and bool({rule.chapter, "all"} & set(self.select))
            )
        return not rule.asked_for


def of_project(paths: Sequence[str]) -> Settings:
    """What the nearest pyproject.toml above the paths says.

    Raises:
        ConfigError: it says something that cannot be.
    """
    folder = os.path.abspath(os.path.commonpath([os.path.abspath(p) for p in paths] or ["."]))
    while True:
        file = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(file):
            return _of_file(file)
        parent = os.path.dirname(folder)
        if parent == folder:
            return Settings()
        folder = parent


def _of_file(file: str) -> Settings:
    try:
        with open(file, "rb") as opened:
            document = tomllib.load(opened)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
    table: Any = document
    for name in ("tool", "kolba", "check"):
        table = table.get(name, {}) if isinstance(table, Mapping) else {}
    return made(table, f"[tool.kolba.check] of {file}")


def made(table: Any, where: str) -> Settings:
    """Settings of a table.

    Raises:
        ConfigError: a name or a value in it cannot be.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} is {table!r}: write a table")
    for name, value in table.items():
        if name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{name} in {where} is {value!r}: write a list of texts")
        elif name != "language":
            known = ", ".join((*_LISTS, "language"))
            raise ConfigError(f"{where} has {name!r}, which is no setting. There are: {known}")
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in table.items()}
    return checked(replace(Settings(), **values), where)


def checked(settings: Settings, where: str) -> Settings:
    """The settings, if they name what there is.

    Raises:
        ConfigError: they do not.
    """
    if settings.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise ConfigError(f"{where}: there is no language {settings.language!r}, only {known}")
    known_names = {rule.code for rule in rules.RULES} | {*CHAPTERS, "all"}
    for name in (*settings.select, *settings.ignore):
        if name not in known_names:
            raise ConfigError(f"{where}: {no_rule(name, known_names)}")
    return settings


def no_rule(name: str, known: Collection[str]) -> str:
    """What to say of a name that is no rule's."""
    near = difflib.get_close_matches(name, known, n=1)
    mend = f"Did you mean {near[0]!r}?" if near else "'kolba check --explain all' lists them"
    return f"there is no rule {name!r}. {mend}"
