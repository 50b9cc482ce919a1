"""The report: figures as values, a table printed from them, and the file they are kept in.

Nothing is measured here, so a report can be written from any figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.targets import Target


@dataclass(frozen=True)
class Figure:
    """One number of the table.

    `ratio` says how many times faster than Flask. `scaled` is a cost by Flask's J1 of the same
    run: what it would be on the machine that its target is set for. A target bounds the ratio
    or the scaled cost if there is one, else the value.
    """

    section: str
    row: str
    subject: str
    value: float
    unit: str = ""
    ratio: float | None = None
    target: Target | None = None
    scaled: float | None = None

    @property
    def judged(self) -> float:
        """The number that the target bounds."""
        if self.scaled is not None:
            return self.scaled
        return self.value if self.ratio is None else self.ratio

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; `None` without one."""
        return None if self.target is None else self.target.reached(self.judged)

    def as_json(self) -> dict[str, Any]:
        """All of it, with the verdict."""
        return {**asdict(self), "reached": self.reached}

    def cell(self) -> str:
        """The number as the table shows it."""
        places = 0 if abs(self.value) >= 1000 else 1 if abs(self.value) >= 10 else 2
        number = f"{self.value:,.{places}f}"
        if self.scaled is not None:
            return f"{number} {self.scaled:6.2f}*"
        return number if self.ratio is None else f"{number} {self.ratio:5.2f}x"


@dataclass
class Report:
    """Everything a run found."""

    machine: str
    command: str
    when: str
    versions: dict[str, str]
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rounds: dict[str, Any] = field(default_factory=dict)
    """The raw figures of each round."""

    def sections(self) -> list[str]:
        """The sections, in the order of their first figure."""
        return list(dict.fromkeys(figure.section for figure in self.figures))

    def missed(self) -> list[Figure]:
        """Figures that do not reach their targets."""
        return [figure for figure in self.figures if figure.reached is False]

    def as_json(self) -> dict[str, Any]:
        """What `latest.json` holds."""
        return {**asdict(self), "figures": [figure.as_json() for figure in self.figures]}

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.as_json(), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def section_rows(report: Report, section: str) -> Iterator[list[str]]:
    """The lines of one section: a heading, then a line a row."""
    figures = [figure for figure in report.figures if figure.section == section]
    subjects = list(dict.fromkeys(figure.subject for figure in figures))
    judged = any(figure.target for figure in figures)
    yield ["", *subjects, *(["target"] if judged else [])]
    for row in dict.fromkeys(figure.row for figure in figures):
        cells = {figure.subject: figure for figure in figures if figure.row == row}
        line = [row, *(cells[s].cell() if s in cells else "" for s in subjects)]
        yield [*line, *([verdict(cells.values())] if judged else [])]


def verdict(figures: Iterable[Figure]) -> str:
    """The target of a row and whether it is reached, by all that it is for."""
    judged = [figure for figure in figures if figure.target]
    if not judged:
        return ""
    return f"{judged[0].target}  {'ok' if all(one.reached for one in judged) else 'MISSED'}"


def aligned(rows: list[list[str]]) -> Iterator[str]:
    """The first and the last column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        first, *rest = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *rest]).rstrip()


def table(report: Report) -> str:
    """The whole report as text."""
    lines = [report.machine, ", ".join(f"{k} {v}" for k, v in report.versions.items())]
    for section in report.sections():
        lines += ["", section, *aligned(list(section_rows(report, section)))]
    lines += ["", *report.notes]
    held = [figure for figure in report.figures if figure.target]
    lines.append(f"{len(held) - len(report.missed())} of {len(held)} targets reached")
    return "\n".join(lines)
