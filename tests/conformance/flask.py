"""Flask's own test suite on the engine: `python -m tests.conformance.flask`.

The last line says how it went. It is an error if any test differs, or if more than one
request in twenty fell back.
"""

from __future__ import annotations

import sys

from tests.conformance.suite import Comparison, compare, fetch, print_differences, print_reasons

VERSION = "3.1.3"
MOST_FALLBACKS = 0.05


def summary(found: Comparison) -> str:
    """The line that ends the run."""
    passed = len(found.engine.ids("passed"))
    also = len(found.plain.ids("failed") & found.engine.ids("failed"))
    engine = found.engine
    return (
        f"flask {VERSION}: {passed} passed, {len(found.failed_only_on_engine)} failed, "
        f"{also} failing on plain Flask too; {engine.requests} requests, "
        f"{engine.count('compiled')} compiled, {engine.count('werkzeug')} matched by Werkzeug, "
        f"{engine.count('fallback')} fallback"
    )


def too_many_fallbacks(found: Comparison) -> bool:
    """Whether the engine left too much to Flask."""
    return found.engine.count("fallback") > MOST_FALLBACKS * found.engine.requests


def main() -> int:
    """Run it; 0 if nothing differs."""
    found = compare(fetch("Flask", VERSION))
    print_differences(found)
    print_reasons(found.engine)
    if too_many_fallbacks(found):
        print(f"more than {MOST_FALLBACKS:.0%} of the requests fell back")
    print(summary(found), flush=True)
    return 1 if found.different or too_many_fallbacks(found) else 0


if __name__ == "__main__":
    sys.exit(main())
