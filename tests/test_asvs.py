"""The list of OWASP ASVS points at tests that there are."""

from __future__ import annotations

import ast
import re

import pytest

from tests.documents import ROOT

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|.*\| `([^`:]+)::([^`]+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "asvs.md").read_text("utf-8"))


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
