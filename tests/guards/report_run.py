"""`safety="report"` changes no answer: `python -m tests.guards.report_run`.

The differential scenarios on Flask, and with their apps of class `kolba.Kolba` in report mode,
sessions in Flask's own cookie: what is compared are the guards. Prints each difference that
docs/differences.md does not list; `--only NAME,NAME` runs a part of them.
Scenarios that put other methods on Flask's own classes are about the engine, and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.differential import run
from tests.differential.compare import first_difference

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "differences.md"
HEADING = "## In report mode"
ABOUT_GUARDS = ("blueprints.", "bodies.", "contexts.", "cookies.", "errors.", "hooks.")
ABOUT_GUARDS += ("hosts_and_prefixes.", "patched_methods.", "registries_changed_late.")
ABOUT_GUARDS += ("odd_responses.", "responses.", "routing.", "sessions.", "signals.", "streaming.")
ABOUT_GUARDS += ("template_urls.", "templates.", "url_building.")
Results = dict[str, dict[str, Any]]

# What the page lists as different in every answer: headers by name, then bits of lines.
_HEADERS = ("cache-control", "vary", "set-cookie")
_FILE_HEADERS = ("accept-ranges", "content-disposition", "date", "etag", "expires")
_BITS = (
    (re.compile(r"(?<=[\w/])\?v=[\w-]{6,}"), ""),  # the hash in a static file's URL
    (re.compile(r"'Kolba'|<Kolba "), lambda found: found[0].replace("Kolba", "Flask")),
    (re.compile(r"; SameSite=Lax(?=')"), ""),
)


def plain(lines: list[str]) -> list[str]:
    """A trace without what the page lists for every answer, headers in alphabetical order."""
    found: list[str] = []
    headers: list[str] = []
    for line in lines:
        if line.startswith("<   "):
            headers.append(_without_bits(line))
            continue
        found += _kept(headers)
        headers = []
        if not line.startswith("log kolba."):
            found.append(_without_bits(line))
    return found + _kept(headers)


def _kept(headers: list[str]) -> list[str]:
    names = [header[4:].partition(":")[0].lower() for header in headers]
    left_out = (*_HEADERS, *_FILE_HEADERS) if "etag" in names else _HEADERS
    return sorted(h for h, name in zip(headers, names, strict=True) if name not in left_out)


def _without_bits(line: str) -> str:
    for pattern, other in _BITS:
        line = pattern.sub(other, line)  # type: ignore[arg-type]
    return line


def listed() -> set[str]:
    """The scenarios that the page lists, without their parameters."""
    section = PAGE.read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    cells = re.findall(r"^\| .+ \| (`.+`) \|$", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def differences(flask: Results, kolba: Results) -> dict[str, str]:
    """Where each scenario's traces part, of those that differ."""
    found = {}
    for name in flask:
        text = first_difference(plain(flask[name]["lines"]), plain(kolba[name]["lines"]))
        if text:
            found[name] = text
    return found


def unlisted(found: dict[str, str]) -> Iterator[str]:
    """The scenarios that differ without standing on the page."""
    names = listed()
    return (name for name in found if name not in names and name.split("[")[0] not in names)


def both(only: str) -> tuple[Results, Results]:
    """The traces on Flask, and those of reporting apps, each made in a process of its own."""
    commands = [["tests.differential.run", "--engine", "flask"], [__spec__.name, "--traces"]]
    flask, kolba = (_traces([*command, "--only", only]) for command in commands)
    return flask, kolba


def _traces(command: list[str]) -> Results:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        check=True,
    )
    results: Results = json.loads(done.stdout)
    return results


def swap_class() -> None:
    """Make the scenarios' apps of class `Kolba`, reporting."""
    import flask

    import kolba
    from tests.differential import trace

    plainly = trace.Trace.app

    def app(self: Any, name: str = "shop", /, **options: Any) -> Any:
        if options.get("cls", flask.Flask) is flask.Flask:
            options["cls"] = reporting
        return plainly(self, name, **{"KOLBA_STATE": "cookie:", **options})

    def reporting(name: str, **options: Any) -> kolba.Kolba:
        return kolba.Kolba(name, safety="report", **options)

    trace.Trace.app = app  # type: ignore[method-assign]


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.guards.report_run", description=__doc__)
    parser.add_argument("--only", default=",".join(ABOUT_GUARDS), metavar="NAME")
    parser.add_argument("--traces", action="store_true", help="print the traces of one side")
    options = parser.parse_args()
    if options.traces:
        import kolba

        kolba.install()
        swap_class()
        return run.main(["--engine", "kolba", "--only", options.only])
    flask, kolba_ = both(options.only)
    found = differences(flask, kolba_)
    wrong = list(unlisted(found))
    for name in wrong:
        print(f"## {name}\n{found[name]}")
    stale = listed() - {part for name in found for part in (name, name.split("[")[0])}
    for name in sorted(stale):
        print(f"in {PAGE.name}, but the same: {name}")
    print(f"{len(flask)} scenarios, {len(found)} differ as listed, {len(wrong)} otherwise")
    return 1 if wrong or stale else 0


if __name__ == "__main__":
    sys.exit(main())
