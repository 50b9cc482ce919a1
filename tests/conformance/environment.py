"""Virtual environments for other people's suites, made once under `.cache/`.

Each holds the project's pins of Flask and pytest and what the suite needs besides; Kolba itself
comes by the import path.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.conformance.suite import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
SOURCE = ROOT / "src"
PINNED = ("flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker", "pytest")


def pins() -> list[str]:
    """The project's own pins of what every environment holds."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0].lower() in PINNED]


def environment(name: str, *requirements: str) -> str:
    """The interpreter of an environment with these requirements, made if it is not there.

    Args:
        name: the environment's folder under `.cache/`.
        requirements: what it holds besides Flask and pytest.
    """
    home = ROOT / ".cache" / name
    python = home / "bin" / "python"
    wanted = [*pins(), *requirements]
    stamp = home / hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:16]
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        install(python, wanted, home / "constraints.txt")
        stamp.touch()
    return str(python)


def install(python: Path, requirements: list[str], constraints: Path) -> None:
    """Install, holding on to the project's pins."""
    constraints.write_text("\n".join(pins()) + "\n", encoding="utf-8")
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--constraint", str(constraints), *requirements]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
