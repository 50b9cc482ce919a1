"""Ports for the servers of the tests."""

from __future__ import annotations

import random
import socket

# Below the range that connections go out from (32768 and up): no client of another test can
# take the port before the server has it, and nobody who waits for it connects to himself.
# A cluster takes the port 10,000 above, too.
_PORTS = range(10_000, 22_768)
# Hypothesis sets the seed of the module's own generator, which would give the same port again.
_random = random.SystemRandom()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    while True:
        port = _random.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
