"""The machine and the versions that a report was made on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("flask", "werkzeug", "jinja2", "kolba", "granian")


def cpu() -> str:
    """The processor's name, as the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def machine() -> str:
    """One line: processor, cores, system, Python, load at the start."""
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{cpu()}, {os.cpu_count()} cores, {system}, load {load:.1f}"


def versions(packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """What is installed, of the packages that matter here."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
