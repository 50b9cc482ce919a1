"""Jinja's own test suite on the cheaper templates: `python -m tests.conformance.jinja`.

The suite's `Environment` and `Template` are ours: with all techniques, then with each one alone
(or with those that the command line names). The last line of each run says how it went; it is an
error if any test fails that passes on stock Jinja.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kolba.templates.techniques import names
from tests.conformance.suite import PLUGIN, fetch

VERSION = "3.1.6"


def outcomes(techniques: str | None) -> dict[str, str]:
    """The outcome of every test, with the techniques (`all` or one name), or on stock Jinja."""
    home = fetch("jinja2", VERSION)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "outcomes.json"
        env = {**os.environ, "KOLBA_CONFORMANCE_OUT": str(out), "PYTHONPATH": str(PLUGIN)}
        env.pop("KOLBA_TECHNIQUES", None)
        if techniques:
            env["KOLBA_TECHNIQUES"] = techniques
        plugins = ["-p", "kolba_jinja", "-p", "kolba_conformance", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", "-q", *plugins, "--tb=short", "tests"]
        done = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True)
        if not out.exists():
            raise SystemExit(done.stdout + done.stderr)
        found: dict[str, str] = json.loads(out.read_text(encoding="utf-8"))["outcomes"]
    if techniques and "failed" in found.values():
        print(done.stdout[-8000:])
    return found


def report(techniques: str, stock: dict[str, str]) -> int:
    """Run the suite with the techniques and print a line; 1 if something fails here alone."""
    found = outcomes(techniques)
    failed = {test for test, outcome in found.items() if outcome == "failed"}
    also = {test for test in failed if stock.get(test) == "failed"}
    missing = stock.keys() - found.keys()
    passed = sum(outcome == "passed" for outcome in found.values())
    text = f"{passed} passed, {len(failed)} failed ({len(also)} on stock too)"
    print(f"jinja2 {VERSION}, {techniques}: {text}", flush=True)
    return int(bool(failed - also or missing))


def main(chosen: Sequence[str] = ("all", *names())) -> int:
    """Run it; 0 if nothing fails that passes on stock Jinja."""
    stock = outcomes(None)
    return max(report(techniques, stock) for techniques in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("all", *names())))
