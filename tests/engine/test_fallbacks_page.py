"""docs/fallbacks.md is in step with the code: it explains whatever is left to Flask."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kolba.engine.plan import Piece

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fallbacks.md").read_text("utf-8")
ENGINE = ROOT / "src" / "kolba" / "engine"
ROWS = dict(re.findall(r"^\| ([a-z ]+) \| (.*)$", PAGE, re.MULTILINE))


def pieces_left() -> Iterator[tuple[Piece, list[str]]]:
    """Each place of the code that leaves a piece, with the names that it gives as the reason."""
    for node in ast.walk(ast.parse((ENGINE / "compile.py").read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and node.args
            and isinstance(node.args[0], ast.Attribute)
            and ast.unparse(node.args[0].value) == "Piece"
            and ast.unparse(node.func) in ("self._own", "self._same", "self._genuine", "self._left")
        ):
            names = [a.value for a in node.args[1:] if isinstance(a, ast.Constant)]
            yield Piece[node.args[0].attr], names


LEFT = list(pieces_left())


def test_the_code_is_read() -> None:
    """The search for fallbacks in the code finds every piece there is."""
    assert {piece for piece, _ in LEFT} == set(Piece)


@pytest.mark.parametrize("piece", Piece)
def test_the_page_explains_every_piece(piece: Piece) -> None:
    """Each piece that `explain`, the log or the counters may name has its row."""
    assert piece.value in ROWS


@pytest.mark.parametrize(("piece", "names"), LEFT, ids=str)
def test_the_page_names_every_reason(piece: Piece, names: list[str]) -> None:
    """Each method or attribute that costs a piece is named on the page."""
    for name in names:
        assert f"`{name}`" in PAGE or f".{name}`" in PAGE or _is_said(name), name


def _is_said(reason: str) -> bool:
    """Whether a reason in words is on the page, by the names in it."""
    words = re.findall(r"[\w.]*[._]\w+", reason)
    return bool(words) and all(f"`{word}`" in PAGE for word in words)


def test_the_page_names_every_counter() -> None:
    """Whatever `stats` counts is on the page."""
    from kolba import engine

    assert [name for name in engine.stats() if f"`{name}`" not in PAGE] == []
