"""What came out, as text for people or as documents for programs."""

from __future__ import annotations

from collections.abc import Callable

from kolba.check.printers import json_lines, plain, sarif
from kolba.check.run import Result

PRINTERS: dict[str, Callable[[Result, str], str]] = {
    "text": plain.printed,
    "json": json_lines.printed,
    "sarif": sarif.printed,
}
"""By the name that `--format` takes: from a result and a language to what is printed."""
