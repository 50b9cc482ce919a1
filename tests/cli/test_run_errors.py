"""`kolba run` that cannot start: one message, exit code 2, nothing of ours to wade through."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kolba.errors import ServerError
from kolba.server.preflight import check_tls, choose_workers, claim_address
from tests.cli.certificates import write_certificate
from tests.cli.conftest import PATIENCE, Kolba, environment

APP = "from flask import Flask\napp = Flask(__name__)\n"

COMMAND_LINES = {
    "nope": "no module 'nope'",
    "shop:nope": "'shop' has no 'nope'",
    "two": "Detected multiple Flask applications in module 'two'",
    "needs": "could not call it without arguments",
    "shop --port {taken}": "cannot listen on 127.0.0.1:{taken}: the port is in use",
    "shop --host 192.0.2.1": "'192.0.2.1' is not an address of this machine",
    "shop --host no-such-host.invalid": "'no-such-host.invalid' has no address",
    "shop --port 65536": "'--port'",
    "shop --port x": "'--port'",
    "shop --workers 0": "'--workers'",
    "shop --threads 0": "'--threads'",
    "shop --no-such-option": "--no-such-option",
    "shop shop": "unexpected extra argument",
    "shop --debug --workers 2": "debug mode has one worker, and 2 were asked for",
    "shop --tls-key key.pem": "--tls-certificate is missing",
    "shop --tls-certificate cert.pem": "--tls-key is missing",
    "shop --tls-certificate no.pem --tls-key key.pem": "'no.pem' is not a file that can be read",
    "shop --tls-certificate cert.pem --tls-key no.pem": "'no.pem' is not a file that can be read",
    "shop --tls-certificate cert.pem --tls-key other.pem": "KEY_VALUES_MISMATCH",
    "shop --tls-certificate shop.py --tls-key key.pem": "cannot use the certificate 'shop.py'",
    "shop --env-file no.env": "'no.env' does not exist",
}


@pytest.fixture
def folder(tmp_path: Path, write: Callable[..., Path]) -> Path:
    """Apps and certificates, some of which do not fit together."""
    write("shop.py", APP)
    write("two.py", "from flask import Flask\na = Flask('a')\nb = Flask('b')")
    write("needs.py", "from flask import Flask\ndef create_app(kind): return Flask(kind)")
    write_certificate(tmp_path / "cert.pem", tmp_path / "key.pem")
    write_certificate(tmp_path / "unused.pem", tmp_path / "other.pem")
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of 127.0.0.1 that somebody listens on, willing to share as our workers do."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize(("line", "message"), COMMAND_LINES.items())
def test_one_message_and_exit_code_2(
    line: str, message: str, folder: Path, taken: int, kolba: Kolba
) -> None:
    """A command line that cannot work ends with exit code 2 and one message."""
    result = kolba("run", *line.format(taken=taken).split())
    assert result.returncode == 2
    assert message.format(taken=taken) in result.stderr
    assert result.stderr.count("Error: ") == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_an_app_that_raises_shows_its_own_traceback(
    folder: Path, write: Callable[..., Path], kolba: Kolba
) -> None:
    """Code that raises at import shows its traceback from the user's file on, then one line."""
    raises = write("raises.py", "1 / 0\n")
    result = kolba("run", "raises")
    assert result.returncode == 2
    head, file, *_, last = result.stderr.splitlines()
    assert head == "Traceback (most recent call last):"
    assert file == f'  File "{raises}", line 1, in <module>'
    assert last == (
        "Error: cannot load 'raises': its code raised ZeroDivisionError."
        " Mend the line that the traceback ends with."
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "arguments", "message"),
    [
        ("granian", ["shop"], "needs Granian, which is not installed"),
        ("watchfiles", ["shop", "--reload"], "needs watchfiles, which is not installed"),
        ("dotenv", ["shop", "--env-file", "shop.py"], "python-dotenv must be installed"),
    ],
)
def test_a_missing_package_is_named(
    missing: str, arguments: list[str], message: str, folder: Path
) -> None:
    """Without an optional package, the message says what to install."""
    code = f"import sys; sys.modules[{missing!r}] = None; from kolba.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "run", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_for_root_is_explained() -> None:
    """A port that only root may open says so, whoever runs the test."""
    code = (
        "import os\n"
        "from kolba.errors import ServerError\n"
        "from kolba.server.preflight import claim_address\n"
        "claim_address('127.0.0.1', 0)  # imports all that it needs\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: claim_address('127.0.0.1', 1)\n"
        "except ServerError as error: print(error)\n"
    )
    start = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if start.exists() and int(start.read_text()) <= 1:
        pytest.skip("this machine lets everybody open port 1")
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == (
        "cannot listen on 127.0.0.1:1: ports below 1024 are for root."
        " Choose another port: --port 8000.\n"
    ), result.stderr


def test_port_0_becomes_a_free_port() -> None:
    """Port 0 is settled before the workers start, so that all of them share one."""
    address, port = claim_address("localhost", 0)
    assert (address, port > 0) == ("127.0.0.1", True)


def test_a_shared_port_is_taken(taken: int) -> None:
    """A port whose owner would share it (SO_REUSEPORT) still counts as taken."""
    with pytest.raises(ServerError, match="in use"):
        claim_address("127.0.0.1", taken)


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    """A key with a password is an error at once, never a prompt."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    write_certificate(certificate, key, password=b"secret")
    with pytest.raises(ServerError, match="must have no password"):
        check_tls(str(certificate), str(key))


@pytest.mark.parametrize(
    ("asked", "single", "workers"), [(None, True, 1), (3, False, 3), (2, True, 2)]
)
def test_workers_that_were_asked_for_are_kept(
    asked: int | None, single: bool, workers: int
) -> None:
    """An explicit number of workers is taken; without one, a developer gets one."""
    assert choose_workers(asked, single=single, debug=False) == workers
