"""What `--explain` prints: a rule in full, or the list of all."""

from __future__ import annotations

import textwrap

from kolba.check import rules
from kolba.check.rule import Rule
from kolba.check.text import Text

_BAD = Text("Found in:", "Найдётся в:")
_GOOD = Text("Not in:", "Не найдётся в:")
_ASKED = Text("Only if it is selected by name.", "Только если выбрано по имени.")


def explained(rule: Rule, language: str) -> str:
    """All that is to be said of a rule."""
    parts = [
        f"{rule.code} ({rule.chapter})",
        textwrap.fill(f"{rule.message.general(language)}.", 88),
        textwrap.fill(rule.why.said(language), 88),
        f"{_BAD.said(language)}\n\n{textwrap.indent(rule.bad, '    ')}",
        f"{_GOOD.said(language)}\n\n{textwrap.indent(rule.good, '    ')}",
        textwrap.fill(f"{rule.hint.general(language)}.", 88),
    ]
    if rule.asked_for:
        parts.append(_ASKED.said(language))
    return "\n\n".join(parts) + "\n"


def listed(language: str) -> str:
    """A line for each rule."""
    width = max(len(rule.code) for rule in rules.RULES)
    return "".join(
        f"{rule.code.ljust(width)}  {rule.chapter:<9}  {rule.message.general(language)}\n"
        for rule in rules.RULES
    )
