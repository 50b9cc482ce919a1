"""Requests that stop between their steps, so that every order of two can be tried.

A request loads its session, runs its view, saves, and is sent. Each step runs in
the request's own context, by Flask's public methods, when the test says so: no
thread, no luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from flask import Flask, session

STEPS = ("load", "view", "save", "send")


class Request:
    """One request in four steps."""

    def __init__(
        self,
        app: Flask,
        cookie: str | None,
        view: Callable[[], Any],
        path: str = "/",
        **options: Any,
    ) -> None:
        headers = {"Cookie": f"session={cookie}"} if cookie else {}
        headers |= options.pop("headers", {})
        self._context = app.test_request_context(path, headers=headers, **options)
        self._app, self._view = app, view
        self.found: dict[str, Any] = {}
        self.body = ""
        self.response: Any = None

    def load(self) -> None:
        """Open the session."""
        with self._context:
            self.found = dict(session)

    def view(self) -> None:
        """Run the view; what it returns is the body."""
        with self._context:
            try:
                self._answer = self._view()
            except Exception as error:
                self._answer = self._app.handle_exception(error)

    def save(self) -> None:
        """Make the answer, and save the session."""
        with self._context:
            answer = "" if self._answer is None else self._answer
            answer = str(answer) if isinstance(answer, int) else answer
            self.response = self._app.process_response(self._app.make_response(answer))

    def send(self) -> None:
        """Send the body to its end."""
        self.body = b"".join(self.response.iter_encoded()).decode()
        self.response.close()

    def run(self) -> Request:
        """All steps at once."""
        for step in STEPS:
            getattr(self, step)()
        return self

    @property
    def cookie(self) -> str | None:
        """The id that the answer gives to the browser; '' if it takes the id away."""
        for line in self.response.headers.getlist("Set-Cookie"):
            if line.startswith("session="):
                return str(line.split("=", 1)[1].split(";")[0])
        return None


def orders(steps: int = 3) -> Iterator[str]:
    """All ways in which the first steps of two requests can follow one another.

    20 for load, view and save (both answers are sent afterwards: what was saved does not
    depend on it), 70 for all four.
    """
    for places in combinations(range(2 * steps), steps):
        order = "".join("A" if place in places else "B" for place in range(2 * steps))
        yield order + "AB" * (len(STEPS) - steps)


def play(order: str, a: Request, b: Request) -> None:
    """Run two requests step by step in an order such as `AABBABAB`."""
    steps = {"A": iter(STEPS), "B": iter(STEPS)}
    for who in order:
        getattr(a if who == "A" else b, next(steps[who]))()


def later_to(step: str, order: str) -> str:
    """Which of the two takes a step last."""
    number = STEPS.index(step) + 1
    places = {who: [i for i, w in enumerate(order) if w == who][number - 1] for who in "AB"}
    return max(places, key=places.__getitem__)
