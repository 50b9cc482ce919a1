"""The peers' own environment, made on demand under `.cache/`: they never mix with Kolba's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.apps import FRAMEWORKS

VENV = Path(__file__).parents[1] / ".cache" / "peers"
SERVER = ("granian[uvloop]",)


def pythons(names: Iterable[str], say: Callable[[str], None] = print) -> dict[str, str]:
    """Each peer with the interpreter that has it; one that cannot be installed is left out."""
    python = VENV / "bin" / "python"
    ready = {}
    for name in names:
        packages = FRAMEWORKS[name].packages
        if has(python, name) or install(python, (*SERVER, *packages), say):
            ready[name] = str(python)
    return ready


def versions(pythons: dict[str, str]) -> dict[str, str]:
    """The version of each peer that is there."""
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    return {
        name: subprocess.run(
            [python, "-c", code, FRAMEWORKS[name].packages[0]],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for name, python in pythons.items()
    }


def has(python: Path, name: str) -> bool:
    """Whether the peer can be imported there."""
    command = [str(python), "-c", f"import granian, {FRAMEWORKS[name].packages[0]}"]
    return python.exists() and subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def install(python: Path, packages: tuple[str, ...], say: Callable[[str], None]) -> bool:
    """Install what a peer needs; say so if that cannot be done."""
    say(f"installing {', '.join(packages)} beside the project")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        say(f"not installed, left out: {done.stderr.strip()[-300:]}")
    return done.returncode == 0
