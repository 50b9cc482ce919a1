"""Bad query strings and bodies, over a real server, beside plain Flask on the same one."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.forms.bad_bodies import ALL, FORMS, Bad, get

pytestmark = pytest.mark.slow

PATIENCE = 60


@dataclass
class Server:
    """A running `kolba run`."""

    process: subprocess.Popen[str]
    port: int
    log: list[str] = field(default_factory=list)

    def send(self, bad: Bad, step: int = 0) -> tuple[int, str]:
        """The status and text of the answer; `step` is how many bytes go out at a time."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            self._write(connection, bad, step)
            answer = b""
            try:
                while block := connection.recv(1 << 16):
                    answer += block
            except ConnectionError:
                pass
        status = re.match(rb"HTTP/1\.1 (\d{3})", answer)
        return int(status[1]) if status else 0, answer.decode("utf-8", "replace")

    def _write(self, connection: socket.socket, bad: Bad, step: int) -> None:
        try:
            for start in range(0, len(bad.raw), step or len(bad.raw)):
                connection.sendall(bad.raw[start : start + (step or len(bad.raw))])
            if bad.cut:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # the answer came before all was sent


def _start(kind: str) -> Server:
    command = [sys.executable, "-m", "kolba", "run", "tests.forms.target:app", "--port", "0"]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("FLASK_")}
    process = subprocess.Popen(
        command,
        env=environ | {"TARGET": kind},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    assert process.stdout is not None
    log: list[str] = []
    for line in process.stdout:
        log.append(line)
        if line.startswith("Kolba on ") and (found := re.search(r":(\d+)\b", line)):
            server = Server(process, int(found[1]), log)
            threading.Thread(target=log.extend, args=(process.stdout,), daemon=True).start()
            return server
    raise AssertionError("".join(log))


@pytest.fixture(scope="module", params=["kolba", "flask"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    running = _start(request.param)
    running.kind = request.param  # type: ignore[attr-defined]
    yield running
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(PATIENCE)


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.name)
def test_a_bad_input_gets_the_right_answer(server: Server, bad: Bad) -> None:
    """Kolba's answer is right and says why; plain Flask's is the one on record; both live on."""
    status, text = server.send(bad)
    if server.kind == "flask":  # type: ignore[attr-defined]
        assert status == bad.flask, text[:500]
    else:
        assert status == bad.right, text[:500]
        assert bad.holds in text
        assert "Traceback" not in text
    assert server.send(Bad("", get("/"), 200, 200))[0] == 200


SLOWLY = [bad for bad in FORMS if len(bad.raw) < 1000]


@pytest.mark.parametrize("bad", SLOWLY, ids=lambda bad: bad.name)
def test_the_answer_is_the_same_byte_by_byte(server: Server, bad: Bad) -> None:
    """The same bytes in packets of seven get the same status."""
    expected = bad.flask if server.kind == "flask" else bad.right  # type: ignore[attr-defined]
    assert server.send(bad, step=7)[0] == expected
