"""The site that the soak visits. `SOAK_STATE` is its store; `SOAK_BUG` plants a mistake."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import flash, get_flashed_messages, jsonify, redirect, request, session

from kolba import Kolba
from kolba.stores.postgres import PostgresStore
from kolba.stores.redis.store import RedisStore
from kolba.stores.sqlite import SQLiteStore
from tests.soak import journal

app = Kolba("soak")
app.config.update(
    KOLBA_STATE=os.environ.get("SOAK_STATE", "memory:"), KOLBA_FLASH_LEASE=2, KOLBA_FLASH_WAIT=0
)


@app.get("/page")
def page() -> Any:
    """Who is here, what is kept, and the messages."""
    kept = {key: session[key] for key in session if key.startswith("pref")}
    messages = get_flashed_messages()
    return jsonify(user=session.get("user"), kept=kept, n=session.get("n", 0), messages=messages)


@app.post("/login")
def log_in() -> Any:
    """A new identity, and a message."""
    session["user"] = request.form["user"]
    flash(request.form["message"])
    return redirect("/page")


@app.post("/keep")
def keep() -> Any:
    """One preference, one count and one message."""
    session[request.form["name"]] = request.form["value"]
    session.increment("n")
    flash(request.form["message"])
    return redirect("/page")


@app.post("/logout")
def log_out() -> Any:
    """The end of the session."""
    session.clear()
    flash(request.form["message"])
    return redirect("/page")


def _plant() -> None:
    """The classical mistake: a request writes back everything that it found."""
    from kolba.sessions.fields import Fields

    honest = Fields.sets

    def everything(self: Fields) -> dict[str, bytes]:
        written = honest(self)
        return {**self.all(), **written} if written else written

    Fields.sets = everything  # type: ignore[method-assign]


if os.environ.get("SOAK_BUG"):
    _plant()
if os.environ.get("SOAK_JOURNAL"):
    for store in (SQLiteStore, RedisStore, PostgresStore):
        journal.keep(Path(os.environ["SOAK_JOURNAL"]), store)
