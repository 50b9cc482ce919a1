"""The READMEs' table of figures, written from `bench/results/latest.json` and nothing else.

`python -m bench.readme` puts it between the marks; a full `python -m bench` does so by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LATEST = Path(__file__).parent / "results" / "latest.json"
MARKS = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
SERVED = "served, requests per second"
IN_PROCESS = "in process, CPU microseconds per request (times faster than Flask)"
HEADS = {"bare": {"en": "bare server", "ru": "голый сервер"}}


@dataclass(frozen=True)
class Words:
    """What the table says in one language."""

    file: str
    job: str
    jobs: dict[str, str]
    flask: str
    per_second: str
    in_process: str
    origin: str


ENGLISH = Words(
    file="README.md",
    job="what a request does",
    jobs={
        "J1": '`return "Hello"`',
        "J2": "a number in the path, escaped text from the query",
        "J3": "a login form: session, flash message, redirect",
        "J4": "a page: Jinja, five `url_for`, the session, a table of ten rows",
        "J5": "a preference kept in a cookie, redirect",
        "J6": "32 visitors log in, read, choose, log out",
    },
    flask="Flask",
    per_second="{rate}/s",
    in_process="Kolba, in process",
    origin="`{command}` on {when}: {machine}; {versions}.",
)
RUSSIAN = Words(
    file="README.ru.md",
    job="что делает запрос",
    jobs={
        "J1": '`return "Hello"`',
        "J2": "число в пути, экранированный текст из строки запроса",
        "J3": "форма входа: сессия, flash-сообщение, перенаправление",
        "J4": "страница: Jinja, пять `url_for`, сессия, таблица из десяти строк",
        "J5": "настройка в cookie-файле, перенаправление",
        "J6": "32 посетителя входят, читают, выбирают, выходят",
    },
    flask="Flask",
    per_second="{rate}/с",
    in_process="Kolba, внутри процесса",
    origin="`{command}`, {when}: {machine}; {versions}.",
)


def compared(report: dict[str, Any], section: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The figures of one section, by job and subject."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for figure in report["figures"]:
        if figure["section"] == section and figure["ratio"] is not None:
            found.setdefault(figure["row"][:2], {})[figure["subject"]] = figure
    return found


def table(report: dict[str, Any], words: Words) -> Iterator[str]:
    """The lines of the table, and the line that says where they are from."""
    served, inside = compared(report, SERVED), compared(report, IN_PROCESS)
    subjects = list(dict.fromkeys(subject for job in served.values() for subject in job))
    shown = [subject for subject in subjects if subject not in {"flask", "bare"}]
    language = "ru" if words is RUSSIAN else "en"
    heads = [name.capitalize() if name == "kolba" else name for name in shown]
    heads += [HEADS["bare"][language]] if "bare" in subjects else []
    yield f"| {words.job} | {words.flask} | {' | '.join(heads)} | {words.in_process} |"
    yield "|---|" + "--:|" * (len(heads) + 2)
    for job, name in words.jobs.items():
        if job in served:
            yield row(name, served[job], inside.get(job, {}), [*shown, "bare"][: len(heads)], words)
    yield ""
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    yield words.origin.format(
        command=report["command"],
        when=report["when"][:10],
        machine=report["machine"],
        versions=versions,
    )


def row(
    name: str,
    served: dict[str, dict[str, Any]],
    inside: dict[str, dict[str, Any]],
    subjects: list[str],
    words: Words,
) -> str:
    """One job: Flask's requests per second, then how many times that everybody else answers."""
    rate = words.per_second.format(rate=f"{served['flask']['value']:,.0f}".replace(",", "\u00a0"))
    cells = [
        rate,
        *(times(served.get(subject)) for subject in subjects),
        times(inside.get("kolba")),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def times(figure: dict[str, Any] | None) -> str:
    """How many times faster than Flask."""
    return f"{figure['ratio']:.1f}×" if figure else ""


def written(text: str, report: dict[str, Any], words: Words) -> str:
    """The README with the table of this report."""
    lines = "\n".join(table(report, words))
    return MARKS.sub(lambda found: f"{found[1]}{lines}\n{found[2]}", text)


def update(latest: Path = LATEST, root: Path = ROOT) -> None:
    """Write the table into both READMEs."""
    report = json.loads(latest.read_text("utf-8"))
    for words in (ENGLISH, RUSSIAN):
        path = root / words.file
        path.write_text(written(path.read_text("utf-8"), report, words), "utf-8")


if __name__ == "__main__":
    update()
