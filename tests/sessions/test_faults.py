"""Disks and servers that fail under somebody who is logged in: what is acknowledged stays.

While something is broken, each request is either done, with all that it says kept, or answered
503 with `Retry-After`; nobody is shown a page as if they had no session; pages that need no
state are served. Mended, the same processes go on. Plain Flask is not asked: its cookie has no
store that could fail, and keeps none of what is tried here. Time limits are the stores' own
(0.75 s for SQLite's lock, 0.25 s for Redis); nothing here is timed.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import flash, get_flashed_messages, redirect, session
from werkzeug.test import TestResponse

from kolba import Kolba
from kolba.stores import store_of
from tests.sessions.views import visit, write
from tests.stores.disks import fill_up, locked, remount, small_disk
from tests.stores.servers import RedisServer, running

__all__ = ["small_disk"]


class Person:
    """Somebody who is logged in, and remembers what was acknowledged."""

    def __init__(self, state: str) -> None:
        app = Kolba("shop")
        app.config["KOLBA_STATE"] = state
        self.client = app.test_client()
        self.kept: dict[str, Any] = {"user": "anna"}
        self.waiting: list[str] = []
        self.shown: list[str] = []
        assert write(self.client, user="anna").status_code == 200

    def close(self) -> None:
        """Close the store of this person's app."""
        store_of(self.client.application).close()

    def click(self, n: int, size: int = 10) -> bool:
        """A form that keeps and says something; whether it was acknowledged."""
        name, value, message = f"key{n}", f"{n}" * size, f"message {n}"

        def view() -> Any:
            session[name] = value
            flash(message)
            return redirect("/page")

        if not self._done(visit(self.client, view, method="POST")):
            return False
        self.kept[name] = value
        self.waiting.append(message)
        return True

    def count(self) -> bool:
        """An increment, at once; whether it was acknowledged."""
        done = self._done(visit(self.client, lambda: session.increment("n")))
        if done:
            self.kept["n"] = self.kept.get("n", 0) + 1
        return done

    def look(self) -> bool:
        """A page of one's own: all that was kept, or 503."""
        found: dict[str, Any] = {}
        answer = visit(self.client, lambda: found.update(session))
        if not self._done(answer):
            return False
        assert found == self.kept
        return True

    def read_messages(self) -> bool:
        """The page that shows messages, or 503."""
        found: list[str] = []

        def view() -> str:
            found.extend(get_flashed_messages())
            return "page"

        if not self._done(visit(self.client, view, "/page")):
            return False
        self.shown += found
        return True

    def leave(self) -> bool:
        """Log out; whether it was acknowledged."""
        if not self._done(visit(self.client, lambda: session.clear(), method="POST")):
            return False
        self.kept = {}
        return True

    def _done(self, answer: TestResponse) -> bool:
        assert visit(self.client, lambda: "no state").text == "no state"
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
            assert "Set-Cookie" not in answer.headers and "Location" not in answer.headers
            assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()
            return False
        assert answer.status_code in (200, 302, 303)
        return True


def again(step: Callable[[], bool]) -> None:
    """The same click until it is acknowledged, as somebody does who was asked to."""
    deadline = time.monotonic() + 60
    while not step():
        assert time.monotonic() < deadline, "it does not recover"
        time.sleep(0.05)


Fault = tuple[str, Callable[[], AbstractContextManager[None]], bool, bool]
"""The state URL, what breaks it for a while, and whether one can read, and log out, meanwhile."""


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No room."""
    filler = fill_up(folder)
    yield
    filler.unlink()


@contextlib.contextmanager
def locked_file(file: Path) -> Iterator[None]:
    """Another program writes, and does not end."""
    with locked(file) as unlock:
        yield
        unlock()


@contextlib.contextmanager
def stopped(server: RedisServer) -> Iterator[None]:
    """Killed, and started again with what its append-only file holds."""
    server.kill()
    yield
    server.start()


@contextlib.contextmanager
def paused(server: RedisServer) -> Iterator[None]:
    """It accepts, and does not answer."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    yield
    server.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def full_server(server: RedisServer) -> Iterator[None]:
    """`maxmemory` is reached, and nothing may be evicted."""
    redis = pytest.importorskip("redis").Redis.from_url(server.url)
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", "1")
    yield
    redis.config_set("maxmemory", "0")
    redis.close()


@pytest.fixture(params=["full disk", "locked file", "stopped", "paused", "full server"])
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fault]:
    """A store and what befalls it."""
    kind: str = request.param
    file = tmp_path / "state.sqlite3"
    if kind == "full disk":
        disk: Path = request.getfixturevalue("small_disk")
        yield f"sqlite:///{disk}/s.sqlite3", lambda: full_disk(disk), True, False
    elif kind == "locked file":
        yield f"sqlite:///{file}", lambda: locked_file(file), True, False
    else:
        durable = ("--appendonly", "yes", "--appendfsync", "always")
        program = request.getfixturevalue("require")("redis-server")
        with running(program, tmp_path, *durable) as server:
            how = {"stopped": stopped, "paused": paused, "full server": full_server}[kind]
            is_full = kind == "full server"
            yield server.url, lambda: how(server), is_full, is_full


def test_what_was_acknowledged_outlives_the_fault(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """503 or done, never half; afterwards every acknowledged key and message is there, once."""
    state, broken, reads, _ = fault
    anna = Person(state)
    assert all(anna.click(n) and anna.count() for n in range(3))
    with broken():
        refused = [not anna.click(n, size=9_000) for n in range(3, 8)]
        refused += [not anna.count(), not anna.read_messages()]
        assert any(refused), "the fault was felt"
        assert anna.look() or not reads
    again(lambda: anna.click(8))
    again(anna.count)
    if "n" in anna.kept and not reads:
        anna.kept["n"] = _counted(anna)  # an answer that was lost may have happened, once
    again(anna.look)
    again(anna.read_messages)
    assert set(anna.waiting) == set(anna.shown)
    if "may be shown again" not in caplog.text:
        assert sorted(anna.waiting) == sorted(anna.shown)
    again(anna.leave)
    again(anna.look)
    anna.close()


def _counted(anna: Person) -> int:
    found: list[int] = []
    visit(anna.client, lambda: found.append(session["n"]))
    assert anna.kept["n"] <= found[0] <= anna.kept["n"] + 1
    return found[0]


def test_nobody_is_logged_out_by_a_log_out_that_was_refused(fault: Fault) -> None:
    """A log-out under a fault is final, or a 503 that can be repeated; a full server lets go."""
    state, broken, _, ends = fault
    anna = Person(state)
    with broken():
        left = anna.leave()
    assert left or not ends
    again(anna.look)  # which finds what was acknowledged: nobody, or anna
    if not left:
        again(anna.leave)
        again(anna.look)
    anna.close()


def test_a_disk_that_turned_read_only(small_disk: Path) -> None:
    """Nothing is acknowledged that cannot be written, and writable again it goes on."""
    anna = Person(f"sqlite:///{small_disk}/s.sqlite3")
    assert anna.click(1)
    anna.close()  # or the system says that the disk is busy
    remount(small_disk, "ro")
    assert not anna.click(2)
    assert not anna.count()
    anna.look()
    anna.close()
    remount(small_disk, "rw")
    again(lambda: anna.click(3))
    again(anna.read_messages)
    again(anna.look)
    assert anna.shown == ["message 1", "message 3"]
    anna.close()


def _overwrite(file: Path) -> None:
    file.write_bytes(b"\x00garbage" * 2_000)
    file.with_name(file.name + "-wal").write_bytes(b"")


def _truncate(file: Path) -> None:
    file.write_bytes(b"")
    file.with_name(file.name + "-wal").unlink(missing_ok=True)


def _remove(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


def _logged_in_again(anna: Person) -> bool:
    """Look, and log in where that is needed; whether somebody is logged in now."""
    found: dict[str, Any] = {}
    answer = visit(anna.client, lambda: found.update(session))
    assert answer.status_code in (200, 503)
    assert found.items() <= {**anna.kept, "fresh": 1}.items()
    if found.get("fresh"):
        anna.kept = found
        return True
    assert write(anna.client, user="anna", fresh=1).status_code in (200, 503)
    return False


@pytest.mark.parametrize("damage", [_overwrite, _truncate, _remove])
def test_a_file_that_is_damaged_under_a_running_app(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    """Nobody sees a 500 or another's data: people log in again, in the same process."""
    file = tmp_path / "state.sqlite3"
    anna = Person(f"sqlite:///{file}")
    assert anna.click(1)
    damage(file)
    again(lambda: _logged_in_again(anna))
    again(lambda: anna.click(2))
    again(anna.read_messages)
    assert "message 2" in anna.shown
    again(anna.look)
    anna.close()


def test_a_backup_that_was_put_back(tmp_path: Path) -> None:
    """The state is the backup's from then on: what was kept at that time, and new writes."""
    file, backup = tmp_path / "state.sqlite3", tmp_path / "backup.sqlite3"
    anna = Person(f"sqlite:///{file}")
    assert anna.click(1)
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(backup)) as target,
    ):
        source.backup(target)
    then = dict(anna.kept)
    assert anna.click(2)
    incoming = tmp_path / "incoming"
    shutil.copy(backup, incoming)
    incoming.replace(file)
    again(lambda: anna.click(3))
    anna.kept = then | {"key3": anna.kept["key3"]}
    again(anna.look)
    anna.close()
