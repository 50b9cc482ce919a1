"""The engine: read -> compile -> plan -> run. Makes Flask cheaper and changes nothing else."""

from __future__ import annotations

from kolba.engine.counters import stats
from kolba.engine.explain import explain
from kolba.engine.installer import install

__all__ = ["explain", "install", "stats"]
