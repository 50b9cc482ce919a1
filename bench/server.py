"""A Granian server of one subject, pinned to one core: started, watched, stopped.

CPU time and memory are read from /proc, so that they are the server's and not the client's.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.apps import framework_of
from bench.jobs import Answer, Request

SERVER_CORE, CLIENT_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def pinned(command: list[str], core: int) -> list[str]:
    """The command, on one core alone where there are two."""
    if len(cores()) < 2:
        return command
    return ["taskset", "-c", str(cores()[core]), *command]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Return when the port answers.

    Raises:
        RuntimeError: the server ended, or did not listen in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"no server on port {port}: it ended with {process.poll()}")


def family(pid: int) -> list[int]:
    """A process and all of its descendants."""
    tasks = Path(f"/proc/{pid}/task")
    children = [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]
    return [pid, *(member for child in children for member in family(child))]


def cpu_seconds(pid: int) -> float:
    """User and system time of one process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid: int) -> float:
    """Resident memory of one process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Server:
    """One subject on Granian: one worker, default threads, on the server's core."""

    def __init__(self, subject: str, python: str = sys.executable) -> None:
        self.subject = subject
        self.port = free_port()
        interface = framework_of(subject).interface
        command = [python, "-m", "granian", "--interface", interface, "--workers", "1"]
        command += ["--port", str(self.port), "--log-level", "error", "bench.serve:app"]
        env = {**os.environ, "BENCH_SUBJECT": subject, "PYTHONHASHSEED": "0"}
        self.process = subprocess.Popen(pinned(command, SERVER_CORE), env=env)
        wait_for(self.port, self.process)

    def send(self, request: Request) -> Answer:
        """Ask one thing over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = dict(request.headers)
        if request.content_type:
            headers["Content-Type"] = request.content_type
        path = request.path + (f"?{request.query}" if request.query else "")
        connection.request(request.method, path, request.body or None, headers)
        got = connection.getresponse()
        pairs = tuple((name.lower(), value) for name, value in got.getheaders())
        answer = Answer(got.status, pairs, got.read())
        connection.close()
        return answer

    def cpu(self) -> float:
        """CPU seconds used by the server and its worker so far."""
        return sum(cpu_seconds(pid) for pid in family(self.process.pid))

    def rss(self) -> float:
        """Megabytes of the worker, the largest process of the family."""
        return max(rss_mb(pid) for pid in family(self.process.pid))

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
