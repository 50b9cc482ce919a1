"""What the soak excuses, and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kolba.stores import Message, encode
from kolba.stores.sqlite import SQLiteStore
from tests.soak import journal
from tests.soak.journal import Lease
from tests.soak.ledger import Ledger

REPORTED = Lease(1, 10.0, 9.0, "confirm")
GIVEN_BACK = Lease(1, 10.0, 9.0, "release")
LATE = Lease(1, 10.0, 11.0, "confirm")
SILENT = Lease(1, 10.0)


@pytest.mark.parametrize(
    ("killed", "leases", "times", "faults"),
    [
        ({1}, [SILENT, REPORTED], 1, 0),
        ({1}, [SILENT, REPORTED], 2, 1),
        ({2}, [SILENT, REPORTED], 1, 1),
        ({1}, [REPORTED, REPORTED], 1, 1),
        ({1}, [GIVEN_BACK, REPORTED], 1, 1),
        (set(), [LATE, REPORTED], 1, 0),
        ({1}, [], 1, 1),
    ],
)
def test_doubles_are_excused_by_the_lease_rule_alone(
    killed: set[int], leases: list[Lease], times: int, faults: int
) -> None:
    """Once more for each lease whose worker was killed before it reported, or that had run out."""
    ledger = Ledger(killed=killed)
    for _ in range(times):
        ledger.shown_again("m")
    ledger.audit({"m": leases})
    assert len(ledger.faults) == faults


def test_what_never_came_must_have_been_sent() -> None:
    """A message that was cut off is lost, unless a worker reported that its page had left."""
    for leases, faults in (([SILENT, REPORTED], 0), ([SILENT], 1), ([], 1)):
        ledger = Ledger(cut_off={"m"})
        ledger.audit({"m": leases})
        assert len(ledger.faults) == faults


def test_the_journal_tells_what_the_store_did(tmp_path: Path) -> None:
    """Leases with their messages, and their ends once the store has carried them out."""

    class Store(SQLiteStore):
        pass

    journal.keep(tmp_path / "leases", Store)
    store: Any = Store(tmp_path / "s.sqlite3")
    store.put("q", [Message(encode(["message", "one"]))], now=1.0)
    for lease, end in (("a", store.release), ("b", store.confirm), ("c", store.confirm)):
        store.claim("q", lease, now=1.0, until=9.0)
        end(lease)
    store.close()
    found = journal.read(tmp_path / "leases")
    assert [(lease.end, lease.until) for lease in found["one"]] == [
        ("release", 9.0),
        ("confirm", 9.0),
    ]
