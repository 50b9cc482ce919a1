"""What `kolba explain` prints, made of an `AppReport`: data in, text out.

Nothing here loads an application or writes to a terminal. The invariant: both
forms say the same; `document` is the stable one (its schema is in docs/cli.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from kolba.engine.report import AppReport, Hooks, RouteReport
from kolba.places import Place, is_flasks_own, place

SCHEMA = 1
_HEAD = ("HOW", "METHODS", "PATH", "ENDPOINT", "VIEW")
_NARROWEST = (8, 8, 14, 10, 14)
_QUIET = {"HEAD", "OPTIONS"}
_GAP = "  "


def text(report: AppReport, target: str, folder: str, width: int | None = None) -> str:
    """The report for people.

    Args:
        report: What the engine says.
        target: How the application was named.
        folder: Files below it are shown relative to it.
        width: Columns of the terminal; None (a pipe) shortens nothing.
    """
    blocks = [
        [_totals(report, target)],
        _table(report, folder, width),
        _listed("In every request, Flask's own code is kept for:", report.app_reasons),
        _listed("Left to stock Jinja:", report.templates),
        *_hooks(report, folder),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def document(report: AppReport, target: str) -> dict[str, Any]:
    """The report for programs: plain data, ready for JSON."""
    return {
        "schema": SCHEMA,
        "target": target,
        "totals": _counts(report),
        "app_reasons": list(report.app_reasons),
        "templates": list(report.templates),
        "routes": [_route_document(route) for route in report.routes],
    }


def _counts(report: AppReport) -> dict[str, int]:
    compiled = sum(route.how == "compiled" for route in report.routes)
    total = len(report.routes)
    return {"routes": total, "compiled": compiled, "fallback": total - compiled}


def _totals(report: AppReport, target: str) -> str:
    counts = _counts(report)
    routes = f"{counts['routes']} route{'' if counts['routes'] == 1 else 's'}"
    return f"{target}: {routes}, {counts['compiled']} compiled, {counts['fallback']} by Flask"


def _table(report: AppReport, folder: str, width: int | None) -> list[str]:
    if not report.routes:
        return []
    rows = [_row(route, folder) for route in report.routes]
    widths = _widths([_HEAD, *rows], width)
    lines = [_line(_HEAD, widths)]
    for route, row in zip(report.routes, rows, strict=True):
        lines.append(_line(row, widths))
        lines += [f"{' ' * widths[0]}{_GAP}{reason}" for reason in route.reasons]
    return lines


def _row(route: RouteReport, folder: str) -> tuple[str, ...]:
    methods = [method for method in route.methods if method not in _QUIET] or route.methods
    path = f"{route.host_or_subdomain or ''}{route.path}"
    return (route.how, " ".join(methods), path, route.endpoint, _view(route, folder))


def _view(route: RouteReport, folder: str) -> str:
    if route.view is None:
        return "none"
    where = place(route.view)
    if is_flasks_own(where):
        return "built in"
    return where.shown(folder) or where.name


def _widths(rows: Sequence[tuple[str, ...]], width: int | None) -> list[int]:
    """The widest cell of each column; while that is too wide for the terminal, the widest gives."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = None if width is None else width - len(_GAP) * (len(widths) - 1)
    while room is not None and sum(widths) > room:
        loose = [i for i, narrowest in enumerate(_NARROWEST) if widths[i] > narrowest]
        if not loose:
            break
        widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


def _line(cells: Iterable[str], widths: list[int]) -> str:
    fitted = (_fit(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join(fitted).rstrip()


def _fit(cell: str, width: int) -> str:
    """Cuts in the middle: both a path's beginning and a file's line number matter."""
    if len(cell) <= width:
        return cell
    tail = (width - 2) * 2 // 3
    return f"{cell[: width - 2 - tail]}..{cell[len(cell) - tail :]}"


def _listed(title: str, lines: tuple[str, ...]) -> list[str]:
    return [title, *(f"{_GAP}{line}" for line in lines)] if lines else []


def _hooks(report: AppReport, folder: str) -> Iterator[list[str]]:
    """One block for each set of hooks: most applications have one, and one a blueprint."""
    users: dict[tuple[Hooks, Hooks, Hooks], list[str]] = {}
    for route in report.routes:
        chain = (route.before, route.after, route.teardown)
        if any(chain):
            users.setdefault(chain, []).append(route.endpoint)
    for chain, endpoints in users.items():
        names = ", ".join(dict.fromkeys(endpoints))
        title = "all routes" if len(endpoints) == len(report.routes) else names
        yield [f"Hooks of {title}, in this order:", *_hook_lines(chain, folder)]


def _hook_lines(chain: tuple[Hooks, Hooks, Hooks], folder: str) -> Iterator[str]:
    rows = [
        (stage, where.name, where.shown(folder))
        for stage, hooks in zip(("before", "after", "teardown"), chain, strict=True)
        for where in map(place, hooks)
    ]
    widths = _widths(rows, None)
    for row in rows:
        yield _GAP + _line(row, widths)


def _route_document(route: RouteReport) -> dict[str, Any]:
    return {
        "methods": list(route.methods),
        "path": route.path,
        "host_or_subdomain": route.host_or_subdomain,
        "endpoint": route.endpoint,
        "view": None if route.view is None else _place_document(place(route.view)),
        "hooks": {
            "before": _places(route.before),
            "after": _places(route.after),
            "teardown": _places(route.teardown),
        },
        "how": route.how,
        "reasons": list(route.reasons),
    }


def _places(hooks: Iterable[Callable[..., Any]]) -> list[dict[str, Any]]:
    return [_place_document(place(hook)) for hook in hooks]


def _place_document(where: Place) -> dict[str, Any]:
    return {"name": where.name, "file": where.file, "line": where.line}
