"""Exercises: a typed form, a check that says whether it is right, and progress in the session.

A chapter's `check` gets the form's value and returns the key of a hint, or None when the
answer is right. A wrong answer comes back filled, with the hint at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kolba import Form, Kolba, flash, session
from kolba.tour import languages

KEY = "solved"
T = TypeVar("T")


def is_solved(chapter: str, form: Form[T], check: Callable[[T], str | None]) -> bool:
    """Tell whether this request brings the right answer; note it, or say what is missing."""
    if not form.valid:
        return False
    t = languages.current()
    if hint := check(form.value):
        form.reject(t(hint))
        return False
    if chapter not in solved():
        session.setdefault(KEY, []).append(chapter)
    flash(t.plain("exercises.solved"), "success")
    return True


def solved() -> list[str]:
    """Return the chapters whose exercise the visitor has solved."""
    found: list[str] = session.get(KEY, [])
    return found


@contextmanager
def kept() -> Iterator[None]:
    """Carry the progress over a change of identity, which drops what the session holds."""
    before = list(solved())
    yield
    if before:
        session[KEY] = before


def init_app(app: Kolba) -> None:
    """Give templates `solved`."""

    @app.context_processor
    def progress() -> dict[str, object]:
        return {"solved": solved()}
