"""The row "requests": a typed form with one mistake, parsed, refused and written again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from statistics import median

from bench.inprocess import Child
from bench.report import Figure
from bench.targets import REQUESTS

SECTION = "a form refused and shown again, in process, CPU microseconds (times Flask-WTF's rate)"
SUBJECTS = {"wtf": "flask + Flask-WTF", "typed": "kolba"}


def measure(rounds: int, say: Callable[[str], None] = print) -> dict[str, list[float]]:
    """Microseconds of each subject, one a round, in turns.

    Raises:
        WrongAnswer: a subject answers something else.
    """
    children = [Child(sys.executable, subject, ["requests"]) for subject in SUBJECTS]
    taken: dict[str, list[float]] = {subject: [] for subject in SUBJECTS}
    try:
        for number in range(1, rounds + 1):
            say(f"forms: round {number} of {rounds}")
            for child in children:
                taken[child.subject].append(child.ask("time", "requests"))
    finally:
        for child in children:
            child.close()
    return taken


def figures(taken: dict[str, list[float]]) -> Iterator[Figure]:
    """Both times, and how many times faster Kolba is: the median over the rounds."""
    faster = median(a / b for a, b in zip(taken["wtf"], taken["typed"], strict=True))
    for subject, name in SUBJECTS.items():
        ratio, target = (faster, REQUESTS) if subject == "typed" else (None, None)
        yield Figure(SECTION, "requests", name, min(taken[subject]), "us", ratio, target)
