"""Scenarios where Kolba may differ from Flask, and the reason, as `docs/fallbacks.md` states it.

Invariant: nothing enters this table that an app can meet without patching classes or dicts
behind the engine's back after the first request.
"""

from __future__ import annotations

UNPROMISED: dict[str, str] = {}
