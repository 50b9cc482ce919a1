"""JSON: one document; its schema is in docs/cli.md."""

from __future__ import annotations

import json
from dataclasses import asdict

from kolba.check.run import Result


def printed(result: Result, language: str) -> str:
    document = {
        "files": result.read,
        "findings": [asdict(one) for one in result.diagnostics],
        "notes": [asdict(note) for note in result.notes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
