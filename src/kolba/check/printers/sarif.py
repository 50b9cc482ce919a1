"""SARIF 2.1.0: what code hosts show beside the lines of a change."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from kolba.check import rules
from kolba.check.diagnostic import Diagnostic
from kolba.check.rule import Rule
from kolba.check.run import Result

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def printed(result: Result, language: str) -> str:
    found = {one.code for one in result.diagnostics}
    driver = {
        "name": "kolba check",
        "version": version("kolba"),
        "rules": [_rule(rule, language) for rule in rules.RULES if rule.code in found],
    }
    notes = [
        {"level": "note", "message": {"text": f"{note.path}: {note.reason}"}}
        for note in result.notes
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one) for one in result.diagnostics],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule, language: str) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.message.general(language)},
        "fullDescription": {"text": rule.why.said(language)},
        "help": {"text": rule.hint.general(language)},
        "properties": {"tags": [rule.chapter]},
    }


def _result(one: Diagnostic) -> dict[str, Any]:
    region = {"startLine": one.line, "startColumn": one.column}
    if one.end_line >= one.line:
        region["endLine"] = one.end_line
    location = {"uri": quote(one.path.replace(os.sep, "/"))}
    return {
        "ruleId": one.code,
        "level": "warning",
        "message": {"text": f"{one.message}. {one.hint}"},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
    }
