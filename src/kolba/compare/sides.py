"""The parent's hold on a side: starts it, asks it, ends it.

Invariant: no side outlives its block, whatever happens in it.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from kolba.errors import KolbaError, TargetError

_BOOT = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
folder = sys.argv.pop()
spec = spec_from_file_location("kolba_side", folder + "/__init__.py",
                               submodule_search_locations=[folder])
sys.modules["kolba_side"] = module = module_from_spec(spec)
spec.loader.exec_module(module)
from kolba_side.main import main
main()
"""
_SIDE = Path(__file__).parent / "side"


class NoAnswer(Exception):
    """A side did not answer in time, or ended."""


class NotCopied(KolbaError):
    """The application uses a service whose state cannot be copied."""


class Side:
    """A process with the application in it.

    Args:
        setting: what the side is told first (see `kolba_side.main.Side`).
        patience: seconds that it may take for one answer.
    """

    def __init__(self, setting: dict[str, Any], patience: float) -> None:
        self._patience = patience
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, os.fspath(_SIDE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "0", "FLASK_DEBUG": "0"},
        )
        try:
            self._ask(setting)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Side:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """Has the side do one thing, and returns what came of it.

        Raises:
            NoAnswer: It did not answer in time, or its process ended.
            NotCopied: The application connected to a service.
            TargetError: The application cannot be compared.
        """
        return self._ask({"do": do, **values})

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise NoAnswer("its process ended") from error
        ready, _, _ = select.select([self._process.stdout], [], [], self._patience)
        if not ready:
            raise NoAnswer(f"nothing came in {self._patience:g} seconds")
        line = self._process.stdout.readline()
        if not line:
            raise NoAnswer("its process ended")
        return understood(json.loads(line))


def understood(answer: dict[str, Any]) -> dict[str, Any]:
    """Returns the answer, or raises what it says."""
    if "reached" in answer:
        raise NotCopied(
            f"the application uses {answer['reached']}, and what is in there cannot be copied:"
            " every request, GET too, may change it. Point the application at a copy of your own,"
            " or say that it may be used as it is: --live."
        )
    if "refused" in answer:
        raise TargetError(answer["refused"], answer["traceback"])
    return answer
