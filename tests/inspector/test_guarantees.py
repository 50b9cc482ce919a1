"""What a Kolba app does beyond Flask is noted: refusals, sums, log-outs, ids that change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request, session
from flask import redirect as flask_redirect

from kolba import Kolba
from tests.inspector.inspected import KEY, Inspected, inspecting


def made(mode: str) -> Flask:
    app = Kolba("shop", safety=mode)
    app.config.update(KOLBA_STATE="memory:", SECRET_KEY=KEY)

    @app.get("/leave")
    def leave() -> object:
        return flask_redirect(request.args["next"])

    @app.post("/count")
    def count() -> str:
        return str(session.increment("visits"))  # type: ignore[attr-defined]

    @app.post("/append")
    def append() -> str:
        return str(session.append("seen", 1))  # type: ignore[attr-defined]

    @app.post("/log-in")
    def log_in() -> str:
        session["user"] = "anna"
        return "in"

    @app.post("/log-out")
    def log_out() -> str:
        session.pop("user")
        return "out"

    @app.post("/fails")
    def fails() -> str:
        session["half"] = "done"
        raise RuntimeError

    return app


@pytest.fixture
def shop() -> Iterator[Inspected]:
    with inspecting(made("enforce")) as inspected:
        yield inspected


@pytest.mark.parametrize("mode", ["enforce", "report"])
def test_what_a_guard_refused(mode: str) -> None:
    """The guard, what it refused and what would allow it are noted, in each mode."""
    with inspecting(made(mode)) as shop:
        answer = shop.browser.get("/leave?next=https://evil.example/a?token=hidden-away")
        assert answer.status_code == (400 if mode == "enforce" else 302)
        found = [one for one in shop.last["refusals"] if one["guard"] == "redirect"]
    assert [(one["mode"], one["what"]) for one in found] == [
        (mode, "Location: https://evil.example")
    ]
    assert "KOLBA_REDIRECT_ORIGINS" in found[0]["mend"]


@pytest.mark.parametrize(
    ("path", "key", "texts"),
    [("/count", "visits", ["1", "2", "3"]), ("/append", "seen", ["[1]", "[1, 1]", "[1, 1, 1]"])],
)
def test_what_is_added_up_in_the_store(
    shop: Inspected, path: str, key: str, texts: list[str]
) -> None:
    """A sum that the store has made is a change like any other."""
    shop.browser.post("/log-in")
    for before, after in zip(["", *texts], texts, strict=False):
        shop.browser.post(path)
        what = "changed" if before else "added"
        change = {"key": key, "what": what, "before": before, "after": after}
        assert shop.last["session"]["changes"] == [change]


def test_a_log_in_and_a_log_out(shop: Inspected) -> None:
    """The key of the identity comes and goes, though the session has another id each time."""
    shop.browser.post("/log-in")
    added = {"key": "user", "what": "added", "before": "", "after": "'anna'"}
    assert shop.last["session"]["changes"] == [added]
    shop.browser.post("/log-out")
    removed = {"key": "user", "what": "removed", "before": "'anna'", "after": ""}
    assert shop.last["session"]["changes"] == [removed]


def test_a_request_that_failed_has_changed_nothing(shop: Inspected) -> None:
    """What a failed view wrote is not kept, and no change is shown."""
    shop.browser.post("/fails")
    assert shop.last["status"].startswith("500")
    assert shop.last["session"]["changes"] == []
