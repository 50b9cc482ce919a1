"""What the application reaches beyond itself: other services, and files that are not copied.

A request may write to a database, GET requests too. So an application that connects to a
service is stopped, unless it is said that it may (`--live`). Files that it writes are noted.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

# Drivers that connect in C, where no audit hook sees it. Nobody imports one for nothing.
DRIVERS = (
    "psycopg",
    "psycopg2",
    "MySQLdb",
    "mariadb",
    "oracledb",
    "pyodbc",
    "_mssql",
    "pymssql",
    "clickhouse_driver",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
_UNSEEN = (os.devnull, "/dev/", "/proc/", "/sys/", "__pycache__")


class Reached(Exception):
    """The application connected to something whose state cannot be copied."""


class Watch:
    """Sees what this process opens and connects to, from now on."""

    def __init__(self, live: bool, is_copied: Callable[[str], bool]) -> None:
        self._live = live
        self._is_copied = is_copied
        self._temporary = os.path.realpath(tempfile.gettempdir())
        self.services: set[str] = set()
        self.files: set[str] = set()
        sys.addaudithook(self._see)

    def refuse(self) -> None:
        """Raises `Reached` if a service was reached, or a driver loaded, that may not be."""
        drivers = {name for name in DRIVERS if name in sys.modules}
        found = sorted(self.services | {f"a database, with {name}" for name in drivers})
        if found and not self._live:
            raise Reached(", ".join(found))

    def _see(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            self._connect(args[1])
        elif event == "open" and isinstance(args[0], str | bytes) and args[2] & _WRITES:
            self._write(os.fsdecode(args[0]))

    def _connect(self, address: Any) -> None:
        pair = isinstance(address, tuple) and len(address) >= 2
        name = f"{address[0]}:{address[1]}" if pair else repr(address)
        self.services.add(name)
        if not self._live:
            raise Reached(name)

    def _write(self, path: str) -> None:
        if any(part in path for part in _UNSEEN) or len(self.files) >= 20:
            return
        real = os.path.realpath(path)
        if not real.startswith(self._temporary) and not self._is_copied(real):
            self.files.add(real)
