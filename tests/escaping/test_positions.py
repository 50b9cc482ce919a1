"""The tokenizer: where a value stands, against the table of the HTML standard's states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolba.escaping.positions import (
    DATA,
    SCRIPT,
    UNKNOWN,
    Kind,
    Position,
    advance,
    after_value,
    merge,
)

WHERE = {
    "": Kind.DATA,
    "text": Kind.DATA,
    "a < b": Kind.DATA,
    "a <": Kind.TAG_NAME,
    "<p>": Kind.DATA,
    "<p": Kind.TAG_NAME,
    "<p ": Kind.TAG,
    "<p/": Kind.TAG,
    "<p a": Kind.ATTRIBUTE_NAME,
    "<p a ": Kind.AFTER_NAME,
    "<p a b": Kind.ATTRIBUTE_NAME,
    "<p a=": Kind.BEFORE_VALUE,
    "<p a = ": Kind.BEFORE_VALUE,
    "<p a=x": Kind.UNQUOTED,
    "<p a=x ": Kind.TAG,
    "<p a=x>": Kind.DATA,
    "<p a=/x/y": Kind.UNQUOTED,
    '<p a="': Kind.DOUBLE_QUOTED,
    '<p a="x > y': Kind.DOUBLE_QUOTED,
    '<p a="x"': Kind.TAG,
    '<p a="x">': Kind.DATA,
    "<p a='": Kind.SINGLE_QUOTED,
    "<p a='\"": Kind.SINGLE_QUOTED,
    "<p a='<b>'": Kind.TAG,
    "<p a='<b>' ><i b='": Kind.SINGLE_QUOTED,
    "<script>": Kind.RAW,
    "<SCRIPT>": Kind.RAW,
    "<script>if (a<b) '</p>'": Kind.RAW,
    "<script></script>": Kind.DATA,
    "<script></scripts>": Kind.RAW,
    "<script></SCRIPT >": Kind.DATA,
    "<script src='": Kind.SINGLE_QUOTED,
    "<style>a > b": Kind.RAW,
    "<textarea><b>": Kind.RAW,
    "<title>x</title><p>": Kind.DATA,
    "<!-- <p a=": Kind.COMMENT,
    "<!-- --><p>": Kind.DATA,
    "<!doctype html": Kind.DECLARATION,
    "<!doctype html>": Kind.DATA,
    "<?xml version='1.0'": Kind.DECLARATION,
    "</p": Kind.TAG_NAME,
    "</p>": Kind.DATA,
    "</": Kind.TAG_NAME,
    "<br/>": Kind.DATA,
    "<input disabled>": Kind.DATA,
    "<svg viewBox='0 0 1 1'><path d='": Kind.SINGLE_QUOTED,
}


@pytest.mark.parametrize(("text", "kind"), WHERE.items())
def test_where_a_text_ends(text: str, kind: Kind) -> None:
    """After each text the tokenizer is in the state that the standard says."""
    assert advance(DATA, text).kind is kind


@given(st.text(alphabet="<>/='\" ab!-\n", max_size=30), st.integers(0, 30))
def test_pieces_lead_where_the_whole_leads(text: str, cut: int) -> None:
    """Cut anywhere, as a template cuts it with a tag that renders nothing, it ends the same."""
    whole = advance(DATA, text)
    pieces = advance(advance(DATA, text[:cut]), text[cut:])
    # What begins or ends with several letters (`<!--`) must come in one piece.
    if "<!" not in text and "--" not in text and "<?" not in text and "</" not in text:
        assert pieces.kind is whole.kind or "<" in text[max(cut - 1, 0) : cut + 1]


def test_an_attribute_is_known_by_name() -> None:
    """Element, attribute, and what stands before the value."""
    position = advance(DATA, '<A HREF="/x/')
    assert position == Position(
        Kind.DOUBLE_QUOTED, element="a", attribute="href", before="/x/", settled=True
    )


@pytest.mark.parametrize(
    ("before", "settled"),
    [
        ("", False),
        ("java", False),
        (" ", False),
        ("/", True),
        ("?", True),
        ("#", True),
        ("a:", True),
    ],
)
def test_when_a_scheme_is_decided(before: str, settled: bool) -> None:
    """After one of these characters no value can make it another."""
    assert advance(DATA, f'<a href="{before}').settled is settled


def test_the_type_of_a_script_is_known() -> None:
    """In one tag or in pieces."""
    assert advance(DATA, "<script type='text/template'>").type == "text/template"
    assert advance(advance(DATA, "<script type="), "text/x >").type == "text/x"
    assert advance(DATA, "<script>").type == ""


VALUES = {
    "<": Kind.TAG_NAME,
    "<p ": Kind.ATTRIBUTE_NAME,
    "<p a": Kind.ATTRIBUTE_NAME,
    "<p a=": Kind.UNQUOTED,
    '<p a="': Kind.DOUBLE_QUOTED,
    "text": Kind.DATA,
    "<script>": Kind.RAW,
}


@pytest.mark.parametrize(("text", "kind"), VALUES.items())
def test_after_a_value(text: str, kind: Kind) -> None:
    """An escaped value ends nothing and begins nothing."""
    assert after_value(advance(DATA, text)).kind is kind


MERGES = [
    ("<p>", "text", Kind.DATA),
    ("<p a=x", "<p ", Kind.TAG),
    ("<p a='x'", "<p", Kind.TAG),
    ('<p a="x', '<p a="y', Kind.DOUBLE_QUOTED),
    ('<p a="x', "<p a='y", Kind.UNKNOWN),
    ("<script>", "<p>", Kind.UNKNOWN),
]


@pytest.mark.parametrize(("one", "other", "kind"), MERGES)
def test_where_two_ways_meet(one: str, other: str, kind: Kind) -> None:
    """Where branches of a template disagree in earnest, nothing is claimed."""
    assert merge(advance(DATA, one), advance(DATA, other)).kind is kind
    assert merge(advance(DATA, other), advance(DATA, one)).kind is kind


@pytest.mark.parametrize("text", ["a < b", "i<n; x=", "x<y>", "no tag", "", "1 <2"])
def test_somewhere_stays_somewhere(text: str) -> None:
    """Comparisons are no tags."""
    assert advance(UNKNOWN, text) is UNKNOWN


@pytest.mark.parametrize(
    "text", ["<p>", "</div> ", "<!-- x -->", " <a href=''>", "<!DOCTYPE html>"]
)
def test_a_known_tag_says_where(text: str) -> None:
    """After a tag of HTML the rest is markup."""
    assert advance(UNKNOWN, text).kind is Kind.DATA


def test_a_script_is_left_by_its_end_alone() -> None:
    """In a file of JavaScript, too."""
    assert advance(SCRIPT, "'<b>' < x").kind is Kind.RAW
