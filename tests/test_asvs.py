"""The list of OWASP ASVS points at tests that there are."""

from __future__ import annotations

import ast
import re

import pytest

from tests.documents import ROOT

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|.*\| `([^`:]+)::([^`]+)` \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = ROW.findall(PAGE)

# The rows of level 1 and 2 that a framework keeps by default, of what the seven chapters are about.
OURS = """
1.1.1 1.1.2 1.2.1 1.2.2 1.2.3 1.2.4 1.3.3 1.3.9 1.4.2 1.5.2
2.2.1 2.2.2 2.3.3 2.3.4
3.2.1 3.2.2 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.1 3.5.2 3.5.3 3.7.2
4.1.1 4.1.3 4.2.1 5.2.1 5.3.1 5.3.2 5.4.1 5.4.2
7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.5 7.5.2
9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 11.2.2 11.2.3 11.4.1 11.5.1
13.4.1 13.4.3 14.2.1 14.2.2 14.3.1 14.3.2 14.3.3
15.3.3 15.3.4 15.3.5 15.3.7 16.2.5 16.3.2 16.3.3 16.4.1 16.5.1 16.5.2 16.5.3
"""
MISSING = re.compile(r"^- ((?:\d+\.\d+\.\d+(?:, )?)+): ", re.MULTILINE)


def test_the_list_is_read() -> None:
    """Every line of the tables is a row with its test."""
    lines = (ROOT / "docs" / "asvs.md").read_text("utf-8").splitlines()
    assert len(ROWS) == sum(bool(re.match(r"\| \d", line)) for line in lines) > 0


@pytest.mark.parametrize(("row", "path", "name"), ROWS)
def test_every_pointer_leads_to_a_test(row: str, path: str, name: str) -> None:
    """The file holds a test of this name."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name.split("::")[-1] in found


def test_every_row_of_ours_is_met_or_named() -> None:
    """Each row points at a test, or stands among those that are not met, with what is missing."""
    named = {row for listed in MISSING.findall(PAGE) for row in listed.split(", ")}
    assert set(OURS.split()) - {row for row, _, _ in ROWS} - named == set()
