"""Text: a line for each mistake, as linters print it, and what to write below it."""

from __future__ import annotations

from collections import Counter

from kolba.check.run import Result
from kolba.check.text import Text

_NONE = Text("files: {read}, nothing found", "файлов: {read}, ничего не найдено")
_SOME = Text("files: {read}, found: {count}", "файлов: {read}, найдено: {count}")


def printed(result: Result, language: str) -> str:
    """One line a mistake with its place, its hint below, and a sum."""
    lines: list[str] = []
    for one in result.diagnostics:
        lines.append(f"{one.path}:{one.line}:{one.column}: {one.code} {one.message}")
        lines.append(f"    {one.hint}")
    values = {"read": result.read, "count": len(result.diagnostics)}
    end = _SOME if result.diagnostics else _NONE
    return "\n".join([*lines, end.said(language, values)]) + "\n"


def statistics(result: Result) -> str:
    """How often each mistake was found, the most frequent first."""
    counted = Counter(one.code for one in result.diagnostics)
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{count:>6}  {code}\n" for code, count in rows)
