"""What `kolba compare` prints: data in, text or plain data out.

The invariant: both forms say the same; `document` is the stable one (its schema is in
docs/cli.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kolba.compare.verdict import Comparison, Outcome, Verdict

SCHEMA = 1
_WORDS = {
    Verdict.IDENTICAL: "identical",
    Verdict.VOLATILE: "identical*",
    Verdict.DIFFERENT: "DIFFERENT",
    Verdict.NOT_ASKED: "not asked",
    Verdict.NO_ANSWER: "no answer",
}
_REFUSALS = ("400", "403", "419")
_GAP = "  "
_BELOW = " " * 4


def text(comparison: Comparison) -> str:
    """The comparison for people."""
    blocks = [[totals(comparison)], list(_table(comparison)), list(_footnotes(comparison))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def totals(comparison: Comparison) -> str:
    """The first line: how many are the same, and how much faster."""
    same = comparison.count(Verdict.IDENTICAL, Verdict.VOLATILE)
    asked = comparison.asked + comparison.count(Verdict.NO_ANSWER)
    line = f"{comparison.target}: {_count(asked, 'request')}, {same} answered as on Flask"
    if comparison.ratio:
        line += f", {times(comparison.ratio)} Flask's speed (median)"
    return line


def times(ratio: float) -> str:
    """A ratio as people read it."""
    return f"{ratio:.1f}x"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(comparison: Comparison) -> Iterator[str]:
    if not comparison.outcomes:
        return
    rows = [_row(outcome) for outcome in comparison.outcomes]
    head = ("ANSWER", "FASTER", "FLASK", "KOLBA", "REQUEST")
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(4)]
    yield _line(head, widths)
    for outcome, row in zip(comparison.outcomes, rows, strict=True):
        yield _line(row, widths)
        yield from (f"{_BELOW}{line}" for line in _notes(outcome))


def _row(outcome: Outcome) -> tuple[str, str, str, str, str]:
    request = f"{outcome.request}  {outcome.status[:3]}".rstrip()
    ratio = times(outcome.ratio) if outcome.ratio else ""
    took = (_microseconds(outcome.flask), _microseconds(outcome.kolba))
    return (_WORDS[outcome.verdict], ratio, *took, request)


def _microseconds(seconds: float) -> str:
    if not seconds:
        return ""
    number = seconds * 1e6
    return f"{number:,.0f} us" if number >= 100 else f"{number:.1f} us"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    answer, ratio, flask, kolba, request = row
    cells = [
        answer.ljust(widths[0]),
        ratio.rjust(widths[1]),
        flask.rjust(widths[2]),
        kolba.rjust(widths[3]),
        request,
    ]
    return _GAP.join(cells)


def _notes(outcome: Outcome) -> Iterator[str]:
    for difference in outcome.differences:
        yield f"{difference.part}"
        yield f"  Flask: {difference.flask!r}"
        yield f"  Kolba: {difference.kolba!r}"
    if outcome.volatile:
        yield f"* changes by itself, on Flask too: {', '.join(outcome.volatile)}"
    if outcome.way and outcome.way != "compiled":
        yield f"run {outcome.way}"
    if outcome.note:
        yield outcome.note
    if _is_refused(outcome):
        yield "it was refused, and the routes were asked as if it had not been sent: a CSRF token?"


def _is_refused(outcome: Outcome) -> bool:
    """Whether a request that was written to change something, such as a log-in, changed nothing."""
    is_written = outcome.request.endpoint is None
    return is_written and outcome.request.method == "POST" and outcome.status[:3] in _REFUSALS


def _footnotes(comparison: Comparison) -> Iterator[str]:
    if comparison.copied:
        yield f"Used as copies: {', '.join(comparison.copied)}"
    if comparison.files:
        yield f"Written to, not copied: {', '.join(comparison.files)}"
    if comparison.services:
        yield f"Used as they are (--live): {', '.join(comparison.services)}"


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison for programs: plain data, ready for JSON."""
    return {
        "schema": SCHEMA,
        "target": comparison.target,
        "totals": {
            **{verdict.name.lower(): comparison.count(verdict) for verdict in Verdict},
            "ratio": round(comparison.ratio, 3) or None,
        },
        "requests": [_request(outcome) for outcome in comparison.outcomes],
        "copied": list(comparison.copied),
        "written": list(comparison.files),
        "services": list(comparison.services),
    }


def _request(outcome: Outcome) -> dict[str, Any]:
    return {
        "method": outcome.request.method,
        "path": outcome.request.path,
        "endpoint": outcome.request.endpoint,
        "verdict": outcome.verdict.name.lower(),
        "status": outcome.status or None,
        "differences": [
            {"part": d.part, "flask": d.flask, "kolba": d.kolba} for d in outcome.differences
        ],
        "volatile": list(outcome.volatile),
        "note": outcome.note or None,
        "flask_us": round(outcome.flask * 1e6, 2) or None,
        "kolba_us": round(outcome.kolba * 1e6, 2) or None,
        "ratio": round(outcome.ratio, 3) or None,
        "way": outcome.way,
    }
