"""Several processes at one store: what each of them does, and says that it did."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

from kolba.stores import Changes, State, Store, open_store
from kolba.stores.sqlite import transactions
from tests.stores.shelf import NOW, message

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.stores.crowd"])


def run(work: Callable[..., Any], url: str, processes: int, *args: Any) -> list[Any]:
    """What `work(store, number, *args)` returned in each process; they start together."""
    barrier, results = CONTEXT.Barrier(processes), CONTEXT.Queue()
    children = [
        CONTEXT.Process(target=_child, args=(work, url, n, barrier, results, args))
        for n in range(processes)
    ]
    for child in children:
        child.start()
    answers = dict(results.get(timeout=300) for _ in children)
    for child in children:
        child.join(60)
    if failed := [answer for answer in answers.values() if isinstance(answer, str)]:
        raise AssertionError("\n".join(failed))
    return [answers[n] for n in range(processes)]


def _child(
    work: Callable[..., Any], url: str, number: int, barrier: Any, results: Any, args: Any
) -> None:
    transactions.PATIENCE = 60.0  # what is lost is asked here, not how soon a turn comes
    try:
        store = open_store(url)
        barrier.wait(120)
        results.put((number, work(store, number, *args)))
        store.close()
    except BaseException:
        results.put((number, traceback.format_exc()))


def everything(store: Store, me: int, operations: int) -> dict[str, list[Any]]:
    """Saves, increments, appends, messages, counts and once, in turn, on the same names as all."""
    done: dict[str, list[Any]] = {"claimed": [], "won": [], "counted": []}
    for i in range(operations):
        mark = b'"%d-%d"' % (me, i)
        match i % 6:
            case 0:
                assert save(store, Changes(set={f"{me}-{i}": mark})) is State.LIVE
            case 1:
                assert save(store, Changes(add={"sum": 1})) is State.LIVE
            case 2:
                assert save(store, Changes(append={"list": [mark]})) is State.LIVE
            case 3:
                store.put("q", [message(mark)], now=NOW)
            case 4:
                claim = f"claim-{me}-{i}"
                done["claimed"] += [
                    m.value for m in store.claim("q", claim, now=NOW, until=NOW + 60)
                ]
                store.confirm(claim)
            case 5:
                done["counted"].append(store.count("n", now=NOW, expires=NOW + 60))
                if store.once(f"once-{i}", mark, now=NOW, expires=NOW + 60) is None:
                    done["won"].append(i)
    return done


def save(store: Store, changes: Changes, key: str = "k") -> State:
    """What a save met."""
    return store.save(key, changes, now=NOW).state


def save_until_gone(store: Store, me: int, operations: int) -> list[State]:
    """The first process deletes the record on its way, all go on after that; what each save met."""
    met: list[State] = []
    while State.GONE not in met[-operations : -operations // 2]:
        if me == 0 and len(met) == operations:
            store.delete("k")
        met.append(save(store, Changes(set={f"{me}-{len(met) % 9}": b"1"})))
    return met


def save_under_rotation(store: Store, me: int, operations: int) -> list[str]:
    """The first process rotates the record, the others save; the names that were acknowledged.

    They follow the newest key, as a person's cookie does.
    """
    acknowledged = []
    for i in range(operations):
        key = f"k{store.count('newest', 0, now=NOW, expires=NOW + 60)}"
        if me == 0:
            new = f"k{int(key[1:]) + 1}"
            outcome = store.rotate(key, new, Changes(add={"rotated": 1}), now=NOW, grace=10)
            assert outcome.state is State.LIVE
            store.count("newest", 1, now=NOW, expires=NOW + 60)
        elif save(store, Changes(set={f"{me}-{i}": b"1"}), key) is State.LIVE:
            acknowledged.append(f"{me}-{i}")
    return acknowledged


def see_what_is_acknowledged(store: Store, me: int, operations: int, said: Any, left: Any) -> None:
    """The first process writes, and says so, until the others have read what was said, or more."""
    if me == 0:
        while left.value > 0:
            turn = said.value + 1
            store.put(f"q{turn}", [message(b"1")], now=NOW)
            assert save(store, Changes(set={"turn": b"%d" % turn})) is State.LIVE
            said.value = turn
        return
    try:
        while not said.value:  # the writer may have its turn late
            sleep(0)
        for _ in range(operations):
            _see(store, f"{me}", said.value)
    finally:
        with left.get_lock():
            left.value -= 1


def _see(store: Store, me: str, turn: int) -> None:
    record = store.load("k", now=NOW)
    assert record is not None
    assert int(record.fields["turn"]) >= turn
    if turn and me == "1":
        assert store.claim(f"q{turn}", me, now=NOW, until=NOW)
        store.claim(f"q{turn + 1}", me, now=NOW, until=NOW)  # which may be empty, and known to be


def deliver_what_is_put(store: Store, me: int, operations: int, said: Any, left: Any) -> None:
    """The first process puts, and says so; the other has claimed all that was said, each time."""
    if me == 0:
        while left.value > 0:
            store.put("q", [message(b"1")], now=NOW)
            said.value += 1
        return
    got = 0
    try:
        while got < operations:
            before = said.value
            claimed = len(store.claim("q", "c", now=NOW, until=NOW + 9))
            got += claimed
            assert got >= before
            if claimed:
                store.confirm("c")
    finally:
        left.value = 0


def in_threads(store: Store, me: int, threads: int, operations: int) -> dict[str, list[Any]]:
    """Everything, in so many threads at once; what all of them did."""
    with ThreadPoolExecutor(threads) as pool:
        numbers = [me * threads + n for n in range(threads)]
        done = list(pool.map(lambda number: everything(store, number, operations), numbers))
    return {name: [one for each in done for one in each[name]] for name in done[0]}


_FORKER = """
import os, sys
from kolba.stores import Changes, Record, open_store
store = open_store(sys.argv[1])
store.create("k", Record({}, 1.0, 1.0, 1e12))
for lease in ("first", "second"):
    store.confirm_soon(lease)  # whose answer is the parent's
children = []
for n in range(4):
    if not (child := os.fork()):
        for i in range(100):
            store.confirm_soon(f"{n} {i}")
            store.save("k", Changes(add={"sum": 1, f"c{n}": 1}), now=2.0)
            assert store.load("k", now=2.0).fields[f"c{n}"] == b"%d" % (i + 1)
        sys.exit(0)
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
assert store.load("k", now=2.0).fields["sum"] == b"400"
store.close()
print("all there")
"""


def forked(url: str) -> subprocess.CompletedProcess[str]:
    """A process that opens a store, then forks, all at it; it says at the end that all is there."""
    command = [sys.executable, "-c", _FORKER, url]
    return subprocess.run(command, capture_output=True, text=True)
