"""The application's state while it is compared: on copies, and never silently on the real thing."""

from __future__ import annotations

import json
import os
import socketserver
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.compare.conftest import Compared, Told

pytestmark = pytest.mark.slow
Write = Callable[[str, str], Path]

COUNTS = """
    import os, sqlite3
    from flask import Flask

    app = Flask(__name__, instance_relative_config=True)

    def count(database, **options):
        connection = sqlite3.connect(database, **options)
        with connection:
            connection.execute("update visits set n = n + 1")
            ((n,),) = connection.execute("select n from visits").fetchall()
        connection.close()
        return str(n)

    @app.get("/relative")
    def relative():
        return count("visits.db")

    @app.get("/absolute")
    def absolute():
        return count(os.path.abspath("visits.db"))

    @app.get("/uri")
    def uri():
        return count("file:" + os.path.abspath("visits.db") + "?mode=rw", uri=True)

    @app.get("/memory")
    def memory():
        connection = sqlite3.connect(":memory:")
        return str(connection.execute("select 1").fetchone())

    @app.get("/instance")
    def instance():
        with open(os.path.join(app.instance_path, "notes.txt"), "a+") as notes:
            notes.write("x")
            notes.seek(0)
            return notes.read() + app.instance_path

    @app.get("/in-instance")
    def in_instance():
        return count(os.path.join(app.instance_path, "visits.db"))
"""


def database(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table visits (n)")
    connection.execute("insert into visits values (41)")
    connection.commit()
    connection.close()


def test_state_is_copied(write: Write, compared: Compared, tmp_path: Path) -> None:
    """Both sides begin with what is there and count alike; the originals stay as they were."""
    write("shop.py", COUNTS)
    write("instance/notes.txt", "n")
    database(tmp_path / "visits.db")
    database(tmp_path / "instance" / "visits.db")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.suffix != ".pyc"}
    document = compared("shop")
    assert {request["verdict"] for request in document["requests"]} == {"identical"}
    assert document["copied"] == sorted([str(tmp_path / "instance"), str(tmp_path / "visits.db")])
    assert {path: path.read_bytes() for path in before} == before


def test_a_database_that_the_application_makes_is_made_among_the_copies(
    write: Write, compared: Compared, tmp_path: Path
) -> None:
    """An application that makes its SQLite file when it is loaded is compared; none is left."""
    write(
        "maker.py",
        """
        import sqlite3
        from flask import Flask

        sqlite3.connect("made.sqlite3").execute("create table visits (n)")
        app = Flask(__name__)

        @app.get("/")
        def index():
            return str(sqlite3.connect("made.sqlite3").execute("select n from visits").fetchall())
        """,
    )
    document = compared("maker:app")
    assert {request["verdict"] for request in document["requests"]} == {"identical"}
    assert not (tmp_path / "made.sqlite3").exists()


def test_a_database_in_use_is_copied_whole(
    write: Write, compared: Compared, tmp_path: Path
) -> None:
    """What another process has committed, and not yet moved out of its WAL, is in the copy."""
    write(
        "shop.py",
        """
        import sqlite3
        from flask import Flask

        app = Flask(__name__)

        @app.get("/")
        def index():
            (n,) = sqlite3.connect("visits.db").execute("select n from visits").fetchone()
            return str(n), 200 if n == 42 else 500
        """,
    )
    database(tmp_path / "visits.db")
    writer = sqlite3.connect(tmp_path / "visits.db")
    writer.execute("pragma wal_autocheckpoint=0")
    writer.execute("update visits set n = 42")
    writer.commit()
    try:
        (request,) = (r for r in compared("shop")["requests"] if r["path"] == "/")
    finally:
        writer.close()
    assert request["status"] == "200 OK"


def test_other_files_that_are_written_are_told(
    write: Write, compared: Compared, tmp_path: Path
) -> None:
    """A file outside of the copies that the application writes to is named."""
    write(
        "shop.py",
        """
        from flask import Flask

        app = Flask(__name__)

        @app.get("/")
        def index():
            with open("visits.log", "a") as log:
                log.write("x")
            return "Hi"
        """,
    )
    written = compared("shop")["written"]
    # A test's folder is a temporary one, where nothing that is written counts.
    assert written == ([] if is_temporary(tmp_path) else [str(tmp_path / "visits.log")])


def is_temporary(path: Path) -> bool:
    import tempfile

    return os.path.realpath(path).startswith(os.path.realpath(tempfile.gettempdir()))


@pytest.fixture
def service() -> Iterator[int]:
    """The port of something that takes connections."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"42")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


ASKS = """
    import socket
    from flask import Flask

    app = Flask(__name__)

    def ask():
        with socket.create_connection(("127.0.0.1", {port})) as connection:
            return connection.recv(10).decode()

    @app.get("/")
    def index():
        try:
            return ask()
        except Exception:
            return "swallowed"
"""


def test_a_service_stops_the_comparison(write: Write, told: Told, service: int) -> None:
    """An app that connects anywhere is stopped with the address, even if it hides the error."""
    write("shop.py", ASKS.format(port=service))
    ended = told("shop", "--rounds", "0")
    assert ended.returncode == 2
    assert f"the application uses 127.0.0.1:{service}" in ended.stderr
    assert "--live" in ended.stderr and "Traceback" not in ended.stderr


def test_a_service_at_load_stops_the_comparison(write: Write, told: Told, service: int) -> None:
    """So is one that connects while it is loaded."""
    write("shop.py", ASKS.format(port=service) + "\n    ask()\n")
    ended = told("shop", "--rounds", "0")
    assert ended.returncode == 2
    assert f"the application uses 127.0.0.1:{service}" in ended.stderr


def test_live_says_that_a_service_may_be_used(
    write: Write, compared: Compared, service: int
) -> None:
    """With `--live` the service is used as it is, and named in the result."""
    write("shop.py", ASKS.format(port=service))
    document = compared("shop", "--live")
    assert document["services"] == [f"127.0.0.1:{service}"]
    assert document["totals"]["identical"] == 1


def test_a_driver_that_connects_unseen_is_enough(write: Write, told: Told) -> None:
    """A loaded driver that connects in C stops the comparison as a connection would."""
    write("psycopg.py", "")
    write(
        "shop.py",
        "import psycopg\nfrom flask import Flask\napp = Flask(__name__)\n",
    )
    ended = told("shop")
    assert ended.returncode == 2
    assert "the application uses a database, with psycopg" in ended.stderr


def test_timing_comes_after_all_comparing(write: Write, told: Told, tmp_path: Path) -> None:
    """However often a request is timed, what is asked after it finds the same on all sides."""
    write("shop.py", COUNTS.replace('@app.get("/relative")', '@app.post("/relative")'))
    database(tmp_path / "visits.db")
    (tmp_path / "instance").mkdir()
    database(tmp_path / "instance" / "visits.db")
    ended = told("shop", "-r", "POST /relative", "--rounds", "2", "--json")
    assert ended.returncode == 0, ended.stderr
    requests = json.loads(ended.stdout)["requests"]
    assert {request["verdict"] for request in requests} == {"identical"}
    assert all(request["ratio"] for request in requests)
