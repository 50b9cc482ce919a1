"""`kolba tour` as a process, and how the browser is started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
LOCALES = {"en": "en-GB", "ru": "ru-RU"}
PATIENCE = 60
"""Seconds for the server to start, and for the browser to do one thing."""


@contextmanager
def serving() -> Iterator[str]:
    """The URL of the tour, served until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kolba", "tour", "--port", "0"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    too_slow = threading.Timer(PATIENCE, process.kill)
    too_slow.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        too_slow.cancel()
        url = re.search(r"http://\S+", line)
        assert url, f"the tour said {line!r}"
        yield url[0]
    finally:
        too_slow.cancel()
        process.terminate()
        process.wait(PATIENCE)
