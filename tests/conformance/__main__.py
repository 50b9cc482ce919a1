"""`python -m tests.conformance`: every suite that must hold, Flask's own last."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

SUITES = ("werkzeug_routing", "jinja", "tutorial", "flask")


def main() -> int:
    """Run them all; 0 if all hold."""
    codes = []
    for name in SUITES:
        module = f"tests.conformance.{name}"
        if find_spec(module):
            codes.append(import_module(module).main())
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
