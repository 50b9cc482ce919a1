"""How a Redis is spoken with: replies in pieces, late, or too many; and on which sockets."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from kolba.stores import Changes, Message, StoreDown, open_store
from kolba.stores.redis.wire import has_limits
from tests.stores.servers import RedisServer, running
from tests.stores.shelf import NOW, message, record


@pytest.fixture
def server(require: Callable[[str], str], tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis."""
    with running(require("redis-server"), tmp_path) as started:
        yield started


Passing = Callable[[bytes, socket.socket], None]
"""Hands on what came from the server."""


@contextmanager
def before(server: RedisServer, hand_on: Passing) -> Iterator[str]:
    """The URL of somebody who stands before a server, and hands on its replies in his own way."""
    sockets: list[socket.socket] = []

    def pump(source: socket.socket, target: socket.socket, how: Passing) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                how(data, target)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", server.port))
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sockets.extend((near, far))
                ways = (near, far, lambda data, to: to.sendall(data)), (far, near, hand_on)
                threads.extend(threading.Thread(target=pump, args=way) for way in ways)
                threads[-2].start()
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=serve)]
        threads[0].start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        for one in (listener, *sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(60)
    for one in sockets:
        one.close()


def by_bytes(data: bytes, to: socket.socket) -> None:
    """One by one, each in a packet of its own."""
    for n in range(len(data)):
        to.sendall(data[n : n + 1])


def test_replies_in_pieces(server: RedisServer) -> None:
    """A reply that comes byte by byte is the reply, be it to one command or to two."""
    made = record(a="а".encode() * 50, **{"~f": b"q"})
    with before(server, by_bytes) as url, closing(open_store(f"{url}?timeout=60")) as store:
        assert store.create("k", made)
        for _ in range(2):
            assert store.load("k", now=NOW) == made
            assert store.load_with("k", "~f", "flash:", now=NOW) == (made, True)
        store.put("flash:q", [message(b"1")], now=NOW)
        assert store.load_with("k", "~f", "flash:", now=NOW) == (made, False)
        assert store.save("k", Changes(add={"n": 3}), now=NOW).sums == {"n": 3}


def test_large_commands_and_replies(server: RedisServer) -> None:
    """What fills the system's buffers many times over is sent whole, and comes back whole."""
    values = [bytes([n]) * 3_000_000 for n in range(4)]
    with closing(open_store(f"{server.url}?timeout=60")) as store:
        store.put("q", [Message(value) for value in values], now=NOW)
        claimed = store.claim("q", "c", now=NOW, until=NOW + 9)
        assert [one.value for one in claimed] == values


def test_a_late_reply_answers_nobody_else(server: RedisServer) -> None:
    """A reply that came after its time is nobody's: what is asked next has its own, or none."""
    held = threading.Event()

    def late(data: bytes, to: socket.socket) -> None:
        held.wait(60)
        to.sendall(data)

    held.set()
    with before(server, late) as url, closing(open_store(url)) as store:
        for name in ("mine", "yours"):
            store.create(name, record(whose=name.encode()))
        for _ in range(3):
            held.clear()
            with pytest.raises(StoreDown, match="did not answer in time"):
                store.load("mine", now=NOW)
            held.set()
            deadline = time.monotonic() + 60
            while True:
                try:
                    assert store.load("yours", now=NOW) == record(whose=b"yours")
                    break
                except StoreDown:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)


def test_more_than_was_asked(server: RedisServer) -> None:
    """A reply with another behind it may be that to somebody else's command: it is StoreDown."""
    twice = threading.Event()

    def hand_on(data: bytes, to: socket.socket) -> None:
        to.sendall(data * 2 if twice.is_set() else data)

    with before(server, hand_on) as url, closing(open_store(url)) as store:
        store.create("k", record())
        twice.set()
        with pytest.raises(StoreDown, match="more than it was asked"):
            store.load("k", now=NOW)


def test_any_number_of_connections(server: RedisServer) -> None:
    """A process that has opened hundreds of connections, one after the other, opens the next."""
    with closing(open_store(server.url)) as store:
        for _ in range(250):
            assert store.load("k", now=NOW) is None
            store.close()


def test_a_slow_server_is_given_its_time(server: RedisServer) -> None:
    """What the URL allows is waited for, though each call on the socket waits by itself."""
    pause = b"CLIENT PAUSE 600 ALL\r\n"
    with closing(open_store(f"{server.url}?timeout=60")) as store:
        store.create("k", record())
        with socket.create_connection(("127.0.0.1", server.port), 60) as told:
            told.sendall(pause)
            assert told.recv(100) == b"+OK\r\n"
        assert store.load("k", now=NOW) == record()


class Cooperative(socket.socket):
    """A socket that waits in its own way, as gevent's do."""

    def recv(self, *args: int) -> bytes:
        return super().recv(*args)


def test_sockets_that_the_system_can_limit() -> None:
    """The system limits its own sockets; those that wait in another way keep their own limits."""
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as unix, Cooperative() as own:
        assert has_limits(tcp, 0.25)
        assert has_limits(unix, 60)
        assert tcp.gettimeout() is unix.gettimeout() is None
        own.settimeout(0.5)
        assert not has_limits(own, 0.25)
        assert own.gettimeout() == 0.5
    context = ssl.create_default_context()
    with context.wrap_socket(socket.socket(), server_hostname="localhost") as encrypted:
        assert not has_limits(encrypted, 0.25)
    assert not has_limits(None, 0.25)


def test_the_shortest_limit_is_one() -> None:
    """A limit below what the system can count is not none: nothing is waited for, not for ever."""
    near, far = socket.socketpair()
    with near, far:
        assert has_limits(near, 1e-9)
        with pytest.raises(BlockingIOError):
            near.recv(1)
