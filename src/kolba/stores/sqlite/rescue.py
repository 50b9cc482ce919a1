"""What to do about a file that is damaged, or no longer the one that was opened.

Nothing is ever deleted: a damaged file goes aside under another name, and says so.
"""

from __future__ import annotations

import contextlib
import logging
import os
from datetime import UTC, datetime
from time import monotonic

from kolba.stores.sqlite.files import File, alone, identity, is_emptied
from kolba.stores.sqlite.links import CORRUPT, ERRORS, code, connect
from kolba.stores.sqlite.schema import fits

logger = logging.getLogger("kolba.stores")

_CHECK = 0.15


def set_aside(path: str, file: File | None, *, sure: bool) -> None:
    """Move a damaged file away, unless another process has done so, or it turns out sound.

    Args:
        file: which file was found damaged.
        sure: it was found damaged again after it had turned out sound.
    """
    with alone(path):
        if file is None or identity(path) != file or not (sure or _is_damaged(path)):
            return
        aside = f"{path}.corrupt-{_stamp()}"
        for suffix in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                os.rename(path + suffix, aside + suffix)
    logger.critical(
        "the state file %s is damaged: it is kept as %s, and a new one is made. People must log "
        "in again. Look for a failing disk",
        path,
        aside,
    )


def follow(path: str, log: File | None) -> None:
    """Say that the path has another file now, and see that nothing of the old one spoils it.

    Args:
        log: the write-ahead log of the old file. SQLite would play it into the new one.
    """
    with alone(path):
        real = os.path.realpath(path)  # SQLite has the log there, if the path is a link
        if log is not None and identity(f"{real}-wal") == log:
            for suffix in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.rename(real + suffix, f"{real}.old-{_stamp()}{suffix}")
        gone = identity(path) is None
    if gone:
        logger.critical(
            "the state file %s was removed while in use: a new one is made. People must log in",
            path,
        )
    else:
        logger.warning("the state file %s was replaced: its new content is used", path)


def _is_damaged(path: str) -> bool:
    """Whether a short check finds fault: what it does not reach is found when it is used."""
    deadline = monotonic() + _CHECK
    if is_emptied(os.path.realpath(path)):
        return True
    try:
        connection = connect(path)
    except ERRORS as error:
        return code(error) in CORRUPT
    try:
        connection.set_progress_handler(lambda: monotonic() > deadline, 1000)
        found: object = connection.execute("PRAGMA quick_check(1)").fetchone()
        return found != ("ok",) or not fits(connection)
    except ERRORS as error:
        return code(error) in CORRUPT  # SECURITY: busy, or out of time, is not damaged
    finally:
        connection.close()


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
