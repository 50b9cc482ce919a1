"""Real PostgreSQL servers, each test's own if it wants to break it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

from tests.ports import free_port

_FAST = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "unix_socket_directories=.")


@dataclass
class PostgresServer:
    """A server that listens on loopback and on a unix socket; everybody is let in."""

    program: str
    folder: Path
    port: int
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def socket_folder(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        """Make the database."""
        initdb = Path(self.program).with_name("initdb")
        how = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        self.run(str(initdb), "-D", str(self.folder / "data"), *how)

    def run(self, *command: str) -> None:
        """Run a program of PostgreSQL's, as the user that the server runs as."""
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **_user())

    def follow(self, other: PostgresServer) -> None:
        """Be a standby of another, with all that it has."""
        copier = Path(self.program).with_name("pg_basebackup")
        how = ["-R", "-c", "fast", "-X", "stream", "--no-sync"]
        self.run(str(copier), "-D", str(self.folder / "data"), "-d", other.url, *how)

    @contextlib.contextmanager
    def program_running(self, *command: str) -> Iterator[None]:
        """Another program beside it, for the length of a `with`."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **_user())
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [self.program, "-D", str(self.folder / "data"), "-p", str(self.port)]
        for option in (*_FAST, "listen_addresses=127.0.0.1", *self.options):
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            # A group of its own: it has a process for each connection.
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **_user(),
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it takes connections."""
        import psycopg

        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url).close()
            return True
        return False

    def tell(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Say something to it by hand."""
        import psycopg

        url = self.url.rpartition("/")[0] + f"/{database}"
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def pause(self) -> None:
        """Have it and all its processes stand still."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in an orderly way, and everybody's connections."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _signal(self, number: signal.Signals) -> None:
        """Each of its processes has made itself a group of its own: they are found by parent."""
        assert self.process is not None
        for process in (self.process.pid, *_children(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)


def _children(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True)
    return [int(pid) for pid in found.stdout.split()]


def _user() -> dict[str, str]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in names else "nobody"}


def program() -> str | None:
    """Where PostgreSQL is; Debian keeps it off everybody's `PATH`."""
    folders = [os.environ.get("PATH", ""), *sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return shutil.which("postgres", path=os.pathsep.join(folders))


@contextlib.contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """A folder that the server's user may enter, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="kolba-postgres-"))
    try:
        for user in _user().values():
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(
    program: str, *options: str, base: PostgresServer | None = None
) -> Iterator[PostgresServer]:
    """A server for the length of a `with`; with a base, a standby of that."""
    with folder_of_its_own() as folder:
        server = PostgresServer(os.path.realpath(program), folder, free_port(), options)
        if base is None:
            server.make()
        else:
            server.follow(base)
        server.start()
        try:
            yield server
        finally:
            server.kill()
