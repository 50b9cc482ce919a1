"""The moment between "the app is set up" and "its first request": run once, and early.

Chapters that look at the whole app (its routes, its templates) leave their steps here.
`Kolba.__call__` runs them before the first request, `kolba run` and `kolba doctor` when
they have loaded the app. The invariant: no request is answered before every step has
succeeded; a step that raises runs again, and raises again, for the next request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

Step = Callable[[Flask], object]

STEPS = "_kolba_startup"
"""Where an app keeps the steps that have not run."""
_lock = threading.RLock()


def on_start(app: Flask, step: Step) -> None:
    """Have `step(app)` run before the first request, after the steps added earlier."""
    app.__dict__.setdefault(STEPS, []).append(step)


def start(app: Flask) -> None:
    """Run the steps that have not run yet; does nothing the second time.

    Raises:
        KolbaError: what a step found wrong with the app.
    """
    steps: list[Step] = app.__dict__.get(STEPS, [])
    if not steps:
        return
    with _lock:
        while steps:
            steps[0](app)
            del steps[0]
