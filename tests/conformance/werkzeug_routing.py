"""Werkzeug's own routing tests, asked of the compiled matcher and builders.

`python -m tests.conformance.werkzeug_routing`: every `MapAdapter.match` and `build` of the
suite is answered by the engine's index of the map, where the map can be compiled.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

from tests.conformance.suite import compare, fetch, print_differences

VERSION = importlib.metadata.version("werkzeug")
PLUGIN = Path(__file__).parent / "routing_plugin"


def main() -> int:
    """Run it; 0 if nothing differs."""
    home = fetch("Werkzeug", VERSION)
    arguments = ("--noconftest", "-p", "kolba_routing", "tests/test_routing.py")
    found = compare(home, *arguments, paths=(PLUGIN,))
    print_differences(found)
    asked = found.engine.count("compiled")
    print(
        f"werkzeug {VERSION}, routing: {len(found.engine.ids('passed'))} passed, "
        f"{len(found.different)} different; {asked} questions to the compiled index, "
        f"{found.engine.count('werkzeug')} to Werkzeug's",
        flush=True,
    )
    return 1 if found.different or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
