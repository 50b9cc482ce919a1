"""Flask's tutorial app with three extensions on the engine, and how much of it is compiled.

`python -m tests.conformance.tutorial`: the app's own tests and a member's journey, on plain
Flask and on the engine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conformance.environment import SOURCE, environment
from tests.conformance.flask import VERSION, too_many_fallbacks
from tests.conformance.suite import Comparison, compare, fetch, print_differences, print_reasons

VARIANT = Path(__file__).parent / "tutorial_variant"
EXTENSIONS = ("Flask-Login==0.6.3", "Flask-WTF==1.3.0", "Flask-SQLAlchemy==3.1.1")


def summary(found: Comparison) -> str:
    """How many tests passed and which share of the requests was compiled."""
    run = found.engine
    share = run.count("compiled") / run.requests if run.requests else 0
    return (
        f"tutorial with extensions: {len(run.ids('passed'))} passed, "
        f"{len(found.different)} different; {run.requests} requests, "
        f"{run.count('compiled')} compiled ({share:.1%}), "
        f"{run.count('werkzeug')} matched by Werkzeug, {run.count('fallback')} fallback"
    )


def main() -> int:
    """Run it; 0 if nothing differs and little falls back."""
    home = fetch("Flask", VERSION) / "examples" / "tutorial"
    python = environment("tutorial", *EXTENSIONS)
    arguments = ["-p", "kolba_tutorial", "-W", "default", "tests", str(VARIANT / "test_journey.py")]
    found = compare(home, *arguments, python=python, paths=(VARIANT, home, SOURCE))
    print_differences(found)
    print_reasons(found.engine)
    print(summary(found), flush=True)
    held = found.engine.ids("passed") and not found.different and not too_many_fallbacks(found)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
