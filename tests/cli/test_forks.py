"""Workers that are told to stop before they are at work."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

TOLD_AT_ONCE = """
    import os
    import signal
    import sys
    import time

    from kolba.server.worker import end_forks_when_told

    notes = []
    signal.signal(signal.SIGTERM, lambda *_: notes.append(1))
    if "ours" in sys.argv:
        end_forks_when_told()
        end_forks_when_told()  # as a process has it that serves twice
    ends = []
    for _ in range(50):
        worker = os.fork()
        if worker == 0:
            time.sleep(0.05)
            os._exit(0)
        os.kill(worker, signal.SIGTERM)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
    worker = os.fork()
    if worker == 0:  # whose own forks have what it has set, and no more
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os._exit(signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN)
        os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
    assert os.waitpid(worker, 0)[1] == 0
    os.kill(os.getpid(), signal.SIGTERM)
    print(ends == [-signal.SIGTERM] * 50, len(notes), signal.pthread_sigmask(0, []))
"""


@pytest.mark.parametrize(("whose", "all_ended"), [("ours", True), ("nobody's", False)])
def test_a_worker_that_is_told_at_once_ends(whose: str, all_ended: bool) -> None:
    """It ends by SIGTERM, in the very moment of its fork too; its parent takes note as before."""
    program = [sys.executable, "-c", dedent(TOLD_AT_ONCE), whose]
    told = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout == f"{all_ended} 1 set()\n", told.stderr
