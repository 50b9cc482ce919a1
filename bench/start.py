"""Start-up: the time to the first answer of `flask run` and `kolba run`, and import times."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.error import HTTPError
from urllib.request import urlopen

import kolba
from bench.report import Figure
from bench.server import free_port
from bench.targets import START_MS

APP = "bench.apps.flask_app"
BIN = Path(sys.executable).parent
COMMANDS = {
    "flask": [str(BIN / "flask"), "--app", APP, "run", "--port"],
    "kolba": [str(BIN / "kolba"), "run", APP, "--workers", "1", "--port"],
}
IMPORTS = {
    "nothing": "pass",
    "flask": "import flask",
    "kolba": "import kolba; kolba.install()",
}


@dataclass
class Result:
    """Milliseconds, one a round."""

    first_answer: dict[str, list[float]] = field(default_factory=dict)
    imports: dict[str, list[float]] = field(default_factory=dict)


def answered(port: int) -> bool:
    """Whether the server answers by now."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
            return bool(answer.read() == b"Hello")
    except HTTPError:
        raise
    except OSError:
        return False


def first_answer(command: list[str], seconds: float = 20) -> float:
    """Milliseconds from the start of the command to its first answer."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answered(port):
            if process.poll() is not None or time.perf_counter() - began > seconds:
                raise RuntimeError(f"{' '.join(command)} did not answer")
            time.sleep(0.002)
        return (time.perf_counter() - began) * 1000
    finally:
        process.terminate()
        process.wait(20)


def import_ms(code: str) -> float:
    """Milliseconds of CPU that a new interpreter takes to run the code."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True)
    after = os.times()
    used = after.children_user + after.children_system
    return (used - before.children_user - before.children_system) * 1000


def measure(rounds: int, say: Callable[[str], None] = print) -> Result:
    """Take turns at starting and at importing."""
    # As pip compiles what it installs; where Python may not write, each start would do it again.
    compileall.compile_dir(Path(kolba.__file__).parent, quiet=1)
    result = Result()
    for number in range(1, rounds + 1):
        say(f"start: round {number} of {rounds}")
        for name, command in COMMANDS.items():
            result.first_answer.setdefault(name, []).append(first_answer(command))
        for name, code in IMPORTS.items():
            result.imports.setdefault(name, []).append(import_ms(code))
    return result


def figures(result: Result) -> Iterator[Figure]:
    """The table's figures."""
    section = "start, milliseconds"
    for name, taken in result.first_answer.items():
        yield Figure(section, "to the first answer", name, median(taken), "ms")
    pairs = zip(result.first_answer["kolba"], result.first_answer["flask"], strict=True)
    later = median(kolba - flask for kolba, flask in pairs)
    yield Figure(section, "later than flask run", "kolba", later, "ms", None, START_MS)
    nothing = median(result.imports["nothing"])
    for name in ("flask", "kolba"):
        own = median(result.imports[name]) - nothing
        yield Figure(section, "import, CPU", name, own, "ms")
