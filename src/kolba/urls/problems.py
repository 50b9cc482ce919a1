"""What the checks of routes and links find: values, and the one error that carries them.

Pure: nothing here looks at an app.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from kolba.errors import KolbaError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in an app's routes or links.

    Attributes:
        code: the check that found it, as the documentation names it.
        what: what is wrong, with the place of each part.
        mend: what to do about it.
        certain: false when only running the code could prove it: reported, never raised.
        subject: what it is about, for messages that stand alone (a place, a rule).
    """

    code: str
    what: str
    mend: str
    certain: bool = True
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.what}. {self.mend}"


class RoutingErrors(KolbaError):
    """The app's routes or its links to them cannot all work.

    Attributes:
        problems: each of them.
    """

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(name, problems)
        self.name = name
        self.problems = tuple(problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        return (
            f"{count} {'mistake' if count == 1 else 'mistakes'} in the routes of {self.name!r}:\n"
            f"{lines}\n"
            'Mend them; until then KOLBA_ROUTES = "report" in the config only logs them.'
        )


class StaticEndpoint(KolbaError, AssertionError):
    """A view takes the endpoint that Flask's static files have.

    An `AssertionError` too, since that is what Flask raises.
    """


def at(file: str | None, line: int | None) -> str:
    """`file:line`, the file relative to the current folder where it lies below it; or ''."""
    if file is None:
        return ""
    shown = os.path.relpath(file) if os.path.isabs(file) else file
    if shown.startswith(os.pardir):
        shown = file
    return f"{shown}:{line}" if line else shown
