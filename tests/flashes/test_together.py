"""A first message and the session that names its queue are kept together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import flash, get_flashed_messages, redirect, session

from kolba import Kolba


def test_a_log_in_with_a_message_is_one_write(tmp_path: Path) -> None:
    """A visitor's first session and message are one transaction, and both are there after it."""
    app = Kolba(__name__)
    app.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"

    @app.post("/login")
    def login() -> Any:
        session["user"] = "ada"
        flash("Welcome")
        return redirect("/page")

    @app.get("/page")
    def page() -> str:
        return f"{session['user']}: {get_flashed_messages()}"

    client = app.test_client()
    database = app.session_interface.home.store._database  # type: ignore[attr-defined]
    plain, written = database.write, []

    def write(work: Any, *args: Any, **how: Any) -> Any:
        written.append(work.__name__)
        return plain(work, *args, **how)

    database.write = write
    client.post("/login")
    assert [name for name in written if name != "_purge"] == ["_create_with"]
    assert client.get("/page").text == "ada: ['Welcome']"
    assert client.get("/page").text == "ada: []"
