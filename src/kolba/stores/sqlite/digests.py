"""The short names of records and queues in a file: digests of those that they have elsewhere."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b


@lru_cache(1024)
def number_of(key: str) -> int:
    """The number of a record: 64 bits of a digest of its key.

    Another key with the same number is not to be expected (among a million records one
    new one in 10^13 meets one), and never gets another's record: the key is in it.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(1024)
def digest_of(queue: str) -> bytes:
    """The digest of a queue's name: 128 bits, as nothing beside it tells queues apart."""
    return blake2b(queue.encode(), digest_size=16).digest()
