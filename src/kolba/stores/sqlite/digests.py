"""The short names of records and queues in a file: digests of those that they have elsewhere.

Names that say when they were made (`kolba.stores.moments`) have short ones that begin with
that, so that new rows come to lie together: each write then touches a page that the last one
touched. Others, of an older Kolba too, are spread by their digests.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from kolba.stores.moments import moment_in
from kolba.stores.texts import to_bytes


def number_of(key: str) -> int:
    """The number of a record: 40 bits of time and 23 of the digest in its key; or 64 of a digest.

    Two keys of one moment (1/256 s) may have one number, once in 8 million pairs: then one of
    them is taken as long as the other lives. Whose a record is its own key says, in it.
    """
    if key[10:11] == "-":
        # PERF: a look whether these are hex digits costs as much as to take them for that.
        try:
            return int(key[:10] + key[11:17], 16) >> 1  # a positive integer of SQLite's
        except ValueError:
            pass
    return int.from_bytes(_digest(key, 8), "big", signed=True)


@lru_cache(1024)
def digest_of(queue: str) -> bytes:
    """The short name of a queue: 128 bits, so that two are never equal.

    Nothing beside it tells queues apart; of those that are made in one moment 88 bits do.
    """
    made = moment_in(queue)
    if made is None:
        return _digest(queue, 16)
    return bytes.fromhex(made) + _digest(queue, 11)


def _digest(name: str, size: int) -> bytes:
    return blake2b(to_bytes(name), digest_size=size).digest()
