"""The side's loop: reads one message, answers one message, until its parent is gone.

Invariant: standard output belongs to the messages; what the application prints goes to
standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from flask import Flask

from . import play, reach, routes, state

Message = dict[str, Any]


class Refusal(Exception):
    """A message for people: the comparison cannot go on."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class Side:
    """The application and its visitor."""

    def __init__(self, setting: Message) -> None:
        folder = Path(setting["folder"])
        self.copies = state.Copies(folder / "picture", folder / setting["name"])
        state.put_under(self.copies)
        self.watch = reach.Watch(setting["live"], self.copies.is_mine)
        self.app = self._load(setting["target"], setting["engine"])
        state.settle(self.app, self.copies)
        self.watch.refuse()
        self.given: dict[str, str] = setting["fill"]
        base = setting["base"] or base_of(self.app)
        self.player = play.Player(self.app, base, self.copies.plain)

    def _load(self, target: str | None, engine: bool) -> Flask:
        try:
            return on_engine(target) if engine else on_flask(target)
        except Exception as error:
            self.watch.refuse()
            if isinstance(error, state.TooLarge | Refusal):
                raise
            trace = getattr(error, "traceback", "")
            raise Refusal(str(error) or type(error).__name__, trace) from error

    def about(self, message: Message) -> Message:
        """What the parent needs to know before it begins."""
        return {
            "name": self.app.import_name,
            "routes": routes.listed(self.app, self.given),
            "copied": self.copies.originals,
            "engine": ways(),
        }

    def play(self, message: Message) -> Message:
        """Plays one request."""
        before = ways()
        answer = self.player.play(message["request"])
        self.watch.refuse()
        return {"answer": answer, "way": way(before, ways())}

    def time(self, message: Message) -> Message:
        """Plays one request some times, timed."""
        return {"seconds": self.player.time(message["request"], message["count"])}

    def save(self, message: Message) -> Message:
        """Remembers the cookies."""
        self.player.save()
        return {}

    def restore(self, message: Message) -> Message:
        """Gives back the remembered cookies."""
        self.player.restore()
        return {}

    def reached(self, message: Message) -> Message:
        """What was copied, what was not."""
        return {
            "copied": sorted(self.copies.originals),
            "files": sorted(self.watch.files),
            "services": sorted(self.watch.services),
        }


def on_flask(target: str | None) -> Flask:
    """Loads the application as `flask run` does."""
    import flask.cli

    os.environ["KOLBA_ENGINE"] = "off"
    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    return flask.cli.ScriptInfo(target or None).load_app()


def on_engine(target: str | None) -> Flask:
    """Loads the application as `kolba run` does."""
    from kolba import targets

    return targets.load(target)


def base_of(app: Flask) -> str:
    """The URL that the application expects to be asked at."""
    root = app.config["APPLICATION_ROOT"]
    scheme = app.config["PREFERRED_URL_SCHEME"]
    return f"{scheme}://{app.config['SERVER_NAME'] or 'localhost'}{root}"


def ways() -> Message | None:
    """The engine's counters; None where it was never imported."""
    engine = sys.modules.get("kolba.engine")
    return dict(engine.stats()) if engine else None


def way(before: Message | None, after: Message | None) -> str | None:
    """How the request ran between the two counts, with the reason if it was left to Flask."""
    if before is None or after is None:
        return None
    if after["fallback"] > before["fallback"]:
        reasons = after["fallback_reasons"] - before["fallback_reasons"]
        return "by Flask: " + ", ".join(sorted(reasons))
    if after["compiled"] > before["compiled"] or after["werkzeug"] > before["werkzeug"]:
        return "compiled"
    return None


def encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"latin": value.decode("latin-1")}
    raise TypeError(f"no message can hold {value!r}")


def main() -> None:
    """Serve the parent."""
    with os.fdopen(os.dup(0), "rb") as inlet, os.fdopen(os.dup(1), "wb") as outlet:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        side: Side | None = None
        for line in inlet:
            message = json.loads(line)
            try:
                if side is None:
                    side = Side(message)
                    tell(outlet, {})
                else:
                    act: Callable[[Message], Message] = getattr(side, message["do"])
                    tell(outlet, act(message))
            except reach.Reached as error:
                tell(outlet, {"reached": str(error)})
            except (Refusal, state.TooLarge) as error:
                tell(outlet, {"refused": str(error), "traceback": getattr(error, "traceback", "")})


def tell(outlet: BinaryIO, message: Message) -> None:
    outlet.write(json.dumps(message, default=encoded).encode() + b"\n")
    outlet.flush()
