"""Processes that share a store, and nothing is lost.

`KOLBA_OPERATIONS=8000` makes it 1,000 operations for each of eight processes.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import Any

import pytest
from flask import flash, get_flashed_messages, session

from kolba import Kolba
from tests.sessions.views import cookie_of, seen, visit, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("state", ["sqlite", "redis", "postgres"], indirect=True),
]
OPERATIONS = int(os.environ.get("KOLBA_OPERATIONS", "60"))
PROCESSES = [2, 8] if "KOLBA_OPERATIONS" in os.environ else [3]


def _together(work: Any, state: str, cookie: str, processes: int, *more: Any) -> list[Any]:
    """What `work(client, number, *more)` returns in each of several new processes."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        tasks = [pool.submit(_one, work, state, cookie, n, *more) for n in range(processes)]
        return [task.result() for task in tasks]


def _one(work: Any, state: str, cookie: str, number: int, *more: Any) -> Any:
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = state
    client = app.test_client()
    client.set_cookie("session", cookie)
    return work(client, number, *more)


def _count(client: Any, number: int, operations: int) -> None:
    for n in range(operations):
        view = lambda: (session.increment("n"), session.append("log", [number, n]), "")[2]  # noqa: E731, B023
        assert visit(client, view).status_code == 200


def _assign(client: Any, number: int, operations: int) -> None:
    for n in range(operations):
        assert write(client, **{f"key{number}": n}).status_code == 200
        assert seen(client)[f"key{number}"] == n


def _flash(client: Any, number: int, operations: int) -> list[str]:
    shown: list[str] = []
    for n in range(operations):
        if n % 2:
            visit(client, lambda: shown.extend(get_flashed_messages()))
        else:
            visit(client, lambda: flash(f"{number}.{n}"))  # noqa: B023
    return shown


def _log_in_and_out(client: Any, number: int, operations: int) -> list[str]:
    ended = []
    for n in range(operations // 4):
        write(client, user=f"{number}.{n}")
        ended.append(cookie_of(client) or "")
        write(client, **{f"x{number}": n})
        visit(client, lambda: session.clear())
        write(client, fresh=1)
    return ended


@pytest.mark.parametrize("processes", PROCESSES)
def test_no_increment_and_no_append_is_lost(app: Kolba, state: str, processes: int) -> None:
    """The sum is the number of increments, and the list has every element once."""
    each = OPERATIONS // processes
    client = app.test_client()
    write(client, n=0)
    _together(_count, state, cookie_of(client) or "", processes, each)
    found = seen(client)
    assert found["n"] == processes * each
    assert sorted(found["log"]) == [[p, n] for p in range(processes) for n in range(each)]


@pytest.mark.parametrize("processes", PROCESSES)
def test_no_key_of_another_process_is_lost(app: Kolba, state: str, processes: int) -> None:
    """Each writes its own key of one session, and always finds it."""
    client = app.test_client()
    write(client, kept=1)
    _together(_assign, state, cookie_of(client) or "", processes, OPERATIONS // processes)
    last = OPERATIONS // processes - 1
    assert seen(client) == {"kept": 1} | {f"key{p}": last for p in range(processes)}


def test_every_message_is_shown_once(app: Kolba, state: str) -> None:
    """Several processes flash and show: each message is shown by one of them."""
    client = app.test_client()
    write(client, kept=1)
    each = OPERATIONS // 3
    shown = [*chain(*_together(_flash, state, cookie_of(client) or "", 3, each))]
    visit(client, lambda: shown.extend(get_flashed_messages()))
    flashed = [f"{p}.{n}" for p in range(3) for n in range(0, each, 2)]
    assert sorted(shown) == sorted(flashed)


def test_no_log_out_is_undone(app: Kolba, state: str) -> None:
    """Of all ids that were logged in and cleared, none is anybody afterwards."""
    client = app.test_client()
    write(client, kept=1)
    cookies = [*chain(*_together(_log_in_and_out, state, cookie_of(client) or "", 3, 80))]
    assert len(set(cookies)) == 60
    for cookie in cookies:
        client.set_cookie("session", cookie)
        assert "user" not in seen(client)
