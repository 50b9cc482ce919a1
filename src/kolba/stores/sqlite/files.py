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
