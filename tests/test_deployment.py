"""What docs/deployment.md says to run is run: the servers, nginx before them, the container."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from kolba import Kolba
from kolba.keys import keys_of
from tests.documents import blocks
from tests.ports import free_port

PAGE = "docs/deployment.md"
SHOP = """
import os

from kolba import Kolba, request, session, url_for
from kolba.health import health

app = Kolba(__name__)
app.config.update(KOLBA_ORIGINS=[os.environ.get("SITE", "https://shop.example")])
app.config.update(KOLBA_TRUSTED_PROXIES=1)
app.register_blueprint(health())


@app.post("/in")
def enter():
    session["user"] = "anna"
    return "in"


@app.get("/")
def index():
    return {
        "user": session.get("user"),
        "client": request.remote_addr,
        "scheme": request.scheme,
        "url": url_for("index", _external=True),
    }
"""
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
}
_SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the app is."""
    (tmp_path / "shop.py").write_text(SHOP, "utf-8")
    return tmp_path


@contextmanager
def running(command: list[str], folder: Path, port: int, **environ: str) -> Iterator[None]:
    """A process for the length of a `with`, from when its port answers."""
    where = str(Path(sys.executable).parent)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PATH": f"{where}:{os.environ['PATH']}", **environ},
        stdout=(folder / "log").open("ab"),
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + _SECONDS
        while not answers(port):
            assert process.poll() is None and time.monotonic() < deadline, log(folder)
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(_SECONDS)


def log(folder: Path) -> str:
    return (folder / "log").read_text("utf-8")


def answers(port: int) -> bool:
    """Whether something answers HTTP there."""
    try:
        ask(port, "GET", "/healthz")
    except OSError:
        return False
    return True


def ask(port: int, method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    """One request to `shop.example` on a port, over a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        sent = {"Host": "shop.example", **{k.replace("_", "-"): v for k, v in headers.items()}}
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def shown(start: str) -> list[str]:
    """The command of the page's shell blocks that begins so."""
    lines = "\n".join(blocks(PAGE, "sh")).splitlines()
    (line,) = [line for line in lines if line.startswith(start)]
    return shlex.split(line)


def on_port(command: list[str], port: int) -> list[str]:
    """The command with its port replaced by a free one."""
    return [re.sub(r"^(127\.0\.0\.1:)?8000$", rf"\g<1>{port}", word) for word in command]


def nginx_conf(folder: Path, app: int, front: int) -> str:
    """The page's server block, without TLS and on ports of the test's, in a whole configuration."""
    (server,) = blocks(PAGE, "nginx")
    server = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{front};", server)
    server = re.sub(r"^ *ssl_\w+ .*\n", "", server, flags=re.MULTILINE)
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off; {paths}\n{server}\n}}\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("server", ["kolba run", "gunicorn"])
def test_behind_nginx(server: str, folder: Path, require: Callable[[str], str]) -> None:
    """Behind the page's nginx the app knows the visitor, and none of what the visitor forged."""
    nginx = require("nginx")
    app, front = free_port(), free_port()
    (folder / "nginx.conf").write_text(nginx_conf(folder, app, front), "utf-8")
    command = on_port(shown(server), app)
    proxy = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    site = f"http://shop.example:{front}"
    with running(command, folder, app, SITE=site), running(proxy, folder, front):
        entered, _ = ask(front, "POST", "/in")
        cookie = entered.getheader("Set-Cookie", "").partition(";")[0]
        answer, body = ask(front, "GET", "/", Cookie=cookie, **FORGED)
        assert answer.status == 200, log(folder)
        assert json.loads(body) == {
            "user": "anna",
            "client": "127.0.0.1",
            "scheme": "http",
            "url": f"{site}/",
        }
        assert ask(app, "GET", "/readyz")[0].status == 200
        assert ask(front, "GET", "/readyz")[0].status == 404


def dockerfile() -> dict[str, Any]:
    """The lines of the page's Dockerfile that can be tried without a container."""
    (text,) = blocks(PAGE, "dockerfile")
    lines = dict(line.split(" ", 1) for line in text.splitlines())
    command = json.loads(lines["CMD"])
    check = json.loads(lines["HEALTHCHECK"].removeprefix("CMD "))
    return {"command": command, "check": check, "environment": lines["ENV"]}


@pytest.mark.slow
def test_the_container_s_command_and_its_health_check(folder: Path) -> None:
    """`CMD` serves, `HEALTHCHECK` finds it alive, and `ENV` puts the state where it says."""
    parts, port = dockerfile(), free_port()
    name, _, state = parts["environment"].partition("=")
    state = state.replace("/var/lib/shop", str(folder / "state"))
    command = on_port(parts["command"], port)
    check = [sys.executable, *(word.replace("8000", str(port)) for word in parts["check"][1:])]
    assert subprocess.run(check, capture_output=True, timeout=_SECONDS).returncode != 0
    with running(command, folder, port, **{name: state}):
        assert subprocess.run(check, timeout=_SECONDS).returncode == 0
        ask(port, "POST", "/in")
    assert (folder / "state" / "kolba.sqlite3").exists()


def test_the_key_command_makes_a_key_that_is_taken(folder: Path) -> None:
    """What the page's command prints is a key that `KOLBA_KEYS` takes, first or second."""
    _, *rest = shown("python -c")
    printed = subprocess.run(
        [sys.executable, *rest], capture_output=True, text=True, check=True, timeout=_SECONDS
    )
    app = Kolba(__name__)
    app.config["KOLBA_KEYS"] = f"{printed.stdout.strip()},an older one of the tests"
    assert keys_of(app) == (printed.stdout.strip(), "an older one of the tests")
