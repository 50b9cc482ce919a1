"""A test app on a real server: `kolba run` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

PATIENCE = 60


@contextlib.contextmanager
def served(target: str, **environ: str) -> Iterator[int]:
    """The port of a running `kolba run TARGET`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK_", "KOLBA_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "kolba", "run", target, "--port", "0"],
        env=kept | {"KOLBA_STATE": "memory:"} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    try:
        yield _port(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    log: list[str] = []
    for line in process.stdout:
        log.append(line)
        if line.startswith("Kolba on ") and (found := re.search(r":(\d+)\b", line)):
            # Whoever does not read a pipe stops its writer.
            threading.Thread(target=log.extend, args=(process.stdout,), daemon=True).start()
            return int(found[1])
    raise AssertionError("".join(log))
