"""Answers, and in which parts two of them differ. Pure functions over values.

A part has a name that a person understands: `status`, `header Set-Cookie`, `body`. A body or a
header that differs in some of its words only is known by those words, so that a token that
changes by itself does not hide the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_WORDS = re.compile(r"[\w.+/=-]+|\s+|[^\w\s]")
_AROUND = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: the status line, '' if an exception came instead.
        headers: pairs, in their order.
        body: the body's bytes, each a letter (Latin-1).
        raised: the exception that left the application, if one did.
        whole: whether the body was read to its end.
    """

    status: str
    headers: tuple[tuple[str, str], ...]
    body: str
    raised: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """One part in which an answer is not as Flask's.

    Attributes:
        part: what differs.
        flask: Flask's, with a little of what stands around it.
        kolba: the other's.
        words: the positions of the words that differ; None when they cannot be matched.
    """

    part: str
    flask: str
    kolba: str
    words: frozenset[int] | None = None


def received(message: dict[str, Any]) -> Answer:
    """Returns the answer that a side has sent."""
    if "raised" in message:
        return Answer("", (), "", message["raised"])
    headers = tuple((name, value) for name, value in message["headers"])
    return Answer(message["status"], headers, message["body"]["latin"], "", message["whole"])


def differences(flask: Answer, other: Answer) -> list[Difference]:
    """Returns every part in which the other is not as Flask's."""
    found: list[Difference] = []
    if flask.raised != other.raised:
        found.append(Difference("exception", flask.raised or "none", other.raised or "none"))
    if flask.status != other.status:
        found.append(Difference("status", flask.status, other.status))
    found += _headers(flask, other)
    found += _text("body", flask.body, other.body)
    if flask.whole != other.whole:
        found.append(Difference("length of the body", str(flask.whole), str(other.whole)))
    return found


def _headers(flask: Answer, other: Answer) -> Iterator[Difference]:
    names = [name for name, _ in flask.headers]
    others = [name for name, _ in other.headers]
    if names != others:
        yield Difference("names or order of headers", ", ".join(names), ", ".join(others))
        return
    for (name, value), (_, another) in zip(flask.headers, other.headers, strict=True):
        part = f"header {name}"
        if name == "Set-Cookie":
            part = f"{part} {value.partition('=')[0]}"
        yield from _text(part, value, another)


def _text(part: str, one: str, two: str) -> Iterator[Difference]:
    """The difference of two texts: by words where they have as many, else the whole."""
    if one == two:
        return
    words, others = _WORDS.findall(one), _WORDS.findall(two)
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), None)
    start = max(0, (at if at is not None else min(len(one), len(two))) - _AROUND)
    shown, another = (text[start : start + 2 * _AROUND] for text in (one, two))
    differing = None
    if len(words) == len(others):
        pairs = enumerate(zip(words, others, strict=True))
        differing = frozenset(number for number, (a, b) in pairs if a != b)
    yield Difference(part, shown, another, differing)


def explained(difference: Difference, by_itself: list[Difference]) -> bool:
    """Whether Flask differs from itself in the same words of the same part.

    `Content-Length` follows the body: if the body changes by itself, so may it.
    """
    parts = [other for other in by_itself if other.part == difference.part]
    if difference.part == "header Content-Length":
        parts += [other for other in by_itself if other.part == "body"]
        return bool(parts)
    if any(other.words is None for other in parts):
        return True
    if difference.words is None:
        return False
    known: set[int] = set().union(*(other.words or () for other in parts))
    return difference.words <= known
