"""A real Redis for the tests that need one: started on a free port, nothing kept on disk."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import redis

from tests.ports import free_port
from tests.tools import tool

_SECONDS = 60


@contextmanager
def running_redis() -> Iterator[str]:
    """The URL of a Redis that ends with the block.

    A missing `redis-server` skips the test with its reason; in CI (CI=true) it fails.
    """
    program = tool("redis-server")
    port = free_port()
    process = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(process, port)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=_SECONDS)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    client = redis.Redis(port=port)
    deadline = monotonic() + _SECONDS
    while monotonic() < deadline:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            try:
                process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"redis-server does not answer on port {port}")
