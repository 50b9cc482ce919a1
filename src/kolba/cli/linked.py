"""What `kolba explain` prints of routes, links and templates: data in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kolba.escaping.findings import Finding
from kolba.urls.examination import Examination

_GAP = "  "


def text(examination: Examination, findings: Sequence[Finding]) -> str:
    """The blocks for people; '' when there is nothing to say."""
    harmful = [finding for finding in findings if not finding.note]
    checked = [f"{finding.place}: {finding.value}" for finding in findings if finding.note]
    blocks = [
        _block("Mistakes in routes and links:", map(str, examination.problems)),
        _block("Links whose endpoint only running the code tells:", examination.dynamic),
        _block("Values in templates that escapes do not make safe:", map(str, harmful)),
        _block("Whole URLs in templates, checked when they are rendered:", checked),
    ]
    return "".join(f"\n{block}" for block in blocks if block)


def unused_text(examination: Examination, target: str) -> str:
    """The routes that nothing links to."""
    if not examination.unused:
        return f"{target}: every route has a link\n"
    lines = [f"{route.path}  {route.shown}" for route in examination.unused]
    block = _block(f"{target}: no template, view or redirect names these routes:", lines)
    if examination.dynamic:
        block += f"\n{_dynamic(len(examination.dynamic))}\n"
    return block


def document(examination: Examination, findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for programs: plain data, ready for JSON."""
    return {
        "problems": [
            {"code": p.code, "what": p.what, "mend": p.mend, "certain": p.certain}
            for p in examination.problems
        ],
        "dynamic_links": list(examination.dynamic),
        "unused": [
            {"path": route.path, "endpoint": route.rule.endpoint} for route in examination.unused
        ],
        "findings": [
            {
                "code": finding.code,
                "template": finding.name,
                "line": finding.line,
                "value": finding.value,
                "what": finding.what,
                "mend": finding.mend,
                "note": finding.note,
            }
            for finding in findings
        ],
    }


def _dynamic(count: int) -> str:
    links = "1 link has" if count == 1 else f"{count} links have"
    return f"{links} an endpoint that only running the code tells: 'kolba explain' lists them."


def _block(title: str, lines: Iterable[str]) -> str:
    listed = [f"{_GAP}{line}\n" for line in lines]
    return "".join([f"{title}\n", *listed]) if listed else ""
