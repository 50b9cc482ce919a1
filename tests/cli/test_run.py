"""`kolba run`: real processes, real sockets, the real server."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.certificates import write_certificate
from tests.cli.conftest import PATIENCE, Serve, environment, eventually

pytestmark = pytest.mark.slow

SHOP = """
    import os
    import time

    from flask import Flask, current_app, request

    app = Flask(__name__)


    @app.get("/")
    def home():
        return "the shop"


    @app.get("/pid")
    def pid():
        return str(os.getpid())


    @app.get("/slow")
    def slow():
        open("in-flight", "w").close()
        time.sleep(1)
        return "finished"


    @app.get("/boom")
    def boom():
        1 / 0


    @app.get("/debug")
    def debug():
        return str(current_app.debug)


    @app.get("/variable/<name>")
    def variable(name):
        return os.environ.get(name, "-")


    @app.get("/environ")
    def environ():
        return "\\n".join(sorted(request.environ))


    def create_app(greeting="hello"):
        made = Flask("made")
        made.add_url_rule("/", "home", lambda: greeting)
        return made
    """


@pytest.fixture(autouse=True)
def shop(write: Callable[..., Path]) -> Path:
    """`shop.py` in the test's folder."""
    return write("shop.py", SHOP)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [(["shop:app"], "the shop"), (["shop:create_app('dev')"], "dev"), (["shop.py"], "the shop")],
)
def test_serves_the_target(arguments: list[str], answer: str, serve: Serve) -> None:
    """The application that TARGET names answers at the address of the start line."""
    served = serve(*arguments)
    assert served.get("/") == answer
    assert re.fullmatch(
        r"Kolba on http://127\.0\.0\.1:\d+ · \S+ · \d workers? x 32 threads · Ctrl\+C to stop",
        served.start_line,
    )
    assert served.stop() == 0
    assert served.lines == [served.start_line]
    assert served.errors() == ""


def test_the_engine_is_there_first(serve: Serve, write: Callable[..., Path]) -> None:
    """The application's own code runs on an engine that is already installed."""
    write(
        "early.py",
        """
        from flask import Flask
        from kolba.engine import install

        calls = []
        app = Flask(__name__)
        app.add_url_rule("/", "home", lambda: Flask.wsgi_app.__module__)
        """,
    )
    assert serve("early", "--workers", "1").get("/").startswith("kolba.engine")


def test_what_waits_for_the_end_of_an_answer_is_called(
    serve: Serve, write: Callable[..., Path], tmp_path: Path
) -> None:
    """`call_on_close` works with the server, which closes no answer that is a list."""
    write(
        "closing.py",
        """
        from pathlib import Path
        from flask import Flask, request

        app = Flask(__name__)
        app.add_url_rule("/text", "text", lambda: "text")
        app.add_url_rule("/stream", "stream", lambda: iter("ab"))

        @app.after_request
        def hook(response):
            mark = Path(request.method + request.path.replace("/", "-"))
            response.call_on_close(mark.touch)
            return response
        """,
    )
    served = serve("closing")
    asked = [(method, path) for path in ("text", "stream") for method in ("GET", "HEAD")]
    for method, path in asked:
        assert served.request(f"/{path}", method).status == 200
    marks = [tmp_path / "-".join(one) for one in asked]
    eventually(lambda: all(mark.exists() for mark in marks))  # the client may have all before


def test_flask_app_and_dotenv(serve: Serve, write: Callable[..., Path]) -> None:
    """`.env`, `.flaskenv` and `--env-file` are read as Flask reads them, FLASK_APP among them."""
    write(".flaskenv", "FLASK_APP=shop\nONE=flaskenv\nTWO=flaskenv\nTHREE=flaskenv\nFOUR=flaskenv")
    write(".env", "TWO=env\nTHREE=env\nFOUR=env")
    write("more.env", "THREE=file\nFOUR=file")
    served = serve("--env-file", "more.env", FOUR="shell")
    values = [served.get(f"/variable/{name}") for name in ("ONE", "TWO", "THREE", "FOUR")]
    assert values == ["flaskenv", "env", "file", "shell"]


def test_without_dotenv_there_is_flasks_hint(tmp_path: Path, write: Callable[..., Path]) -> None:
    """With a `.env` and no python-dotenv, Flask's own hint is shown and the start goes on."""
    write(".env", "X=1")
    code = "import sys; sys.modules['dotenv'] = None; from kolba.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "run", "nope"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "Install python-dotenv" in result.stderr
    assert "no module 'nope'" in result.stderr


def test_a_killed_worker_comes_back(serve: Serve) -> None:
    """A worker that is killed is replaced, and the port answers again."""
    served = serve("shop", "--workers", "1")
    old = served.get("/pid")
    os.kill(int(old), signal.SIGKILL)
    new = eventually(lambda: served.get("/pid"))
    assert new != old
    assert served.stop() == 0


def test_a_worker_that_is_killed_again_and_again_comes_back(serve: Serve) -> None:
    """Workers that die as soon as they are there do not end the server."""
    served = serve("shop", "--workers", "1")
    pids = [served.get("/pid")]
    for _ in range(4):
        os.kill(int(pids[-1]), signal.SIGKILL)
        pids.append(eventually(lambda: served.get("/pid")))
    assert len(set(pids)) == 5
    assert served.stop() == 0


def test_a_worker_that_never_lives_ends_the_server(tmp_path: Path) -> None:
    """An app that loads at first, and then ends every worker, ends the server with an error."""
    (tmp_path / "ends.py").write_text(
        "import os\nfrom pathlib import Path\nfrom flask import Flask\n"
        "if Path('tried').exists(): os._exit(3)\n"
        "Path('tried').touch()\napp = Flask(__name__)\n"
    )
    command = [sys.executable, "-m", "kolba", "run", "ends", "--port", "0", "--workers", "1"]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert result.returncode == 1
    assert "crash loop" in result.stderr + result.stdout


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_flight_are_finished(
    signum: signal.Signals, serve: Serve, tmp_path: Path
) -> None:
    """SIGTERM and Ctrl+C let a request that has begun finish, then end with exit code 0."""
    served = serve("shop", "--workers", "1")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(served.get, "/slow")
        eventually((tmp_path / "in-flight").exists)
        assert served.stop(signum) == 0
        assert answer.result(PATIENCE) == "finished"
    with pytest.raises(ConnectionRefusedError):
        served.get("/")


def test_workers_stop_with_their_parent(serve: Serve) -> None:
    """When the parent is killed, its workers stop too and the port is free."""
    served = serve("shop", "--workers", "2")
    served.stop(signal.SIGKILL)

    def free() -> bool:
        with socket.socket() as probe:
            # A closed connection may wait on the port for a minute; a listener still refuses this.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", served.port))
        return True

    assert eventually(free)


def test_a_second_server_on_the_port_is_refused(serve: Serve, tmp_path: Path) -> None:
    """A second `kolba run` on a port of the first ends with exit code 2; the first serves on."""
    served = serve("shop")
    result = subprocess.run(
        [sys.executable, "-m", "kolba", "run", "shop", "--port", str(served.port)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (result.returncode, "the port is in use" in result.stderr) == (2, True)
    assert served.get("/") == "the shop"


def test_reload_picks_up_a_change(serve: Serve, shop: Path) -> None:
    """With --reload, a changed file is served without a restart by hand, a broken one explained."""
    served = serve("shop", "--reload")
    source = shop.read_text()
    shop.write_text(source.replace("the shop", "the new shop"))
    assert eventually(lambda: served.get("/") == "the new shop")
    shop.write_text(source + "\ndef (")
    assert eventually(lambda: served.request("/").status == 500)
    assert "Error: cannot load 'shop': its code raised SyntaxError" in served.errors()
    shop.write_text(source)
    assert eventually(lambda: served.get("/") == "the shop")
    assert served.stop() == 0


def test_debug_shows_werkzeugs_debugger(serve: Serve) -> None:
    """--debug turns Flask's debug mode on and shows the interactive debugger on loopback."""
    served = serve("shop", "--debug")
    assert "1 worker x" in served.start_line
    assert served.get("/debug") == "True"
    reply = served.request("/boom")
    assert reply.status == 500
    assert "ZeroDivisionError" in reply.text
    assert "EVALEX = true" in reply.text
    assert any(line.startswith("Debugger PIN: ") for line in served.lines)


def test_flask_debug_is_debug(serve: Serve) -> None:
    """FLASK_DEBUG=1 is --debug, and --no-debug goes before it."""
    assert "EVALEX = true" in serve("shop", FLASK_DEBUG="1").get("/boom")
    assert serve("shop", "--no-debug", FLASK_DEBUG="1").get("/debug") == "False"


def test_the_debuggers_console_stays_on_this_machine(serve: Serve) -> None:
    """SECURITY: on an address that others can reach, the debugger shows no console."""
    served = serve("shop", "--debug", "--host", "0.0.0.0")
    page = served.get("/boom")
    assert "ZeroDivisionError" in page
    assert "EVALEX = false" in page
    assert "The debugger's console is off: it needs --host 127.0.0.1" in served.lines


def test_https(serve: Serve, tmp_path: Path) -> None:
    """With a certificate and its key the same application answers over TLS."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    write_certificate(certificate, key)
    served = serve("shop", "--tls-certificate", "cert.pem", "--tls-key", "key.pem")
    assert served.tls
    trust = ssl.create_default_context(cafile=str(certificate))
    assert served.request("/", trust=trust).text == "the shop"
    assert served.stop() == 0
    assert served.errors() == ""


def test_access_log(serve: Serve) -> None:
    """--access-log writes one line a request, whatever the path holds; without it there is none."""
    served = serve("shop", "--access-log", "--workers", "1")
    served.get("/")
    served.get("/a%0Aforged%1b")
    assert eventually(lambda: len(served.lines) == 3)
    first, second = [line for line in served.lines if line != served.start_line]
    assert re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+\] "GET / HTTP/1\.1" 200 \d+\.\dms', first)
    assert '"GET /a\\nforged\\x1b HTTP/1.1" 404' in second


def test_the_process_environment_stays_private(serve: Serve) -> None:
    """SECURITY: no variable of the process can be read as a header that a client has sent."""
    served = serve("shop", HTTP_X_FORWARDED_USER="admin", SECRET="1")
    names = served.get("/environ").splitlines()
    assert "REQUEST_METHOD" in names
    assert not {"HTTP_X_FORWARDED_USER", "SECRET", "PATH"} & set(names)


def test_the_commands_are_one(tmp_path: Path) -> None:
    """`kolba` and `python -m kolba` are the same program."""
    script = Path(sys.executable).with_name("kolba")
    both = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, cwd=tmp_path)
        for command in ([str(script)], [sys.executable, "-m", "kolba"])
    ]
    assert both[0].stdout == both[1].stdout == "kolba, version 0.1.0\n"
