"""The application's state on a copy: its instance folder, and every SQLite file that it opens.

The first side that meets a folder or a file takes a picture of it; each side works on its own
copy of that picture, so all sides begin with the same state. Invariant: nothing that was
copied is ever written to where it came from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from flask import Flask

LARGEST = 2 * 1024**3
"""Bytes of a folder or file that are still copied."""

_MAGIC = b"SQLite format 3\0"
_connect = sqlite3.connect


class TooLarge(Exception):
    """There is more state than will be copied."""


class Copies:
    """Where the originals are, the common picture of them, and this side's copies."""

    def __init__(self, picture: Path, mine: Path) -> None:
        self._picture = picture
        self._mine = mine
        self.originals: list[str] = []
        """What has been copied, to be told to people."""

    def of(self, original: str) -> str:
        """Returns this side's copy of a file or folder, made at the first call."""
        path = os.path.realpath(original)
        if self.is_mine(path):
            return original
        name = f"{hashlib.sha256(path.encode()).hexdigest()[:12]}-{os.path.basename(path)}"
        copy = self._mine / name
        if not copy.exists() and os.path.exists(path):
            self.originals.append(path)
            if not (self._picture / name).exists():
                take(path, self._picture / name)
            take(str(self._picture / name), copy)
        elif os.path.isdir(os.path.dirname(path)):  # a file that is about to be made
            self._mine.mkdir(parents=True, exist_ok=True)
        return str(copy)

    def is_mine(self, path: str) -> bool:
        """Whether the path is inside the copies, or is no file at all."""
        inside = os.path.realpath(self._mine)
        return os.path.commonpath([inside, os.path.realpath(path)]) == inside

    def plain(self, text: bytes) -> bytes:
        """Returns the text with the place of the copies taken out: it differs between sides."""
        return text.replace(os.fsencode(os.path.realpath(self._mine)), b"(the copy)")


def take(original: str, copy: Path) -> None:
    """Copies a file or a folder; a SQLite file as one moment of it, whoever writes to it."""
    size = size_of(original)
    if size > LARGEST:
        raise TooLarge(f"{original!r} has {size / 1024**3:.1f} GB")
    copy.parent.mkdir(parents=True, exist_ok=True)
    if os.path.isdir(original):
        shutil.copytree(original, copy, copy_function=take_file, symlinks=True)
    else:
        take_file(original, str(copy))


def take_file(original: str, copy: str) -> None:
    if not is_sqlite(original):
        if not original.endswith(("-wal", "-shm", "-journal")):
            shutil.copy2(original, copy)
        return
    source = _connect(f"file:{quote(original)}?mode=ro", uri=True)
    target = _connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def is_sqlite(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def size_of(path: str) -> int:
    if not os.path.isdir(path):
        return os.path.getsize(path)
    found = (os.path.join(where, name) for where, _, names in os.walk(path) for name in names)
    return sum(os.path.getsize(file) for file in found if not os.path.islink(file))


def put_under(copies: Copies) -> None:
    """Sends `sqlite3.connect` and Flask's search for the instance folder to the copies."""
    sqlite3.connect = sqlite3.dbapi2.connect = redirected(copies)  # type: ignore[assignment]
    find = Flask.auto_find_instance_path

    def auto_find_instance_path(app: Flask) -> str:
        return copies.of(find(app))

    Flask.auto_find_instance_path = auto_find_instance_path  # type: ignore[assignment,method-assign]


def settle(app: Flask, copies: Copies) -> None:
    """Sends an instance folder that the application named itself to its copy."""
    if not copies.is_mine(app.instance_path):
        app.instance_path = copies.of(app.instance_path)


def redirected(copies: Copies) -> Callable[..., sqlite3.Connection]:
    """`sqlite3.connect`, on the copies."""

    def connect(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        # The eighth argument is `uri`.
        uri = bool(kwargs.get("uri") or (len(args) > 6 and args[6]))
        connection: sqlite3.Connection = _connect(
            redirected_name(copies, database, uri), *args, **kwargs
        )
        return connection

    return connect


def redirected_name(copies: Copies, database: Any, uri: bool) -> Any:
    """What to open in place of this database."""
    name = os.fsdecode(database)
    if uri and name.startswith("file:"):
        return redirected_uri(copies, name)
    if name in {"", ":memory:"}:
        return database
    return copies.of(name)


def redirected_uri(copies: Copies, name: str) -> str:
    parts = urlsplit(name)
    memory = "mode=memory" in parts.query or parts.path in {"", ":memory:"}
    if memory:
        return name
    query = f"?{parts.query}" if parts.query else ""
    return f"file:{quote(copies.of(unquote(parts.path)))}{query}"
