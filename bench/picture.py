"""The picture: how many times faster than Flask, as an SVG bar chart.

Drawn from the report's figures and nothing else; a mark on each group shows the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from bench.report import Figure, Report

COLOURS = {"flask": "#9aa5b1", "kolba": "#0b7a75", "bare": "#d0d5db"}
OTHERS = ("#c77d2e", "#7a5ca8", "#b0413e", "#4a7fb5")
BAR, GAP, LEFT, WIDTH = 16, 14, 150, 760
SECTIONS = ("served, requests per second", "in process, CPU microseconds")
JOBS = ("J1", "J2", "J3", "J4", "J5", "J6")


def colour(subject: str, subjects: list[str]) -> str:
    """A subject's own colour, the same in the whole picture."""
    others = [name for name in subjects if name not in COLOURS]
    return COLOURS.get(subject) or OTHERS[others.index(subject) % len(OTHERS)]


def text(x: float, y: float, words: str, size: int = 12, weight: str = "normal") -> str:
    """A line of text."""
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}">{escape(words)}</text>'


def bars(figures: list[Figure], top: int, scale: float, subjects: list[str]) -> Iterator[str]:
    """The bars of one job, and the mark of its target."""
    for i, figure in enumerate(figures):
        y, width = top + i * BAR, (figure.ratio or 0) * scale
        fill = colour(figure.subject, subjects)
        yield f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 3}" fill="{fill}"/>'
        yield text(LEFT + width + 5, y + 11, f"{figure.ratio:.1f}x {figure.subject}", 11)
        if figure.target and figure.target.at_least:
            x = LEFT + figure.target.at_least * scale
            yield f'<path d="M{x:.1f} {y - 2}v{BAR + 1}" stroke="#222" stroke-width="2"/>'


def chart(report: Report, section: str, top: int) -> tuple[list[str], int]:
    """One section's chart and where the next one starts."""
    chosen = [f for f in report.figures if f.section.startswith(section) and f.row[:2] in JOBS]
    chosen = [f for f in chosen if f.ratio is not None and f.subject != "bare"]
    if not chosen:
        return [], top
    subjects = list(dict.fromkeys(figure.subject for figure in chosen))
    scale = (WIDTH - LEFT - 140) / max(figure.ratio or 1 for figure in chosen)
    parts = [text(10, top + 14, f"{section}: times Flask", 14, "bold")]
    top += 30
    for row in dict.fromkeys(figure.row for figure in chosen):
        group = [figure for figure in chosen if figure.row == row]
        parts += [text(10, top + 12, row), *bars(group, top, scale, subjects)]
        top += len(group) * BAR + GAP
    return parts, top + GAP


def svg(report: Report) -> str:
    """The whole picture."""
    parts: list[str] = []
    top = 20
    for section in SECTIONS:
        drawn, top = chart(report, section, top)
        parts += drawn
    parts.append(text(10, top + 10, report.machine, 10))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top + 24}"'
    style = 'font-family="sans-serif" fill="#222"'
    back = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([f"{head} {style}>", back, *parts, "</svg>\n"])


def draw(report: Report, path: Path) -> None:
    """Write the picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(report), encoding="utf-8")
