"""Disks that are small, full or read-only, and files that another program has locked."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted(folder, "size=2m"):
        yield folder


@contextlib.contextmanager
def mounted(folder: Path, how: str) -> Iterator[None]:
    """A file system of its own, in memory, for the length of a `with`."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", how, "kolba-test", str(folder)], capture_output=True
    )
    if mounted.returncode:
        reason = f"mounting is not permitted here: {mounted.stderr.decode().strip()}"
        if os.environ.get("CI") == "true" and os.environ.get("KOLBA_NO_MOUNT") != "1":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """Leave no room on a disk; the file that takes it."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    return filler


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Callable[[], None]]:
    """Another program's write transaction; call what you get to end it."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield lambda: other.execute("ROLLBACK") and None
    finally:
        other.close()
