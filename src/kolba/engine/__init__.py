"""The engine: read -> compile -> plan -> run. Makes Flask cheaper and changes nothing else."""

from __future__ import annotations


def install() -> None:
    """Put every `flask.Flask` of this process on the engine."""
