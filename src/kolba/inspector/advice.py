"""What is wrong with a request, or may be: seen in it alone, or beside another.

A note is a code, whose words are in `texts`, and the values that they are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kolba.inspector.document import Document
from kolba.inspector.facts import Facts
from kolba.inspector.masking import is_secret

Note = dict[str, Any]

_MESSAGES = "_flashes"
_SAFE = ("GET", "HEAD")


def alone(document: Document, facts: Facts, shown: list[Note]) -> list[Note]:
    """Notes on one request."""
    notes = []
    if document["method"] in _SAFE and (keys := [key for key in facts.wrote if _counts(key)]):
        notes.append(_note("get_wrote", keys=keys))
    if facts.kind == "cookie" and facts.wrote and not facts.saved and not document["exception"]:
        notes.append(_note("not_saved", keys=[*facts.wrote]))
    if shown and document["is_background"] and facts.kind != "stored":
        notes.append(_note("taken_in_background", count=len(shown)))
    large = [cookie for cookie in document["response"]["cookies"] if cookie["is_too_large"]]
    return notes + [_note("cookie_too_large", name=one["name"], size=one["size"]) for one in large]


def together(one: tuple[int, Facts], other: tuple[int, Facts]) -> Iterator[tuple[int, Note]]:
    """Notes on two requests that ran at the same time, and the number that each is for."""
    (first, early), (last, late) = sorted((one, other), key=lambda pair: pair[1].ended)
    if late.began >= early.ended or early.session != late.session or early.kind != late.kind:
        return
    keys = [*early.wrote, *([_MESSAGES] if early.flashed else [])]
    if early.kind == "cookie" and early.saved and late.saved and keys:
        yield first, _note("lost_update", keys=keys, other=last)
        yield last, _note("overwrote", keys=keys, other=first)
    elif early.kind == "stored" and (keys := sorted({*early.wrote} & {*late.wrote})):
        yield first, _note("same_key", keys=keys, other=last)
        yield last, _note("same_key", keys=keys, other=first)


def _counts(key: str) -> bool:
    """Whether a key is what a page is about: tokens and marks of extensions are made by any."""
    return not key.startswith("_") and not is_secret(key)


def _note(code: str, **values: Any) -> Note:
    return {"code": code, **values}
