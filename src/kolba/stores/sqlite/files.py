"""Files by what they are and not by their names, and turns at changing them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from time import monotonic, sleep

_PATIENCE = 0.5

File = tuple[int, int]
"""Which file a path has: device and inode."""


def identity(path: str) -> File | None:
    """Which file a path has now; None if none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def is_emptied(path: str) -> bool:
    """Whether a state file holds nothing, and its log does: nobody has made it so but by accident.

    SECURITY: SQLite takes such a file for a new one. It deletes the log under those who write to
    it, and keeps everybody out from then on.
    """
    try:
        return os.stat(path).st_size == 0 < os.stat(f"{path}-wal").st_size
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """One process at a time: the folder is locked, where the system has such locks."""
    try:
        import fcntl
    except ImportError:  # Windows: an open file cannot be renamed or removed there anyway
        yield
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        deadline = monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > deadline:
                    raise
                sleep(0.01)
        try:
            yield
        finally:
            # Said, and not only closed: a child that was forked meanwhile has it open, too.
            fcntl.flock(folder, fcntl.LOCK_UN)
    finally:
        os.close(folder)
