"""Bad query strings and bodies, over a real server, beside plain Flask on the same one."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.forms.bad_bodies import ALL, FORMS, Bad, get
from tests.forms.serving import PATIENCE, served

pytestmark = pytest.mark.slow


@dataclass
class Server:
    """A running server, and which class of app is on it."""

    kind: str
    port: int

    def send(self, bad: Bad, step: int = 0) -> tuple[int, str]:
        """The status and text of the answer; `step` is how many bytes go out at a time."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            self._write(connection, bad, step)
            answer = b""
            # A server that refuses early may close before all was read.
            with contextlib.suppress(ConnectionError):
                while block := connection.recv(1 << 16):
                    answer += block
        status = re.match(rb"HTTP/1\.1 (\d{3})", answer)
        return int(status[1]) if status else 0, answer.decode("utf-8", "replace")

    def _write(self, connection: socket.socket, bad: Bad, step: int) -> None:
        size = step or len(bad.raw)
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(bad.raw), size):
                connection.sendall(bad.raw[start : start + size])
            if bad.cut:
                connection.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module", params=["kolba", "flask"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with served("tests.forms.target:app", TARGET=request.param) as port:
        yield Server(request.param, port)


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.name)
def test_a_bad_input_gets_the_right_answer(server: Server, bad: Bad) -> None:
    """Kolba's answer is right and says why; plain Flask's is the one on record; both live on."""
    status, text = server.send(bad)
    if server.kind == "flask":
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
    expected = bad.flask if server.kind == "flask" else bad.right
    assert server.send(bad, step=7)[0] == expected
