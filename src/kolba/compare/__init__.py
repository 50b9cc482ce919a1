"""`kolba compare`: an application's own routes through plain Flask and through Kolba.

Two sides on plain Flask and one on the engine, each in a process of its own and on its own copy of
the state. What Flask's two sides do not agree on changes by itself; what is left is Kolba's.
"""

from __future__ import annotations

from kolba.compare.match import Settings, compare
from kolba.compare.verdict import Comparison, Outcome, Verdict

__all__ = ["Comparison", "Outcome", "Settings", "Verdict", "compare"]
