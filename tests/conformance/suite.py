"""Fetching a suite and running it twice; comparing the two runs.

A run is one pytest process in the unpacked sdist. What it found comes back by a file that the
plugin writes, so that nothing is read off a terminal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "sdists"
PLUGIN = Path(__file__).parent / "plugin"


@dataclass(frozen=True)
class Run:
    """What one run of a suite found: test ids with outcomes, and the engine's counters."""

    outcomes: dict[str, str]
    stats: dict[str, Any] = field(default_factory=dict)
    output: str = ""

    def ids(self, outcome: str) -> set[str]:
        """The tests with this outcome."""
        return {test for test, found in self.outcomes.items() if found == outcome}

    def count(self, kind: str) -> int:
        """One of the engine's counters; 0 where it does not count."""
        return int(self.stats.get(kind, 0))

    @property
    def requests(self) -> int:
        """How many requests reached the engine."""
        return sum(self.count(kind) for kind in ("compiled", "werkzeug", "fallback"))

    @property
    def reasons(self) -> Counter[str]:
        """Why requests fell back."""
        return Counter({str(k): int(v) for k, v in self.stats.get("fallback_reasons", {}).items()})


@dataclass(frozen=True)
class Comparison:
    """The same suite on plain Flask and on the engine."""

    plain: Run
    engine: Run

    @property
    def different(self) -> dict[str, tuple[str, str]]:
        """Every test whose outcome differs, with both outcomes."""
        ids = self.plain.outcomes.keys() | self.engine.outcomes.keys()
        pairs = {
            test: (
                self.plain.outcomes.get(test, "not run"),
                self.engine.outcomes.get(test, "not run"),
            )
            for test in sorted(ids)
        }
        return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def failed_only_on_engine(self) -> set[str]:
        """Tests that pass on plain Flask and do not on the engine."""
        return self.plain.ids("passed") - self.engine.ids("passed")


def fetch(name: str, version: str, python: str = sys.executable) -> Path:
    """The unpacked sdist of a release, downloaded once.

    Args:
        name: the project's name.
        version: the exact version.
        python: the interpreter whose pip fetches it.
    """
    home = CACHE / f"{name.lower()}-{version}"
    if not home.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            unpacked = download(f"{name}=={version}", Path(scratch), python)
            unpacked.rename(home)
    return home


def download(requirement: str, scratch: Path, python: str) -> Path:
    """Download one sdist and unpack it; the folder inside comes back."""
    command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run(
        [*command, "--dest", str(scratch), requirement], check=True, stderr=subprocess.DEVNULL
    )
    (archive,) = scratch.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data")
    (unpacked,) = (path for path in scratch.iterdir() if path.is_dir())
    return unpacked


def run(
    home: Path,
    *args: str,
    engine: bool,
    python: str = sys.executable,
    paths: tuple[Path, ...] = (),
) -> Run:
    """Run the suite in `home` with pytest in a process of its own.

    Args:
        home: the folder to run in.
        args: more arguments for pytest.
        engine: whether the engine is installed in that process.
        python: the interpreter.
        paths: folders to put on the import path.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "found.json"
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (PLUGIN, *paths))),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "KOLBA_CONFORMANCE_OUT": str(out),
            "KOLBA_CONFORMANCE_ENGINE": "1" if engine else "0",
        }
        command = [python, "-m", "pytest", "-q", "-p", "kolba_conformance"]
        command += ["-p", "no:cacheprovider", "--continue-on-collection-errors", *args]
        ended = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True)
        if not out.exists():
            raise RuntimeError(f"pytest did not finish in {home}:\n{ended.stdout}{ended.stderr}")
        return Run(output=ended.stdout, **json.loads(out.read_text(encoding="utf-8")))


def compare(
    home: Path, *args: str, python: str = sys.executable, paths: tuple[Path, ...] = ()
) -> Comparison:
    """Run the suite on plain Flask, then on the engine."""
    plain = run(home, *args, engine=False, python=python, paths=paths)
    return Comparison(plain, run(home, *args, engine=True, python=python, paths=paths))


def print_reasons(found: Run) -> None:
    """One line for each reason for falling back, the most frequent first."""
    for reason, count in found.reasons.most_common():
        print(f"fallback {count:5} {reason}")


def print_differences(found: Comparison) -> None:
    """One line for each test that differs, and the engine's own words about them."""
    for test, (plain, engine) in found.different.items():
        print(f"different: {test}: {plain} on Flask, {engine} on the engine")
    if found.different:
        print(found.engine.output[-20000:])
