"""Flask's own test suite with the class swapped: `python -m tests.conformance.swapped`.

Every test that fails then is a difference on purpose, and stands in docs/differences.md.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.conformance.suite import ROOT, Run, fetch, run

VERSION = "3.1.3"
PAGE = ROOT / "docs" / "differences.md"


def listed(page: Path = PAGE) -> set[str]:
    """The tests that the page names: `test_basic.py::test_session_accessed`."""
    return set(re.findall(r"`(test_\w+\.py::[\w:]+)`", page.read_text("utf-8")))


def names(found: Run, outcome: str) -> set[str]:
    """Tests without their parameters."""
    return {test.split("[")[0].removeprefix("tests/") for test in found.ids(outcome)}


def main() -> int:
    """Run it; 0 if nothing fails that is not listed."""
    home = fetch("Flask", VERSION)
    plain = run(home, engine=False)
    swapped = run(home, "-p", "kolba_swapped", engine=False)
    failed = names(swapped, "failed") - names(plain, "failed")
    unlisted, stale = failed - listed(), listed() - names(swapped, "failed")
    for test in sorted(unlisted):
        print(f"fails, and is not in {PAGE.name}: {test}")
    for test in sorted(stale):
        print(f"in {PAGE.name}, but passes: {test}")
    passed = len(swapped.ids("passed"))
    print(f"flask {VERSION} with kolba.Kolba: {passed} passed, {len(failed)} differ on purpose")
    if unlisted:
        print(swapped.output[-20000:])
    return 1 if unlisted or stale else 0


if __name__ == "__main__":
    sys.exit(main())
