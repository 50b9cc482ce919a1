"""What befalls a Redis: stopped, paused, full, emptied, demoted, cut off; and which is unfit."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kolba.errors import ConfigError
from kolba.stores import Changes, State, StoreDown, open_store
from kolba.stores.redis.connections import FRESH
from tests.stores import crowd
from tests.stores.away import all_down, answering, every_verb, opened_without, recovered
from tests.stores.servers import RedisServer, running
from tests.stores.shelf import NOW, message, record


@pytest.fixture(params=["redis-server", "valkey-server"])
def start(
    request: pytest.FixtureRequest, require: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[..., RedisServer]]:
    """Start a server of this test's own, with options."""
    program = require(request.param)
    servers: list[RedisServer] = []

    def started(*options: str, **how: Any) -> RedisServer:
        folder = tmp_path / f"redis{len(servers)}"
        folder.mkdir()
        manager = running(program, folder, *options)
        managers.append(manager)
        servers.append(manager.__enter__())
        return servers[-1]

    managers: list[Any] = []
    yield started
    for manager in managers:
        manager.__exit__(None, None, None)


def test_stopped(start: Callable[..., RedisServer]) -> None:
    """A server that is gone is StoreDown; one that comes back is used again, with no restart."""
    server = start()
    store = open_store(server.url)
    store.create("k", record(a=b"1"))
    server.kill()
    all_down(store)
    server.start()
    assert recovered(lambda: store.load("k", now=NOW)) is None, "it came back empty"
    assert store.create("k", record(a=b"2"))
    assert store.save("k", Changes(add={"n": 1}), now=NOW).state is State.LIVE
    store.close()


def test_any_verb_finds_a_restarted_server(start: Callable[..., RedisServer]) -> None:
    """A verb that is a script, which a restarted server has forgotten, closes the breaker, too."""
    server = start()
    store = open_store(server.url)
    assert store.count("n", now=NOW, expires=NOW + 9) == 1
    server.kill()
    all_down(store)
    server.start()
    assert recovered(lambda: store.count("n", now=NOW, expires=NOW + 9)) == 1
    store.close()


def test_never_there() -> None:
    """A server that was never there is StoreDown at the first verb, not at opening."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        store = open_store(f"redis://user:hunter2@127.0.0.1:{nobody.getsockname()[1]}/0")
        all_down(store)
        with pytest.raises(StoreDown) as caught:
            store.load("k", now=NOW)
        assert "hunter2" not in str(caught.value)


def test_paused(start: Callable[..., RedisServer]) -> None:
    """A server that hangs is StoreDown, and used again when it goes on; nothing happened twice."""
    server = start()
    assert server.process is not None
    store = open_store(server.url)
    store.create("k", record())
    store.save("k", Changes(add={"n": 1}), now=NOW)
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StoreDown):
            store.save("k", Changes(add={"n": 1}), now=NOW)
        all_down(store)
    finally:
        server.process.send_signal(signal.SIGCONT)
    outcome = recovered(lambda: store.save("k", Changes(add={"n": 1}), now=NOW))
    assert outcome.sums["n"] in (2, 3), "the one whose answer was lost happened once or not at all"
    store.close()


def test_nobody_waits_for_a_server_that_is_away(start: Callable[..., RedisServer]) -> None:
    """While a server hangs most verbs fail at once: only one at a time tries it."""
    server = start()
    assert server.process is not None
    store = open_store(server.url)
    store.load("k", now=NOW)
    server.process.send_signal(signal.SIGSTOP)
    try:
        began = time.process_time(), time.monotonic()
        for _ in range(1_000):
            with pytest.raises(StoreDown):
                store.load("k", now=NOW)
        assert time.monotonic() - began[1] < 60, "each alone would have waited a quarter second"
    finally:
        server.process.send_signal(signal.SIGCONT)
    recovered(lambda: store.load("k", now=NOW))
    store.close()


def test_full(start: Callable[..., RedisServer]) -> None:
    """A full server is StoreDown for what needs room; reading, ending and then all else works."""
    server = start("--maxmemory", "4mb", "--maxmemory-policy", "noeviction")
    store = open_store(server.url)
    acknowledged = []
    with pytest.raises(StoreDown, match="maxmemory"):
        for n in range(10_000):
            store.create(f"k{n}", record(a=b"x" * 8000, owner="ann"))
            acknowledged.append(f"k{n}")
    assert len(acknowledged) > 10
    for key in acknowledged:
        assert store.load(key, now=NOW) == record(a=b"x" * 8000, owner="ann")
    held = {"a": b"x" * 8000}
    with pytest.raises(StoreDown, match="maxmemory"):
        for n in range(1, 1_000):  # the first may fit: a server's own buffers come and go
            grown = {"b": b"x" * 8000 * n}
            store.save(acknowledged[0], Changes(set=grown, delete=frozenset("a")), now=NOW)
            held = grown
    assert store.load(acknowledged[0], now=NOW) == record(owner="ann")._replace(fields=held)
    assert store.claim("q", "c", now=NOW, until=NOW + 1) == []
    assert store.delete(acknowledged[0])
    assert store.load(acknowledged[0], now=NOW) is None
    store.delete_owned("ann", keep=acknowledged[1])
    assert store.create("new", record())
    assert store.save(acknowledged[1], Changes(set={"b": b"1"}), now=NOW).state is State.LIVE
    store.close()


def test_emptied(start: Callable[..., RedisServer]) -> None:
    """A server that was flushed, scripts too, is an empty store."""
    server = start()
    store = open_store(server.url)
    store.create("k", record(owner="ann"))
    tell(server, "FLUSHALL")
    tell(server, "SCRIPT FLUSH")
    assert store.load("k", now=NOW) is None
    assert store.owned("ann", now=NOW) == {}
    assert store.save("k", Changes(), now=NOW).state is State.GONE
    assert store.create("k", record())
    store.close()


def tell(server: RedisServer, command: str) -> bytes:
    """Say something to a server by hand."""
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.sendall(command.encode() + b"\r\n")
        return s.recv(1000)


def test_closed_idle_connections(start: Callable[..., RedisServer]) -> None:
    """Connections that the server has closed are opened anew, unnoticed; nothing counts twice."""
    server = start()
    store = open_store(server.url)
    store.create("k", record())
    for n in range(1, 20):
        assert tell(server, "CLIENT KILL TYPE normal").startswith(b":")
        time.sleep(2 * FRESH)  # else it is as if the server had been lost while it was asked
        assert store.save("k", Changes(add={"n": 1}), now=NOW).sums["n"] == n
    store.close()


def delivered(store: Any, lease: str) -> None:
    """Put a message into the queue of a lease's name, take it, and say that it was shown."""
    store.put(lease, [message(b"1")], now=NOW)
    assert store.claim(lease, lease, now=NOW, until=NOW + 9)
    store.confirm_soon(lease)


def left(store: Any, *queues: str) -> list[str]:
    """Which queues still have a message when their lease has run out."""
    return [queue for queue in queues if store.claim(queue, "later", now=NOW + 9, until=NOW + 10)]


def test_soon_on_a_server_that_forgot_its_scripts(start: Callable[..., RedisServer]) -> None:
    """What it is told it need not know: it is told in full, and does it though nobody listens."""
    server = start()
    store, other = open_store(server.url), open_store(server.url)
    delivered(store, "first")
    tell(server, "SCRIPT FLUSH")
    store.put("second", [message(b"1")], now=NOW)
    assert store.claim("second", "second", now=NOW, until=NOW + 9)
    tell(server, "SCRIPT FLUSH")
    store.confirm_soon("second")  # type: ignore[attr-defined]
    assert not left(other, "first", "second")
    store.close()
    other.close()


def test_soon_when_a_server_is_back(start: Callable[..., RedisServer]) -> None:
    """Who tells it something finds that out for all others."""
    server = start()
    assert server.process is not None
    store: Any = open_store(server.url)
    delivered(store, "first")
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StoreDown):
            store.load("k", now=NOW)
    finally:
        server.process.send_signal(signal.SIGCONT)
    recovered(lambda: store.confirm_soon("first"))
    assert store.load("k", now=NOW) is None
    store.close()


def test_soon_before_a_pause(
    start: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """Who tells a server that hangs does not wait; that its answer never came is logged."""
    server = start()
    assert server.process is not None
    store: Any = open_store(server.url)
    delivered(store, "first")
    store.put("q", [message(b"1")], now=NOW)
    store.claim("q", "c", now=NOW, until=NOW + 9)
    server.process.send_signal(signal.SIGSTOP)
    try:
        store.confirm_soon("c")
        with pytest.raises(StoreDown):
            store.load("k", now=NOW)
        assert "before the state server had answered what it was told" in caplog.text
        with pytest.raises(StoreDown):
            store.confirm_soon("c")
    finally:
        server.process.send_signal(signal.SIGCONT)
    recovered(lambda: store.load("k", now=NOW))
    assert not left(store, "first", "q"), "it was sent, and the server went on"
    store.close()


def test_soon_is_refused(
    start: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """What a server refuses after it was told is logged; what is asked next has its own answer."""
    first, second = start(), start()
    store: Any = open_store(first.url)
    delivered(store, "first")
    store.put("q", [message(b"1")], now=NOW)
    store.claim("q", "c", now=NOW, until=NOW + 9)
    tell(first, f"REPLICAOF 127.0.0.1 {second.port}")
    store.confirm_soon("c")
    assert store.load("k", now=NOW) is None
    assert "what the state server was told has not been done" in caplog.text
    store.close()


def test_soon_over_a_connection_that_broke(
    start: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that broke before its answer was read is opened anew; nothing is told twice."""
    server = start()
    store = open_store(server.url)
    for n in range(5):
        delivered(store, f"q{n}")
        tell(server, "CLIENT KILL TYPE normal")
        time.sleep(2 * FRESH)
        assert store.load("k", now=NOW) is None
    assert not left(store, *(f"q{n}" for n in range(5)))
    store.close()


TELLER = """
import os, signal, sys
from kolba.stores import Message, open_store
store = open_store(sys.argv[1])
for queue in ("first", "second"):
    store.put(queue, [Message(b"1")], now=1.0)
    assert store.claim(queue, queue, now=1.0, until=9.0)
    store.confirm_soon(queue)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_told_outlives_its_process(start: Callable[..., RedisServer]) -> None:
    """What a process has told is done, though it was killed at once."""
    server = start()
    for _ in range(5):
        run = subprocess.run([sys.executable, "-c", TELLER, server.url])
        assert run.returncode == -signal.SIGKILL
        store = open_store(server.url)
        deadline = time.monotonic() + 60
        while store.stats(now=2.0)["messages"]:  # type: ignore[attr-defined]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        store.close()


def test_demoted(start: Callable[..., RedisServer]) -> None:
    """A server that became a replica (fail-over) is StoreDown until it is promoted again."""
    first, second = start(), start()
    store = open_store(first.url)
    store.create("k", record())
    tell(first, f"REPLICAOF 127.0.0.1 {second.port}")
    with pytest.raises(StoreDown):
        store.save("k", Changes(set={"a": b"1"}), now=NOW)
    recovered(lambda: tell(first, "REPLICAOF NO ONE"))
    recovered(lambda: store.create("new", record()))
    store.close()


def test_a_replica_from_the_start(start: Callable[..., RedisServer]) -> None:
    """A replica is StoreDown, with the reason."""
    first, second = start(), start()
    tell(second, f"REPLICAOF 127.0.0.1 {first.port}")
    with pytest.raises(StoreDown, match="is a replica"):
        open_store(second.url).load("k", now=NOW)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="reset"),
        pytest.param(b"$100\r\nhalf", id="half an answer"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="no Redis"),
        pytest.param(b"*1000000000\r\n", id="an endless array"),
        pytest.param(b"-LOADING Redis is loading the dataset in memory\r\n", id="loading"),
        pytest.param(b"-BUSY Redis is busy running a script\r\n", id="busy"),
        pytest.param(b"-ERR max number of clients reached\r\n", id="too many clients"),
        pytest.param(b"-MISCONF Errors writing to the AOF file: No space left\r\n", id="its disk"),
        pytest.param(None, id="silence"),
    ],
)
def test_strange_answers(answer: bytes | None) -> None:
    """Whatever answers, it is StoreDown, and soon."""
    with answering(answer) as port:
        store = open_store(f"redis://127.0.0.1:{port}/0")
        for _ in range(3):
            with pytest.raises(StoreDown):
                store.load("k", now=NOW)
        store.close()


def test_the_time_limit_may_be_set(start: Callable[..., RedisServer]) -> None:
    """A server that is slower than a quarter of a second answers in time if the URL says so."""
    server = start()
    hurried, patient = open_store(server.url), open_store(f"{server.url}?timeout=60")
    assert patient.create("k", record())
    assert hurried.load("k", now=NOW)
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(StoreDown):
        hurried.load("k", now=NOW)
    threading.Timer(0.5, server.process.send_signal, [signal.SIGCONT]).start()
    assert patient.load("k", now=NOW)


# Fitness


def test_a_server_that_drops_sessions(start: Callable[..., RedisServer]) -> None:
    """A limit with an allkeys policy is refused, with the lines that mend it; a flag accepts it."""
    server = start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with pytest.raises(ConfigError, match="maxmemory-policy noeviction") as caught:
        open_store(server.url).load("k", now=NOW)
    assert "insecure_eviction=accept" in str(caught.value)
    assert open_store(f"{server.url}?insecure_eviction=accept").create("k", record())


@pytest.mark.parametrize(
    "options",
    [
        ("--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"),
        ("--maxmemory", "0", "--maxmemory-policy", "allkeys-lru"),
    ],
)
def test_servers_that_keep_sessions(
    start: Callable[..., RedisServer], options: tuple[str, ...]
) -> None:
    """volatile policies find no key of Kolba's to drop, and without a limit none is dropped."""
    store = open_store(start(*options).url)
    assert store.create("k", record())
    store.close()


def test_no_key_has_a_time_to_live(start: Callable[..., RedisServer]) -> None:
    """After every verb no key can be evicted by a volatile policy."""
    server = start()
    store = open_store(server.url)
    for verb in every_verb(store):
        verb()
    keyspace = tell(server, "INFO keyspace")
    assert b"keys=" in keyspace
    assert b"expires=0" in keyspace
    store.close()


def test_a_cluster(start: Callable[..., RedisServer]) -> None:
    """A cluster is refused, with the reason."""
    with pytest.raises(ConfigError, match="is a cluster"):
        open_store(start("--cluster-enabled", "yes").url).load("k", now=NOW)


def test_passwords(start: Callable[..., RedisServer]) -> None:
    """The password of the URL is used; a wrong or missing one is a ConfigError that tells none."""
    server = start("--requirepass", "hunter2")
    right = f"redis://:hunter2@127.0.0.1:{server.port}/0"
    assert open_store(right).create("k", record())
    for wrong in (server.url, right.replace("hunter2", "swordfish")):
        with pytest.raises(ConfigError, match="refuses this user") as caught:
            open_store(wrong).load("k", now=NOW)
        assert "swordfish" not in str(caught.value)


def test_a_crash_is_announced(
    start: Callable[..., RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """A server without an append-only file is used, and the log says what a crash of it costs."""
    with caplog.at_level(logging.INFO, "kolba.stores"):
        open_store(start().url).load("k", now=NOW)
    assert "keeps no append-only file" in caplog.text


# Addresses


def test_a_unix_socket(start: Callable[..., RedisServer]) -> None:
    """redis+unix:// reaches a server by its socket."""
    server = start()
    store = open_store(f"redis+unix://{server.socket_path}?db=1")
    assert store.create("k", record())
    assert tell(server, "INFO keyspace").find(b"db1:") > 0
    store.close()


def test_valkey_urls_and_prefixes(start: Callable[..., RedisServer]) -> None:
    """valkey:// is the same protocol; apps with two prefixes share a database and no name."""
    server = start()
    one = open_store(server.url.replace("redis", "valkey"))
    two = open_store(f"{server.url}?prefix=shop")
    assert one.create("k", record(a=b"1"))
    assert two.create("k", record(a=b"2"))
    assert one.load("k", now=NOW) == record(a=b"1")
    assert two.load("k", now=NOW) == record(a=b"2")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis:", "it names no host"),
        ("redis://", "it names no host"),
        ("redis:///0", "it names no host"),
        ("redis://host:port/0", "its port is no number"),
        ("redis://host:99999/0", "its port is no number"),
        ("redis://host/shop", "its database is no number"),
        ("redis+unix://", "it names no socket"),
        ("redis+unix:///", "it names no socket"),
        ("redis://host/0?ssl=true", "'ssl' after its question mark"),
        ("rediss://user:hunter2@host/0?patience=5", "'patience' after its question mark"),
        ("redis://host/0?timeout=soon", "timeout='soon': write seconds, above 0"),
        ("redis://host/0?timeout=0", "timeout='0'"),
        ("redis://host/0?timeout=61", "up to 60"),
        ("redis://host/0?timeout=nan", "timeout='nan'"),
        ("redis://user:hunter2@[::1/0", "its host is malformed"),
        ("redis://host?db=shop", "its database is no number"),
        ("redis+unix:///run/x.sock?db=-1", "its database is no number"),
        ("redis://host/0?ssl_ca_certs=/ca.pem", "ssl_ca_certs needs TLS"),
        ("redis://host/0?insecure_eviction=yes", "insecure_eviction takes only accept"),
    ],
)
def test_wrong_urls(url: str, says: str) -> None:
    """A URL that cannot be used says what is wrong and what to write, and tells no password."""
    with pytest.raises(ConfigError, match=says) as caught:
        open_store(url)
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver() -> None:
    """Without the driver the error is the command that installs it."""
    said = opened_without("redis", "redis://localhost/0")
    assert said.startswith("ConfigError")
    assert "pip install 'kolba[redis]'" in said


WITHOUT_PARSER = """
import sys
sys.modules["hiredis"] = None
from kolba.stores import Changes, Record, open_store
store = open_store(sys.argv[1])
made = Record({"~f": b"q", "a": b"1"}, 1.0, 1.0, 1e12, owner="\u0430\u043d\u043d\u0430")
assert store.create("k", made)
for _ in range(2):
    assert store.load_with("k", "~f", "flash:", now=2.0) == (made, True)
assert store.save("k", Changes(add={"n": 1}), now=2.0).sums == {"n": 1}
print("works")
"""


def test_the_driver_without_its_parser_in_c(start: Callable[..., RedisServer]) -> None:
    """Where hiredis is not installed, the driver's own parser does the same."""
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_PARSER, start().url], capture_output=True, text=True
    )
    assert run.stdout == "works\n", run.stderr


# Forked


def test_forked(start: Callable[..., RedisServer]) -> None:
    """A store that was opened before the fork mixes no answers of two processes."""
    run = crowd.forked(start().url)
    assert run.stdout == "all there\n", run.stderr
