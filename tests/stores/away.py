"""What is asked of a store whose server or driver is away or strange, and when it is back."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kolba.stores import Changes, Store, StoreDown
from tests.stores.shelf import NOW, message, record

SAID = r"the state server (redis|postgresql)://127\.0\.0\.1:\d+/(0|postgres) cannot"


def recovered(verb: Callable[[], Any]) -> Any:
    """What a verb answers once the store is up again; the breaker tries twice a second."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return verb()
        except StoreDown:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def every_verb(store: Any) -> list[Callable[[], Any]]:
    """Each verb of the contract."""
    return [
        lambda: store.load("k", now=NOW),
        lambda: store.create("k", record()),
        lambda: store.save("k", Changes(), now=NOW),
        lambda: store.rotate("k", "n", Changes(), now=NOW, grace=1),
        lambda: store.delete("k"),
        lambda: store.put("q", [message(b"1")], now=NOW),
        lambda: store.claim("q", "c", now=NOW, until=NOW + 1),
        lambda: store.confirm("c"),
        lambda: store.confirm_soon("c"),
        lambda: store.release("c"),
        lambda: store.count("n", now=NOW, expires=NOW + 1),
        lambda: store.once("n", b"", now=NOW, expires=NOW + 1),
        lambda: store.replace("n", b"", now=NOW, expires=NOW + 1),
        lambda: store.tally("g", "n", b"", now=NOW),
        lambda: store.tallies("g"),
        lambda: store.owned("ann", now=NOW),
        lambda: store.delete_owned("ann"),
        lambda: store.purge(now=NOW),
        lambda: store.stats(now=NOW),
        lambda: store.check(),
    ]


def all_down(store: Store) -> None:
    """Every verb raises StoreDown, and names the server without its password."""
    for verb in every_verb(store):
        with pytest.raises(StoreDown, match=SAID):
            verb()


@contextmanager
def answering(answer: bytes | None) -> Iterator[int]:
    """The port of what answers so, whatever it is asked, and closes; None is silence."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                connection.recv(10_000)
                if answer is not None:
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(60)
    for connection in connections:
        connection.close()


_WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
from kolba.stores import open_store
try:
    open_store(sys.argv[2])
except Exception as error:
    print(type(error).__name__, error)
"""


def opened_without(driver: str, url: str) -> str:
    """What opening a store says, class and text, in a process that has no such driver."""
    command = [sys.executable, "-c", _WITHOUT, driver, url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
