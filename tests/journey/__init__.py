"""One visitor's journey through an app, played on plain Flask and on the engine; then compared.

A journey module has `create_app()` and `journey(visitor)`. Each way of playing it gets a process
of its own, with a stopped clock and a seeded source of randomness, so that every byte of every
answer can be compared, signatures and tokens included.
Invariant: in the process that plays plain Flask, Kolba is never imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WAYS = ("flask", "engine-first", "engine-last")
_SECONDS = 300


@dataclass(frozen=True)
class Played:
    """What came of one journey: its lines, the log, and how the engine counted the requests."""

    lines: list[str]
    log: str
    stats: dict[str, int] | None

    @property
    def requests(self) -> int:
        return sum(line.startswith("> ") for line in self.lines)


def play(module: str, *ways: str, env: Mapping[str, str] = {}) -> dict[str, Played]:
    """Play the journey of `module` in each of the `ways`, at the same time.

    Args:
        module: dotted name of the journey module.
        ways: of `WAYS`: no engine; installed before the module is imported and the app made;
            installed after both.
        env: added to the environment of the processes.
    """
    running = {way: _start(module, way, env) for way in ways}
    return {way: _finish(way, process) for way, process in running.items()}


def compare(
    module: str, env: Mapping[str, str] = {}, *, wrapped_early: bool = False
) -> dict[str, Played]:
    """Play all three ways; every answer on the engine must be Flask's, byte for byte.

    Also asserts that the engine ran: an equal answer that Flask's own code gave proves nothing.

    Args:
        module: dotted name of the journey module.
        env: added to the environment of the processes.
        wrapped_early: the extension keeps the `wsgi_app` that it found when the app was made, so
            an engine that is installed later never meets the requests.
    """
    played = play(module, *WAYS, env=env)
    flask = played["flask"]
    assert flask.requests, flask.log
    for way in WAYS[1:]:
        assert played[way].lines == flask.lines, first_difference(way, played)
        assert played[way].log == flask.log, f"{way} logs something else than plain Flask"
    assert_engine_ran(played["engine-first"])
    if not wrapped_early:
        assert_engine_ran(played["engine-last"])
    return played


def first_difference(way: str, played: Mapping[str, Played]) -> str:
    """Where the journey first went another way, in words."""
    pairs = zip_longest(played["flask"].lines, played[way].lines, fillvalue="(nothing)")
    asked = ""
    for plain, engine in pairs:
        asked = plain if plain.startswith("> ") else asked
        if plain != engine:
            alike = (a == b for a, b in zip(plain, engine, strict=False))
            same = sum(takewhile(bool, alike))
            shown = slice(max(0, same - 60), same + 120)
            return f"{asked}\n  flask: {plain[shown]}\n  {way}: {engine[shown]}"
    return "no difference"


def assert_engine_ran(played: Played) -> None:
    """Every request went through the engine, and most of them by a compiled plan."""
    assert played.stats is not None
    compiled, fallback = played.stats["compiled"], played.stats["fallback"]
    assert compiled + fallback >= played.requests, played.stats
    assert compiled > fallback, played.stats


def _start(module: str, way: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    fixed = {"PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", "TZ": "UTC"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journey.player", way, module],
        cwd=ROOT,
        env={**os.environ, **fixed, **env, "JOURNEY_WAY": way},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(way: str, process: subprocess.Popen[str]) -> Played:
    try:
        out, err = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, f"{way}: the journey ended early\n{err}"
    result: dict[str, Any] = json.loads(out)
    return Played(result["lines"], _without_frames(err), result["stats"])


def _without_frames(log: str) -> str:
    """The log less the indented lines of tracebacks: the engine's frames are not Flask's."""
    return "".join(line for line in log.splitlines(keepends=True) if not line.startswith("  "))
