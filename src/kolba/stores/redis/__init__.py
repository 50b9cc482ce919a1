"""All state in Redis or Valkey: for several hosts. Every verb is one round trip."""

from __future__ import annotations

from kolba.stores.redis.store import RedisStore

__all__ = ["RedisStore"]
