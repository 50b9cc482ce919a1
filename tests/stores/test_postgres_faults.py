"""What befalls a PostgreSQL: stopped, paused, full, demoted, cut off, dropped, restarted."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kolba.stores import Changes, State, StoreDown, open_store
from tests.ports import free_port
from tests.stores import crowd
from tests.stores.away import all_down, answering, every_verb, recovered
from tests.stores.conftest import prefix
from tests.stores.disks import mounted, remount
from tests.stores.postgres import PostgresServer, running
from tests.stores.shelf import NOW, message, record


@pytest.fixture(scope="module")
def breakable(require: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A server for tests that break it, one after the other."""
    # Nobody but who commits writes to the log, or has it brought to the disk.
    quiet = ("wal_writer_delay=10s", "autovacuum=off")
    with running(require("postgres"), "max_connections=20", *quiet) as server:
        yield server


@pytest.fixture
def server(breakable: PostgresServer) -> PostgresServer:
    """That server, whole."""
    if breakable.process is None:
        breakable.start()
    return breakable


@pytest.fixture
def url(server: PostgresServer) -> str:
    """An empty place on it."""
    return f"{server.url}?schema={prefix()}"


@pytest.fixture
def store(url: str) -> Iterator[Any]:
    """An empty store on it."""
    opened = open_store(url)
    recovered(opened.check)  # type: ignore[attr-defined]
    yield opened
    opened.close()


def test_stopped(server: PostgresServer, store: Any) -> None:
    """A server that is gone is StoreDown; one that comes back is used again, and has all."""
    store.create("k", record(a=b"1"))
    server.kill()
    all_down(store)
    server.start()
    assert recovered(lambda: store.load("k", now=NOW)) == record(a=b"1")
    assert store.save("k", Changes(add={"n": 1}), now=NOW).state is State.LIVE


def test_any_verb_finds_a_server_that_is_back(server: PostgresServer, store: Any) -> None:
    """Whichever verb comes first, and one that is only told, too."""
    for verb in (lambda: store.count("n", now=NOW, expires=NOW + 9), store.check):
        server.kill()
        all_down(store)
        server.start()
        recovered(verb)
        assert store.load("k", now=NOW) is None
    server.kill()
    all_down(store)
    server.start()
    recovered(lambda: store.confirm_soon("c"))
    assert store.load("k", now=NOW) is None


def test_a_restart_is_not_noticed(server: PostgresServer, store: Any) -> None:
    """Connections that an orderly restart has closed are opened anew; nothing counts twice."""
    store.create("k", record())
    for n in range(1, 4):
        assert store.save("k", Changes(add={"n": 1}), now=NOW).sums["n"] == n
        server.stop()
        server.start()
    assert store.load("k", now=NOW) == record(n=b"3")


def test_never_there() -> None:
    """A server that was never there is StoreDown at the first verb, not at opening."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        store = open_store(f"postgresql://user:hunter2@{place}/postgres")
        all_down(store)
        with pytest.raises(StoreDown) as caught:
            store.load("k", now=NOW)
        assert "hunter2" not in str(caught.value) and "Start it" in str(caught.value)


def test_paused(server: PostgresServer, store: Any) -> None:
    """A server that hangs is StoreDown, and used again when it goes on; nothing happened twice."""
    store.create("k", record())
    store.save("k", Changes(add={"n": 1}), now=NOW)
    server.pause()
    try:
        with pytest.raises(StoreDown, match="did not answer in time"):
            store.save("k", Changes(add={"n": 1}), now=NOW)
        all_down(store)
    finally:
        server.resume()
    outcome = recovered(lambda: store.save("k", Changes(add={"n": 1}), now=NOW))
    assert outcome.sums["n"] in (2, 3), "the one whose answer was lost happened once or not at all"


def test_nobody_waits_for_a_server_that_is_away(server: PostgresServer, store: Any) -> None:
    """While a server hangs most verbs fail at once: only one at a time tries it."""
    server.pause()
    try:
        began = time.monotonic()
        for _ in range(1_000):
            with pytest.raises(StoreDown):
                store.load("k", now=NOW)
        assert time.monotonic() - began < 60, "each alone would have waited most of a second"
    finally:
        server.resume()
    recovered(lambda: store.load("k", now=NOW))


def test_the_time_limit_may_be_set(server: PostgresServer, url: str) -> None:
    """A server that is slow answers in time if the URL says so."""
    hurried, patient = open_store(url), open_store(f"{url}&timeout=60")
    assert patient.create("k", record())
    assert hurried.load("k", now=NOW)
    server.pause()
    timer = threading.Timer(1.5, server.resume)
    timer.start()
    with pytest.raises(StoreDown):
        hurried.load("k", now=NOW)
    assert patient.load("k", now=NOW)
    timer.join()


def ended_by(server: PostgresServer) -> int:
    """End all connections but the one that says so; how many."""
    return len(
        server.tell(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE application_name = 'kolba'"
        )
    )


def test_closed_idle_connections(server: PostgresServer, store: Any) -> None:
    """Connections that the server has closed are opened anew, unnoticed; nothing counts twice."""
    store.create("k", record())
    for n in range(1, 20):
        assert ended_by(server) == 1
        assert store.save("k", Changes(add={"n": 1}), now=NOW).sums["n"] == n


@contextlib.contextmanager
def locked(server: PostgresServer, url: str, which: str = "true") -> Iterator[None]:
    """Somebody holds records, by hand, for the length of a `with`."""
    table = f"{url.partition('schema=')[2]}.records"
    with psycopg.connect(server.url) as other:
        other.execute(f"SELECT * FROM {table} WHERE {which} FOR UPDATE".encode())
        yield


def until_it_waits(server: PostgresServer, verbs: int = 1) -> None:
    """Wait until so many verbs wait for a lock."""
    deadline = time.monotonic() + 60
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'kolba' "
        "AND wait_event_type = 'Lock'"
    )
    while len(server.tell(waiting)) < verbs:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ended_amid_a_verb(server: PostgresServer, url: str) -> None:
    """A verb whose connection is ended before it has happened is done again, and counts once."""
    store = open_store(f"{url}&timeout=60")
    store.create("k", record())
    sums = []
    with locked(server, url):
        saver = threading.Thread(
            target=lambda: sums.append(store.save("k", Changes(add={"n": 1}), now=NOW).sums)
        )
        saver.start()
        until_it_waits(server)
        assert ended_by(server) == 1
        until_it_waits(server)
    saver.join(60)
    assert sums == [{"n": 1}]
    assert store.load("k", now=NOW) == record(n=b"1")
    store.close()


READY = b"Z\x00\x00\x00\x05I"
FATAL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


@pytest.mark.parametrize("is_known", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_ended_when_a_verb_has_happened(
    server: PostgresServer, isolation: str, is_known: bool
) -> None:
    """A verb that was done, and whose connection is ended before that is said, is not repeated."""
    role, ending = prefix(), threading.Event()
    server.tell(f"CREATE ROLE {role} LOGIN SUPERUSER")
    server.tell(f"ALTER ROLE {role} SET default_transaction_isolation = '{isolation}'")

    def relay(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", server.port)) as there:
            threading.Thread(target=hand_on, args=(client, there), daemon=True).start()
            while got := there.recv(65536):
                if ending.is_set() and got.endswith(READY):
                    ending.clear()
                    told = b"E" + (len(FATAL) + 4).to_bytes(4, "big") + FATAL
                    client.sendall(got.removesuffix(READY) + told)
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(got)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=relay, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        place = f"127.0.0.1:{listener.getsockname()[1]}/postgres?schema={role}"
        store = open_store(f"postgresql://{role}@{place}&sslmode=disable&timeout=60")
        store.create("k", record())
        if is_known:
            store.save("k", Changes(), now=NOW)
        ending.set()
        with pytest.raises(StoreDown, match="terminating connection"):
            store.save("k", Changes(add={"n": 1}), now=NOW)
        assert recovered(lambda: store.load("k", now=NOW)) == record(n=b"1")
        store.close()
        listener.shutdown(socket.SHUT_RDWR)


def hand_on(one: socket.socket, other: socket.socket) -> None:
    """Send on what is received, to the end."""
    with contextlib.suppress(OSError):
        while got := one.recv(65536):
            other.sendall(got)
        other.shutdown(socket.SHUT_RDWR)


def test_a_record_that_somebody_holds(server: PostgresServer, store: Any, url: str) -> None:
    """Who has locked the rows by hand makes writing StoreDown, and reading works."""
    store.create("k", record())
    with locked(server, url):
        with pytest.raises(StoreDown, match="did not answer in time"):
            store.save("k", Changes(add={"n": 1}), now=NOW)
        assert recovered(lambda: store.load("k", now=NOW)) == record()
    outcome = recovered(lambda: store.save("k", Changes(add={"n": 1}), now=NOW))
    assert outcome.sums["n"] in (1, 2)


@pytest.mark.parametrize("ending", ["delete", "delete_leaving", "delete_owned"])
def test_nobody_waits_in_a_circle(server: PostgresServer, url: str, ending: str) -> None:
    """A log-out and a new key, that meet at a session and at its older id, follow one another."""
    store: Any = open_store(f"{url}&timeout=60")
    store.create("1", record(owner="ann"))
    store.rotate("1", "2", Changes(), now=NOW, grace=9)
    trace = record()._replace(retired=True)
    end = {
        "delete": lambda: store.delete("2"),
        "delete_leaving": lambda: store.delete_leaving("2", trace),
        "delete_owned": lambda: store.delete_owned("ann"),
    }
    with ThreadPoolExecutor(2) as pool:
        with locked(server, url, "key = '1'"):
            ended = pool.submit(end[ending])
            until_it_waits(server)
            moved = pool.submit(store.rotate, "2", "3", Changes(), now=NOW, grace=9)
            until_it_waits(server, 2)
        ended.result(60)
        is_moved = moved.result(60).state is State.LIVE
    assert "deadlock detected" not in (server.folder / "log").read_text()
    assert (store.load("3", now=NOW) is not None) == is_moved
    assert store.load("1", now=NOW) is None
    store.close()


def test_a_session_that_has_just_moved_on_ends(server: PostgresServer, url: str) -> None:
    """Who ends a person's sessions, and waited for one to get a new key, ends it by that key."""
    store: Any = open_store(f"{url}&timeout=60")
    store.create("1", record(owner="ann"))
    with ThreadPoolExecutor(2) as pool:
        with locked(server, url):
            moved = pool.submit(store.rotate, "1", "2", Changes(), now=NOW, grace=9)
            until_it_waits(server)
            ended = pool.submit(store.delete_owned, "ann")
            until_it_waits(server, 2)
        assert moved.result(60).state is State.LIVE
        assert ended.result(60) == 1
    assert store.load("1", now=NOW) is store.load("2", now=NOW) is None
    store.close()


def test_a_time_limit_of_the_role(server: PostgresServer, url: str) -> None:
    """What the role's statement_timeout ends is StoreDown, and has not happened."""
    role = prefix()
    server.tell(f"CREATE ROLE {role} LOGIN SUPERUSER")
    server.tell(f"ALTER ROLE {role} SET statement_timeout = '50ms'")
    store = open_store(url.replace("postgres@", f"{role}@"))
    store.create("k", record())
    with locked(server, url):
        for _ in range(3):
            with pytest.raises(StoreDown, match="statement timeout"):
                store.save("k", Changes(add={"n": 1}), now=NOW)
    assert store.save("k", Changes(add={"n": 1}), now=NOW).sums == {"n": 1}
    store.close()


def test_too_many_connections(server: PostgresServer, store: Any) -> None:
    """A server that takes no more connections is StoreDown, with its words, until it does."""
    store.close()
    others: list[psycopg.Connection[Any]] = []
    with pytest.raises(psycopg.OperationalError):
        while True:
            others.append(psycopg.connect(server.url))
    with pytest.raises(StoreDown, match="too many clients"):
        store.load("k", now=NOW)
    for other in others:
        other.close()
    assert recovered(lambda: store.create("k", record()))


def test_a_database_that_is_dropped(server: PostgresServer) -> None:
    """A database that is gone is StoreDown; when it is there again, and empty, it is used."""
    name = prefix()
    server.tell(f"CREATE DATABASE {name}")
    store = open_store(server.url.rpartition("/")[0] + f"/{name}")
    assert store.create("k", record())
    server.tell(f"DROP DATABASE {name} WITH (FORCE)")
    with pytest.raises(StoreDown, match="does not exist"):
        store.load("k", now=NOW)
    server.tell(f"CREATE DATABASE {name}")
    assert recovered(lambda: store.load("k", now=NOW)) is None
    assert store.create("k", record())
    store.close()


def test_a_schema_that_is_dropped(server: PostgresServer, store: Any, url: str) -> None:
    """A schema that is gone is made anew by whichever verb comes next."""
    name = url.partition("schema=")[2]
    for verb in every_verb(store):
        server.tell(f"DROP SCHEMA IF EXISTS {name} CASCADE")  # who is only told makes none
        verb()
    assert store.create("last", record())


@pytest.fixture
def on_a_small_disk(require: Callable[[str], str]) -> Iterator[tuple[PostgresServer, Path]]:
    """A server with a database on a file system of two megabytes, and where that is."""
    with running(require("postgres")) as server:
        folder = server.folder / "disk"
        folder.mkdir()
        with mounted(folder, "size=2m,mode=777"):
            server.run("mkdir", "-m", "700", str(folder / "small"))
            server.tell(f"CREATE TABLESPACE small LOCATION '{folder / 'small'}'")
            server.tell("ALTER DATABASE postgres SET default_tablespace = small")
            yield server, folder
            server.kill()


def test_full(on_a_small_disk: tuple[PostgresServer, Path]) -> None:
    """A full disk is StoreDown for what needs room; what was acknowledged is there, and can end."""
    server, folder = on_a_small_disk
    store: Any = open_store(server.url)
    acknowledged = []
    noise = os.urandom(8000)  # which cannot be made smaller
    with pytest.raises(StoreDown, match="No space left"):
        for n in range(10_000):
            store.create(f"k{n}", record(a=noise, owner="ann"))
            acknowledged.append(f"k{n}")
    assert len(acknowledged) > 10
    for key in acknowledged:
        assert store.load(key, now=NOW) == record(a=noise, owner="ann")
    with pytest.raises(StoreDown, match="No space left"):
        for n in range(1_000):
            store.save(acknowledged[0], Changes(set={f"b{n}": noise}), now=NOW)
    assert store.load(acknowledged[0], now=NOW).fields["a"] == noise
    assert store.delete(acknowledged[0])
    assert store.load(acknowledged[0], now=NOW) is None
    assert store.delete_owned("ann", keep=acknowledged[1]) == len(acknowledged) - 2
    remount(folder, "size=4m")
    assert store.create("new", record(a=noise))
    store.close()


def test_what_must_last_lasts(server: PostgresServer, url: str) -> None:
    """Where commits do not wait for the disk, those that must survive it do."""
    role = prefix()
    server.tell(f"CREATE ROLE {role} LOGIN SUPERUSER")
    server.tell(f"ALTER ROLE {role} SET synchronous_commit = 'off'")
    store: Any = open_store(url.replace("postgres@", f"{role}@"))
    lasting = Changes(set={"a": b"1"}, durable=True)

    def told(key: str) -> None:
        store.create(key, record(owner=key), durable=True)

    verbs: list[Callable[[], object]] = [
        lambda: store.create("a", record(), durable=True),
        lambda: store.create_with("b", record(), "q", [message(b"1")], durable=True),
        lambda: store.save("a", lasting, now=NOW),
        lambda: store.rotate("a", "c", lasting, now=NOW, grace=9),
        lambda: store.delete("c"),
        lambda: store.delete_leaving("b", record()._replace(retired=True)),
        lambda: store.delete_owned("ann"),
    ]
    told("ann")
    with psycopg.connect(server.url, autocommit=True) as other:

        def gap() -> int:
            [n] = other.execute(
                "SELECT pg_current_wal_insert_lsn() - pg_current_wal_flush_lsn()"
            ).fetchone() or (-1,)
            return int(n)

        for verb in verbs:
            gap()
            verb()
            assert gap() == 0, "all that was written is on the disk"
        store.put("q", [message(b"1")], now=NOW)
        assert gap(), "what need not be is as the role has it"
    server.kill()
    server.start()
    for key in ("a", "c"):
        assert recovered(lambda key=key: store.load(key, now=NOW)) is None
    assert store.owned("ann", now=NOW) == {}
    store.close()


# Soon


def test_what_was_told_outlives_its_process(server: PostgresServer, url: str) -> None:
    """What a process has told is done, though it was killed at once."""
    teller = """
import os, signal, sys
from kolba.stores import Message, open_store
store = open_store(sys.argv[1])
for queue in ("first", "second"):
    store.put(queue, [Message(b"1")], now=1.0)
    assert store.claim(queue, queue, now=1.0, until=9.0)
    store.confirm_soon(queue)
os.kill(os.getpid(), signal.SIGKILL)
"""
    store: Any = open_store(url)
    for _ in range(5):
        run = subprocess.run([sys.executable, "-c", teller, url])
        assert run.returncode == -9
        deadline = time.monotonic() + 60
        while store.stats(now=2.0)["messages"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    store.close()


def test_soon_is_refused(
    server: PostgresServer, store: Any, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What the server refuses after it was told is logged; what is asked next has its answer."""
    store.create("k", record())
    name = url.partition("schema=")[2]
    server.tell(f"ALTER TABLE {name}.messages RENAME TO other")
    store.confirm_soon("c")
    assert store.load("k", now=NOW) == record()
    assert "what the state server was told has not been done" in caplog.text
    server.tell(f"ALTER TABLE {name}.other RENAME TO messages")


def test_soon_before_a_pause(
    server: PostgresServer, store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Who tells a server that hangs does not wait; that its answer never came is logged."""
    store.put("q", [message(b"1")], now=NOW)
    assert store.claim("q", "c", now=NOW, until=NOW + 9)
    server.pause()
    try:
        store.confirm_soon("c")
        with pytest.raises(StoreDown):
            store.load("k", now=NOW)
        assert "before the state server had answered what it was told" in caplog.text
        with pytest.raises(StoreDown):
            store.confirm_soon("c")
    finally:
        server.resume()
    recovered(lambda: store.load("k", now=NOW))
    assert not store.claim("q", "later", now=NOW + 9, until=NOW + 10), "it was sent, and done"


# Other servers


def test_a_standby_is_promoted(server: PostgresServer, require: Callable[[str], str]) -> None:
    """A standby is StoreDown; of two hosts the primary is found, also after a fail-over."""
    with running(require("postgres"), base=server) as standby:
        alone, both = (
            f"postgresql://postgres@{hosts}/postgres?schema={name}"
            for name in [prefix()]
            for hosts in (
                f"127.0.0.1:{standby.port}",
                f"127.0.0.1:{standby.port},127.0.0.1:{server.port}",
            )
        )
        one, two = open_store(alone), open_store(both)
        with pytest.raises(StoreDown, match=r"is a standby.*Name the primary"):
            one.load("k", now=NOW)
        assert two.create("k", record(a=b"1"))
        [(there,)] = server.tell("SELECT pg_current_wal_lsn()")
        while not standby.tell(f"SELECT 1 WHERE pg_last_wal_replay_lsn() >= '{there}'"):
            time.sleep(0.02)
        server.kill()
        with pytest.raises(StoreDown):
            two.load("k", now=NOW)
        standby.tell("SELECT pg_promote()")
        assert recovered(lambda: two.load("k", now=NOW)) == record(a=b"1")
        assert two.save("k", Changes(add={"n": 1}), now=NOW).state is State.LIVE
        assert recovered(lambda: one.load("k", now=NOW)) == record(a=b"1", n=b"1")
        one.close()
        two.close()


def test_a_role_that_may_only_read(server: PostgresServer, url: str) -> None:
    """A role whose transactions are read-only is StoreDown until they are not."""
    role = prefix()
    server.tell(f"CREATE ROLE {role} LOGIN SUPERUSER")
    store = open_store(url.replace("postgres@", f"{role}@"))
    assert store.create("k", record())
    server.tell(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    assert ended_by(server) == 1
    with pytest.raises(StoreDown, match="read-only"):
        store.load("k", now=NOW)
    server.tell(f"ALTER ROLE {role} RESET ALL")
    assert recovered(lambda: store.load("k", now=NOW)) == record()
    store.close()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="reset"),
        pytest.param(b"R\x00\x00\x00\x08\x00", id="half an answer"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="no PostgreSQL"),
        pytest.param(b"N", id="no TLS, and no more"),
        pytest.param(b"R\x00\x00\x00\x08\x00\x00\x00\x63", id="unknown way to log in"),
        pytest.param(b"R\x7f\xff\xff\xff", id="an endless answer"),
        pytest.param(None, id="silence"),
    ],
)
def test_strange_answers(answer: bytes | None) -> None:
    """Whatever answers, it is StoreDown, and soon."""
    with answering(answer) as port:
        store = open_store(f"postgresql://user@127.0.0.1:{port}/db")
        for _ in range(3):
            with pytest.raises(StoreDown):
                store.load("k", now=NOW)
        store.close()


# Between them


@pytest.fixture
def bouncer(server: PostgresServer, require: Callable[[str], str]) -> Iterator[str]:
    """PgBouncer before the server: two connections for all, each transaction on any of them."""
    program, port = require("pgbouncer"), free_port()
    (server.folder / "bouncer.ini").write_text(
        f"[databases]\npostgres = host=127.0.0.1 port={server.port} user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    with server.program_running(program, str(server.folder / "bouncer.ini")):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres?schema={prefix()}&timeout=60"


@pytest.mark.slow
def test_behind_a_pooler(bouncer: str) -> None:
    """Where each transaction may be on another connection nothing is lost, and none is mixed up."""
    store: Any = open_store(bouncer)
    store.create("k", record())
    for verb in every_verb(store):
        verb()
    store.create("k", record())
    crowd.run(crowd.everything, bouncer, 4, 300)
    loaded = store.load("k", now=NOW)
    assert loaded is not None and int(loaded.fields["sum"]) == 4 * 300 // 6
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_a_database_with_other_transactions(server: PostgresServer, isolation: str) -> None:
    """Whatever isolation the database has by default, concurrent writers lose nothing."""
    name = prefix()
    server.tell(f"CREATE DATABASE {name}")
    server.tell(f"ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'")
    url = server.url.rpartition("/")[0] + f"/{name}?timeout=60"
    store: Any = open_store(url)
    for verb in every_verb(store):
        verb()
    store.create("k", record())
    crowd.run(crowd.everything, url, 4, 300)
    loaded = store.load("k", now=NOW)
    assert loaded is not None and int(loaded.fields["sum"]) == 4 * 300 // 6
    with pytest.raises(ValueError):
        store.create("n", record())
        store.rotate("k", "n", Changes(), now=NOW, grace=1)
    store.close()


def test_forked(server: PostgresServer, url: str) -> None:
    """A store that was opened before the fork mixes no answers of two processes."""
    run = crowd.forked(f"{url}&timeout=60")
    assert run.stdout == "all there\n", run.stderr
