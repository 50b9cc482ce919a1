"""Test suites with the class swapped: `python -m tests.conformance.swapped [NAME ...]`.

Flask's own, Flask-Login's and Flask-WTF's, each from its sdist. Every test that fails with
`kolba.Kolba` and not with `flask.Flask` is a difference on purpose, and stands in
docs/differences.md.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.environment import SOURCE, environment
from tests.conformance.suite import ROOT, Run, fetch, run

PAGE = ROOT / "docs" / "differences.md"
EXTENSIONS = ("Flask-Login==0.6.3", "Flask-WTF==1.3.0")
NEEDS = ("asgiref", "semantic-version", "Flask-Babel", "flask-reuploaded", "email-validator")


@dataclass(frozen=True)
class Suite:
    """A release whose sdist holds its tests; an extension's run beside the extensions."""

    name: str
    version: str

    @property
    def python(self) -> str:
        """The interpreter that has what the suite needs."""
        return (
            sys.executable if self.name == "Flask" else environment("swapped", *EXTENSIONS, *NEEDS)
        )


SUITES = (Suite("Flask", "3.1.3"), *(Suite(*release.split("==")) for release in EXTENSIONS))


def listed(page: Path = PAGE) -> set[str]:
    """The tests that the page names: `test_basic.py::test_session_accessed`."""
    return set(re.findall(r"`(test_\w+\.py::[\w:]+)`", page.read_text("utf-8")))


def names(found: Run, outcome: str) -> set[str]:
    """Tests without their parameters."""
    return {test.split("[")[0].removeprefix("tests/") for test in found.ids(outcome)}


def listed_of(found: Run) -> set[str]:
    """Those tests of the page that are of this suite."""
    files = {test.split("::")[0].removeprefix("tests/") for test in found.outcomes}
    return {test for test in listed() if test.split("::")[0] in files}


def run_swapped(suite: Suite) -> bool:
    """Run one suite both ways; whether exactly what the page lists differs."""
    home, python = fetch(suite.name, suite.version), suite.python
    plain = run(home, "tests", engine=False, python=python, paths=(SOURCE,))
    swapped = run(
        home, "-p", "kolba_swapped", "tests", engine=False, python=python, paths=(SOURCE,)
    )
    missing = plain.outcomes.keys() - swapped.outcomes.keys()
    failed = names(swapped, "failed") - names(plain, "failed")
    unlisted, stale = failed - listed_of(plain), listed_of(plain) - names(swapped, "failed")
    for test in sorted(missing):
        print(f"not run: {test}")
    for test in sorted(unlisted):
        print(f"fails, and is not in {PAGE.name}: {test}")
    for test in sorted(stale):
        print(f"in {PAGE.name}, but passes: {test}")
    print(
        f"{suite.name} {suite.version} with kolba.Kolba: {len(swapped.ids('passed'))} passed, "
        f"{len(failed)} differ on purpose, {len(unlisted)} otherwise",
        flush=True,
    )
    if unlisted:
        print(swapped.output[-20000:])
    return bool(swapped.ids("passed")) and not (missing or unlisted or stale)


def main(chosen: list[str]) -> int:
    """Run the suites of these names, or all; 0 if nothing fails that is not listed."""
    held = [run_swapped(suite) for suite in SUITES if not chosen or suite.name in chosen]
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
