"""All state in PostgreSQL: for several hosts. Every verb is one round trip."""

from __future__ import annotations

from kolba.stores.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
