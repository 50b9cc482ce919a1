"""Which PostgreSQL may keep state, who may ask it, and how it is named in KOLBA_STATE."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kolba import Kolba, doctor
from kolba.errors import ConfigError
from kolba.stores import Changes, Message, State, StoreDown, open_store
from kolba.stores.postgres import schema
from tests.cli.certificates import write_certificate
from tests.stores.away import every_verb, opened_without, recovered
from tests.stores.conftest import prefix
from tests.stores.postgres import PostgresServer, folder_of_its_own, running
from tests.stores.shelf import NOW, message, record

RULES = """
local all all trust
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def server(require: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A server that asks for passwords, and speaks TLS to who wants that."""
    with folder_of_its_own() as folder:
        write_certificate(folder / "server.pem", folder / "server.key")
        (folder / "rules").write_text(RULES)
        for file in (folder / "server.pem", folder / "server.key"):
            shutil.chown(file, folder.owner(), folder.group())
            file.chmod(0o600)
        (folder / "server.pem").chmod(0o644)
        options = [f"hba_file={folder}/rules", "ssl=on", f"ssl_cert_file={folder}/server.pem"]
        with running(require("postgres"), *options, f"ssl_key_file={folder}/server.key") as made:
            yield made


@pytest.fixture
def role(server: PostgresServer) -> str:
    """A role that may log in, with the password hunter2, and nothing else."""
    name = prefix()
    server.tell(f"CREATE ROLE {name} LOGIN PASSWORD 'hunter2'")
    return name


def url_of(server: PostgresServer, role: str, rest: str, password: str = "hunter2") -> str:
    """A state URL."""
    return f"postgresql://{role}:{password}@127.0.0.1:{server.port}/{rest}"


# Roles


def test_passwords(server: PostgresServer, role: str) -> None:
    """The URL's password is used; a wrong or missing one is a ConfigError that tells none."""
    server.tell(f"CREATE SCHEMA {role} AUTHORIZATION {role}")
    right = url_of(server, role, f"postgres?schema={role}")
    assert open_store(right).create("k", record())
    for wrong in (right.replace("hunter2", "swordfish"), right.replace(":hunter2", "")):
        with pytest.raises(ConfigError, match=r"password.*Put user and password") as caught:
            open_store(wrong).load("k", now=NOW)
        assert "swordfish" not in str(caught.value)


def test_a_password_that_is_changed(server: PostgresServer, role: str) -> None:
    """Where it worked before it is StoreDown, and works again when the password does."""
    server.tell(f"CREATE SCHEMA {role} AUTHORIZATION {role}")
    store = open_store(url_of(server, role, f"postgres?schema={role}"))
    assert store.create("k", record())
    server.tell(f"ALTER ROLE {role} PASSWORD 'swordfish'")
    store.close()
    with pytest.raises(StoreDown, match="password authentication failed"):
        store.load("k", now=NOW)
    server.tell(f"ALTER ROLE {role} PASSWORD 'hunter2'")
    assert recovered(lambda: store.load("k", now=NOW)) == record()
    store.close()


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("nowhere", 'database "nowhere" does not exist. Make it'),
        ("postgres?sslmode=verify-full", "certificate"),
    ],
)
def test_refused_at_the_start(server: PostgresServer, role: str, rest: str, says: str) -> None:
    """A database that is not there, a certificate that proves nothing: one error each."""
    with pytest.raises(ConfigError, match=says):
        open_store(url_of(server, role, rest)).load("k", now=NOW)


def test_no_such_role(server: PostgresServer) -> None:
    """A role that is not there is a ConfigError."""
    with pytest.raises(ConfigError, match="nobody"):
        open_store(url_of(server, "nobody", "postgres")).load("k", now=NOW)


def test_a_role_that_may_make_no_schema(server: PostgresServer, role: str) -> None:
    """It is told what the database's owner has to run; that mends it."""
    url = url_of(server, role, f"postgres?schema={role}")
    with pytest.raises(ConfigError, match="may not make Kolba's tables") as caught:
        open_store(url).load("k", now=NOW)
    said = str(caught.value)
    assert "hunter2" not in said
    server.tell(said.partition("run, once, ")[2])
    assert open_store(url).create("k", record())


def test_a_role_that_may_make_no_tables(server: PostgresServer, role: str) -> None:
    """Where the schema is another's likewise."""
    server.tell(f"CREATE SCHEMA {role}")
    server.tell(f"GRANT USAGE ON SCHEMA {role} TO {role}")
    url = url_of(server, role, f"postgres?schema={role}")
    with pytest.raises(ConfigError, match="may not make Kolba's tables") as caught:
        open_store(url).load("k", now=NOW)
    server.tell(str(caught.value).partition("run, once, ")[2])
    assert open_store(url).create("k", record())


def test_a_role_that_only_uses_the_tables(server: PostgresServer, role: str) -> None:
    """Tables that another role has made are used with the rights that the page names."""
    open_store(f"{server.url}?schema={role}").load("k", now=NOW)
    store = open_store(url_of(server, role, f"postgres?schema={role}"))
    with pytest.raises(ConfigError, match="permission denied"):
        store.load("k", now=NOW)
    server.tell(f"GRANT USAGE ON SCHEMA {role} TO {role}")
    with pytest.raises(ConfigError, match="GRANT SELECT, INSERT, UPDATE, DELETE"):
        store.load("k", now=NOW)
    server.tell(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {role} TO {role}")
    for verb in every_verb(store):
        verb()
    store.close()


# Schemas


def test_schemas_keep_apps_apart(server: PostgresServer) -> None:
    """Apps with two schemas share a database and no name; postgres:// is the same protocol."""
    one = open_store(server.url.replace("postgresql:", "postgres:"))
    two = open_store(f"{server.url}?schema=Shop-2")
    assert one.create("k", record(a=b"1"))
    assert two.create("k", record(a=b"2"))
    assert one.load("k", now=NOW) == record(a=b"1")
    assert two.load("k", now=NOW) == record(a=b"2")
    names = server.tell("SELECT nspname FROM pg_namespace WHERE nspname IN ('kolba', 'Shop-2')")
    assert len(names) == 2


def test_many_make_the_tables_at_once(server: PostgresServer) -> None:
    """Of many workers that start together one makes the tables, and each then works."""
    with ThreadPoolExecutor(16) as pool:
        for _ in range(3):
            urls = [f"{server.url}?schema={prefix()}&timeout=60"] * 16
            made = pool.map(
                lambda url, n: open_store(url).create(f"k{n}", record()), urls, range(16)
            )
            assert all(made)


def test_a_newer_format(server: PostgresServer) -> None:
    """Tables of a newer Kolba are refused, and left alone."""
    name = prefix()
    url = f"{server.url}?schema={name}"
    assert open_store(url).create("k", record())
    server.tell(f"UPDATE {name}.format SET version = version + 1")
    with pytest.raises(ConfigError, match="written by a newer Kolba"):
        open_store(url).load("k", now=NOW)
    server.tell(f"UPDATE {name}.format SET version = version - 1")
    assert open_store(url).load("k", now=NOW) == record()


def test_functions_of_another_version(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions of Kolba have functions of their own, on the same tables."""
    url = f"{server.url}?schema={prefix()}"
    assert open_store(url).create("k", record())
    monkeypatch.setattr(schema, "digest", lambda: "0123456789")
    monkeypatch.setattr("kolba.stores.postgres.statements.digest", lambda: "0123456789")
    newer = open_store(url)
    assert newer.save("k", Changes(set={"a": b"1"}), now=NOW).state is State.LIVE
    monkeypatch.undo()
    assert open_store(url).save("k", Changes(add={"n": 1}), now=NOW).state is State.LIVE
    assert newer.load("k", now=NOW) == record(a=b"1", n=b"1")


def test_another_programs_tables(server: PostgresServer) -> None:
    """A schema that has a table of such a name is refused, and left alone."""
    name = prefix()
    server.tell(f"CREATE SCHEMA {name}")
    server.tell(f"CREATE TABLE {name}.messages (id int)")
    with pytest.raises(ConfigError, match="another program's tables"):
        open_store(f"{server.url}?schema={name}").load("k", now=NOW)
    assert server.tell(
        f"SELECT relname FROM pg_class WHERE relnamespace = '{name}'::regnamespace"
    ) == [("messages",)]


def test_what_others_put_on_the_way(server: PostgresServer, role: str) -> None:
    """SECURITY: tables and functions of such names elsewhere in the search path are not used."""
    server.tell(f"CREATE SCHEMA {role} AUTHORIZATION {role}")
    for statement in (
        "CREATE TABLE public.records (key bytea)",
        f"CREATE FUNCTION public.save_{schema.digest()}() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        f"ALTER ROLE {role} SET search_path = public",
    ):
        server.tell(statement)
    store = open_store(url_of(server, role, f"postgres?schema={role}"))
    for verb in every_verb(store):
        verb()
    store.create("k", record())
    assert store.save("k", Changes(add={"n": 1}), now=NOW).sums == {"n": 1}
    assert server.tell("SELECT count(*) FROM public.records") == [(0,)]
    server.tell("DROP TABLE public.records")
    store.close()


def test_what_a_save_changes_is_in_no_index(server: PostgresServer) -> None:
    """A session that is used writes its row, beside the old one, and no index."""
    name = prefix()
    store = open_store(f"{server.url}?schema={name}")
    store.create("k", record(owner="ann"))
    for n in range(200):
        changes = Changes(set={"a": b"%d" % n}, seen=NOW + n, expires=NOW + 9000 + n)
        assert store.save("k", changes, now=NOW).state is State.LIVE
    with psycopg.connect(server.url, autocommit=True) as other:
        store.close()
        other.execute("SELECT pg_sleep(0.1)")
        while True:
            found = other.execute(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables "
                "WHERE schemaname = %s AND relname = 'records'",
                [name],
            ).fetchone()
            if found and found[0] == 200:
                break
    assert found[1] > 190


FULL = """
INSERT INTO {0}.records
    (key, names, vals, created, seen, expires, due, owner, successor, about, retired)
SELECT n::text::bytea, '{{}}', '{{}}', 1, 1, 1e12, 1e12, (n / 3)::text::bytea,
    (-n)::text::bytea, '', false FROM generate_series(1, 20000) AS n;
INSERT INTO {0}.messages (queue, value, label, target, open_at, expires, claim)
SELECT n::text::bytea, '', '', '', 1, 1e12, n::text::bytea FROM generate_series(1, 20000) AS n;
INSERT INTO {0}.counters SELECT 1, 1e12, n::text::bytea FROM generate_series(1, 20000) AS n;
INSERT INTO {0}.once SELECT 1e12, n::text::bytea, '' FROM generate_series(1, 20000) AS n;
INSERT INTO {0}.tallies
SELECT 1, 1, 1, (n / 9)::text::bytea, n::text::bytea, '' FROM generate_series(1, 20000) AS n;
ANALYZE {0}.records, {0}.messages, {0}.counters, {0}.once, {0}.tallies
"""


def test_no_verb_reads_a_table_whole(server: PostgresServer) -> None:
    """However much is stored, a verb finds what it needs by an index; only figures count all."""
    name = prefix()
    url = f"{server.url}?schema={name}&timeout=60"
    store: Any = open_store(url)
    store.load("k", now=NOW)
    store.close()
    for statement in FULL.format(name).split(";"):
        server.tell(statement)
    while server.tell("SELECT 1 FROM pg_stat_activity WHERE application_name = 'kolba'"):
        gc.collect()  # stores of other tests
    server.tell("SELECT pg_stat_reset()")  # making an index reads all
    store = open_store(url)
    for _ in range(8):  # until the server keeps its plans
        for verb in every_verb(store)[:-2]:
            verb()
        store.delete("n")
        store.create_with("w", record(field=b"q"), "w", [message(b"1")], 1)
        store.load_with("w", "field", "", now=NOW)
        store.delete_leaving("w", record()._replace(retired=True))
        store.put("q", [message(b"1")] * 3, now=NOW, limit=1)
    store.close()
    deadline = time.monotonic() + 60
    while True:  # figures come when a process of the server's ends
        [(whole, by_index)] = server.tell(
            "SELECT sum(seq_scan), sum(idx_scan) FROM pg_stat_user_tables "
            f"WHERE schemaname = '{name}' AND relname <> 'format'"
        )
        if by_index > 100:
            break
        assert time.monotonic() < deadline
    assert whole == 0


def test_a_purge_follows_what_lives_longer(server: PostgresServer) -> None:
    """A session that was used after it was to end is left by a purge, and found when it ends."""
    store: Any = open_store(f"{server.url}?schema={prefix()}")
    store.create("k", record(life=10))
    store.save("k", Changes(expires=NOW + 20_000), now=NOW)
    while store.purge(now=NOW + 10_000):
        pass
    assert store.load("k", now=NOW) is not None
    while store.purge(now=NOW + 30_000):
        pass
    assert store.stats(now=NOW)["records"] == store.stats(now=NOW)["expired"] == 0


def test_one_purger_at_a_time(server: PostgresServer) -> None:
    """While another process is at it, a purge finds nothing to do."""
    name = prefix()
    store: Any = open_store(f"{server.url}?schema={name}")
    store.create("k", record(life=10))
    with psycopg.connect(server.url) as other:
        other.execute(f"SELECT * FROM {name}.format FOR UPDATE".encode())
        assert store.purge(now=NOW + 10_000) == 0
    assert store.purge(now=NOW + 10_000) == 1


def test_large_values(server: PostgresServer) -> None:
    """What does not fit into one packet, there or back, is kept."""
    store = open_store(f"{server.url}?schema={prefix()}&timeout=60")
    fields = {f"f{n}": b"x" * 3_000_000 for n in range(4)}
    assert store.create("k", record(**fields))
    assert store.load("k", now=NOW) == record(**fields)
    store.put("q", [Message(b"y" * 3_000_000)] * 3, now=NOW)
    assert len(store.claim("q", "c", now=NOW, until=NOW + 9)) == 3


# Addresses


def test_a_unix_socket(server: PostgresServer) -> None:
    """As libpq has it: the folder of the socket is the host."""
    place = f"?host={server.socket_folder}&port={server.port}&schema={prefix()}"
    store: Any = open_store(f"postgresql://postgres@/postgres{place}")
    assert store.create("k", record())
    assert store.open_to is None


def test_tls(server: PostgresServer) -> None:
    """verify-full takes the server whose certificate is known."""
    [(certificate,)] = server.tell("SHOW ssl_cert_file")
    place = f"sslmode=verify-full&sslrootcert={certificate}&schema={prefix()}"
    assert open_store(f"{server.url}?{place}").create("k", record())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://db.internal/shop", "db.internal"),
        ("postgresql://db.internal/shop?sslmode=require", "db.internal"),
        ("postgresql://localhost,db.internal/shop", "db.internal"),
        ("postgresql://db.internal/shop?sslmode=verify-full", None),
        ("postgresql://localhost/shop", None),
        ("postgresql://[::1]/shop", None),
        ("postgresql:///shop?host=/run/postgresql", None),
        ("postgresql:///shop", None),
    ],
)
def test_whose_way_is_not_proved(url: str, host: str | None) -> None:
    """A host elsewhere, unless its certificate has to prove its name."""
    assert open_store(url).open_to == host  # type: ignore[attr-defined]


def test_the_doctor_says_so(server: PostgresServer) -> None:
    """`kolba doctor` notes it, beside that the store answers."""
    app = Kolba("shop")
    # Another name of this host.
    place = server.url.replace("127.0.0.1", "127.0.0.2").replace("@", "@127.0.0.1,")
    app.config["KOLBA_STATE"] = f"{place.replace('1,127.0.0.2', f'1:{server.port},127.0.0.2')}"
    said = [finding.what for finding in doctor.examine(app)]
    assert "the state store answers (PostgresStore)" in said
    assert "the way to 127.0.0.2 is not proved to be the state server's" in said


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql:", "two slashes"),
        ("postgres:shop", "two slashes"),
        ("postgresql://host:port/shop", "libpq cannot read it|its port is no number"),
        ("postgresql://host:99999/shop", "its port is no number"),
        ("postgresql://user:hunter2@[::1/shop", "libpq cannot read it"),
        ("postgresql://user:hun%ter2@host/shop", "libpq cannot read it"),
        ("postgresql://one:1,two:2,three/shop?port=1,2", "of port|no number|libpq cannot"),
        ("postgresql://host/shop?patience=5", "'patience' after its question mark"),
        ("postgresql://host/shop?timeout=soon", "timeout='soon': write seconds, above 0"),
        ("postgresql://host/shop?timeout=0", "timeout='0'"),
        ("postgresql://host/shop?timeout=61", "up to 60"),
        ("postgresql://host/shop?schema=", "schema='' is no name"),
        ("postgresql://host/shop?schema=a%22b", "is no name"),
        ("postgresql://host/shop?sslmode=sometimes", "sslmode"),
    ],
)
def test_wrong_urls(url: str, says: str) -> None:
    """A URL that cannot be used says what is wrong and what to write, and tells no password."""
    with pytest.raises((ConfigError, StoreDown), match=says) as caught:
        open_store(url).load("k", now=NOW)
    assert "hunter2" not in str(caught.value) and "ter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:hunter2@127.0.0.1:1/shop", "postgresql://127.0.0.1:1/shop"),
        ("postgresql://user:hunt#er2@127.0.0.1:1/shop", "postgresql://127.0.0.1:1/shop"),
        ("postgresql://127.0.0.1:1,[::1]:2/shop", r"postgresql://127.0.0.1:1,\[::1\]:2/shop"),
        ("postgres:///shop?host=/nowhere&password=hunter2", r"postgresql:///shop\?host=/nowhere"),
    ],
)
def test_what_is_shown(url: str, shown: str) -> None:
    """An address is shown without its user and password."""
    with pytest.raises(StoreDown, match=f"the state server {shown} cannot") as caught:
        open_store(url).load("k", now=NOW)
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver() -> None:
    """Without the driver the error is the command that installs it."""
    said = opened_without("psycopg", "postgres://localhost/shop")
    assert said.startswith("ConfigError")
    assert "pip install 'kolba[postgres]'" in said


def test_an_app_is_started_on_it(server: PostgresServer, tmp_path: Path) -> None:
    """One that names it in KOLBA_STATE keeps its sessions there."""
    from flask import session

    app = Kolba("shop", instance_path=str(tmp_path))
    app.config["KOLBA_STATE"] = f"{server.url}?schema={prefix()}"

    @app.get("/")
    def page() -> str:
        session["n"] = session.get("n", 0) + 1
        return f"{session['n']}"

    client = app.test_client()
    assert [client.get("/").text for _ in range(3)] == ["1", "2", "3"]
    assert list(tmp_path.iterdir()) == []
