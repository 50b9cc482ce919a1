"""All state in one SQLite file: the default home, for any number of processes of one host."""

from __future__ import annotations

from kolba.stores.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
