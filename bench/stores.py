"""`python -m bench.stores`: what state costs, and whether it grows with what is stored.

In microseconds: the codec; each verb on SQLite, and on Redis and PostgreSQL where there is one.
Then a file of many records, half of them long ended: reading and saving before, during and
after the purge of that half, which another process does in batches, beside a file of a thousand.
The large file and the small one take turns, so that a noisy machine slows both; p50 and p99
are of single calls.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from kolba.stores import (
    PURGE_GRACE,
    Attended,
    Changes,
    Message,
    Record,
    Store,
    Together,
    decode,
    encode,
    open_store,
)
from kolba.stores.moments import moment
from kolba.stores.sqlite import SQLiteStore
from kolba.stores.sqlite.records import _load, _put

NOW = 1_800_000_000.0
LATER = NOW + 2 * PURGE_GRACE
SMALL = 1_000
BATCH = 20_000
VALUES = {
    "a text": "dark",
    "an int": 42,
    "a list of ids": list(range(20)),
    "a cart": [{"id": n, "name": f"article {n}", "count": 2} for n in range(5)],
    "a cart with tuples": [(n, f"article {n}", 2) for n in range(5)],
}
FIELDS = {"_user_id": b'"1234"', "_fresh": b"true", "cart": encode(VALUES["a cart"])}


def key_of(number: int) -> str:
    """A key as sessions have them: when it was made (a hundred in a second), and a digest."""
    return f"{moment(NOW + number / 100)}-{sha256(b'%d' % number).hexdigest()}"


def best(call: Callable[[], object], calls: int = 50, rounds: int = 200) -> float:
    """Microseconds of a call, in the quietest of many rounds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(calls):
            call()
        times.append(perf_counter() - start)
    return min(times) / calls * 1e6


def codec() -> None:
    """Print what encoding and decoding cost."""
    print(f"{'codec, µs':32}{'encode':>10}{'decode':>10}")
    for name, value in VALUES.items():
        data = encode(value)
        print(f"{name:32}{best(lambda: encode(value)):10.1f}{best(lambda: decode(data)):10.1f}")  # noqa: B023


def verbs(name: str, store: Store) -> None:
    """Print what each verb costs on a store."""
    store.create("k", Record(FIELDS, NOW, NOW, NOW + 1e6))
    changes, counter = Changes(set={"theme": b'"dark"'}), iter(range(10**9))

    def flash() -> None:
        store.put("q", [Message(b'"saved"')], now=NOW)
        store.claim("q", "c", now=NOW, until=NOW + 9)
        store.confirm("c")

    measured: dict[str, Callable[[], object]] = {
        "load": lambda: store.load("k", now=NOW),
        "save": lambda: store.save("k", changes, now=NOW),
        "create": lambda: store.create(str(next(counter)), Record(FIELDS, NOW, NOW, NOW + 1e6)),
        "claim from an empty queue": lambda: store.claim("empty", "c", now=NOW, until=NOW + 9),
        "put, claim, confirm": flash,
        "count": lambda: store.count("n", now=NOW, expires=NOW + 60),
    }
    if isinstance(store, Attended):
        store.create("page", Record({**FIELDS, "~f": b"page"}, NOW, NOW, NOW + 1e6))
        measured["load, and is its queue empty"] = partial(
            store.load_with, "page", "~f", "flash:", now=NOW
        )
    if isinstance(store, Together):
        made = Record(FIELDS, NOW, NOW, NOW + 1e6, owner="ann")
        measured["create, with a message"] = lambda: store.create_with(
            str(next(counter)), made, f"q{next(counter)}", [Message(b'"saved"')], 20
        )
    if isinstance(store, SQLiteStore):
        measured["load, from the file"] = partial(look_up, store, "k", NOW)
    print(f"\n{name}, µs")
    for verb, call in measured.items():
        print(f"{verb:32}{best(call, 20):10.1f}")


def look_up(store: SQLiteStore, key: str, now: float) -> Record | None:
    """A read of a record that this process does not know: from the file, always."""
    return store._database.read(_load, key, now)


def fill(store: SQLiteStore, count: int) -> None:
    """Put records into a file: every other one ended long before `LATER`."""

    def batch(execute: Callable[..., object], first: int) -> None:
        for number in range(first, min(first + BATCH, count)):
            end = NOW + (1 if number % 2 else 1e6)
            record = Record(FIELDS, NOW, NOW, end, f"user{number // 3}")
            _put(execute, key_of(number), record)  # type: ignore[arg-type]

    for first in range(0, count, BATCH):
        store._database.write(batch, first)


def row(name: str, small: SQLiteStore, large: SQLiteStore, count: int, calls: int) -> float:
    """Print one row of times; the ratio of the medians of reading."""
    chance = random.Random(count)
    times: dict[str, list[float]] = {"read small": [], "read": [], "save": []}

    def timed(kind: str, call: Callable[[], object]) -> None:
        start = perf_counter()
        call()
        times[kind].append((perf_counter() - start) * 1e6)

    changes = Changes(set={"theme": b'"dark"'})
    for _ in range(calls):
        few = key_of(2 * chance.randrange(SMALL // 2))
        many = key_of(2 * chance.randrange(count // 2))
        timed("read small", lambda: look_up(small, few, LATER))  # noqa: B023
        timed("read", lambda: look_up(large, many, LATER))  # noqa: B023
        timed("save", lambda: large.save(many, changes, now=LATER))  # noqa: B023
    marks = {kind: quantiles(found, n=100) for kind, found in times.items()}
    ratio = marks["read"][49] / marks["read small"][49]
    print(
        f"{name:20}"
        + "".join(f"{marks[kind][49]:12.1f}{marks[kind][98]:10.1f}" for kind in times)
        + f"{ratio:10.2f}",
        flush=True,
    )
    return ratio


def growth(count: int, calls: int, folder: Path) -> None:
    """Print reading and saving before, during and after the purge of half of a file."""
    small, large = SQLiteStore(folder / "small.sqlite3"), SQLiteStore(folder / "large.sqlite3")
    start = perf_counter()
    fill(small, SMALL)
    fill(large, count)
    megabytes = large.stats(now=NOW)["bytes"] / 1e6
    print(f"\n{count} records, {megabytes:.0f} MB, written in {perf_counter() - start:.0f} s")
    heads = (f"read of {SMALL}", f"read of {count}", f"save of {count}")
    print(f"{'µs, p50 and p99':20}" + "".join(f"{head:>22}" for head in heads) + f"{'ratio':>10}")
    row("before the purge", small, large, count, calls)
    command = [sys.executable, "-m", "bench.stores", "--purge", os.fspath(large.path)]
    purger = subprocess.Popen(command)
    while purger.poll() is None:
        row("while it purges", small, large, count, calls)
    row("after the purge", small, large, count, calls)
    figures = large.stats(now=LATER)
    print(f"left: {figures['records']} live, {figures['expired']} ended")
    assert figures["expired"] == 0
    assert figures["records"] == (count + 1) // 2
    small.close()
    large.close()


def purge(path: Path) -> None:
    """Purge a file, in batches, as `kolba sessions purge` does."""
    store, start, dropped, slowest = SQLiteStore(path), perf_counter(), 0, 0.0
    while True:
        began = perf_counter()
        some = store.purge(now=LATER)
        slowest = max(slowest, perf_counter() - began)
        if not some:
            break
        dropped += some
    took = perf_counter() - start
    print(f"purged {dropped} in {took:.1f} s; the slowest batch took {slowest * 1e3:.1f} ms")
    store.close()


def main(argv: list[str] | None = None) -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.stores", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000, help="of the large file")
    parser.add_argument("--calls", type=int, default=10_000, help="in each row")
    parser.add_argument("--only", choices=["verbs", "growth"])
    parser.add_argument("--redis", help="a URL to measure too")
    parser.add_argument("--postgres", help="a URL to measure too")
    parser.add_argument("--folder", type=Path, help="where the files go (default: temporary)")
    parser.add_argument("--purge", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.purge:
        purge(given.purge)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        if given.only != "growth":
            codec()
            verbs("SQLite", open_store(f"sqlite:///{folder}/verbs.sqlite3"))
            if given.redis:
                verbs("Redis", open_store(given.redis))
            if given.postgres:
                verbs("PostgreSQL", open_store(given.postgres))
        if given.only != "verbs":
            growth(given.records, given.calls, Path(folder))


if __name__ == "__main__":
    main()
