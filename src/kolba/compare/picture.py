"""The comparison as an SVG: a bar a request, how many times faster it is answered.

Drawn from the outcomes and nothing else. It follows the reader's light or dark theme, and says
all that it shows in its title and its texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from kolba.compare.report import times, totals
from kolba.compare.verdict import Comparison, Outcome, Verdict

WIDTH, LEFT, RIGHT, ROW, TOP = 820, 300, 90, 24, 64
MOST = 60
"""Requests that are drawn; the table has them all."""

_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_STYLE = """
svg { color-scheme: light dark; background: #fff; color: #16201c;
      font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
text { fill: currentColor; } .soft { opacity: .7; } .mono { font-family: ui-monospace, monospace; }
.bar { fill: #08705a; } .different { fill: #a3211a; } .flask { stroke: #73857e; }
@media (prefers-color-scheme: dark) {
  svg { background: #101614; color: #e4ece8; } .bar { fill: #5ed3b3; } .different { fill: #ff9a8f; }
}
"""


def svg(comparison: Comparison) -> str:
    """Returns the picture."""
    drawn = [o for o in comparison.outcomes if o.verdict is not Verdict.NOT_ASKED][:MOST]
    height = TOP + ROW * max(len(drawn), 1) + 28
    largest = max([outcome.ratio for outcome in drawn] + [1.0])
    scale = (WIDTH - LEFT - RIGHT) / largest
    title = escape(totals(comparison))
    return "\n".join(
        [
            f'<svg {_NAMESPACE} viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
            'role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title>',
            f"<style>{_STYLE}</style>",
            f'<text x="16" y="30" font-size="16" font-weight="600">{title}</text>',
            *(line for row, o in enumerate(drawn) for line in _bar(o, TOP + row * ROW, scale)),
            *_line_of_flask(scale, height),
            "</svg>",
            "",
        ]
    )


def _bar(outcome: Outcome, top: int, scale: float) -> Iterator[str]:
    name = str(outcome.request)
    name = name if len(name) <= 38 else f"{name[:37]}…"
    yield f'<text class="mono" x="16" y="{top + 15}">{escape(name)}</text>'
    if outcome.ratio:
        width = outcome.ratio * scale
        yield f'<rect class="bar" x="{LEFT}" y="{top + 3}" width="{width:.1f}" height="16" rx="2"/>'
        yield f'<text x="{LEFT + width + 6:.1f}" y="{top + 15}">{times(outcome.ratio)}</text>'
    elif outcome.verdict in {Verdict.DIFFERENT, Verdict.NO_ANSWER}:
        word = "different" if outcome.verdict is Verdict.DIFFERENT else "no answer"
        yield f'<text class="different" x="{LEFT}" y="{top + 15}">{word}</text>'


def _line_of_flask(scale: float, height: int) -> Iterator[str]:
    x = LEFT + scale
    yield f'<path class="flask" d="M{x:.1f} {TOP - 6}V{height - 24}" stroke-dasharray="3 3"/>'
    yield f'<text class="soft" x="{x:.1f}" y="{height - 8}" text-anchor="middle">Flask: 1x</text>'
