"""What is done about mistakes in routes: raised, only logged, or not looked for."""

from __future__ import annotations

import logging

from flask import Flask

from kolba import safety
from kolba.safety import Mode, Refusal
from kolba.urls.examination import find_problems
from kolba.urls.problems import Problem, RoutingErrors

logger = logging.getLogger("kolba.urls")

GUARD = "routes"


def check(app: Flask) -> None:
    """Examine the app, by the mode that `KOLBA_ROUTES` or its `safety` says.

    Raises:
        RoutingErrors: in `enforce`, all mistakes that are certain at once.
    """
    mode = safety.mode(app, GUARD)
    if mode is Mode.OFF:
        return
    problems = find_problems(app)
    certain = [problem for problem in problems if problem.certain]
    for problem in problems:
        if mode is Mode.REPORT or not problem.certain:
            _note(app, problem)
    if certain and mode is Mode.ENFORCE:
        raise RoutingErrors(app.name, certain)


def _note(app: Flask, problem: Problem) -> None:
    logger.warning("%s", problem)
    refusal = Refusal(
        GUARD, None, problem.subject, f"{problem.code}: {problem.what}", problem.mend, Mode.REPORT
    )
    safety.refused.send(app, refusal=refusal)
