"""Whether a server may hold state: it must not forget on its own."""

from __future__ import annotations

import logging

from kolba.errors import ConfigError
from kolba.stores.contract import StoreDown
from kolba.stores.redis.address import Address

logger = logging.getLogger("kolba.stores")


def check(info: bytes, address: Address) -> None:
    """Judge a server by its `INFO`.

    Raises:
        ConfigError: it may drop sessions when memory runs short, or is a cluster.
        StoreDown: it is a replica, or still loading.
    """
    facts = _facts(info)
    if facts.get("cluster_enabled") == "1":
        raise ConfigError(
            f"the state server {address.shown} is a cluster: name a single server in KOLBA_STATE"
        )
    if facts.get("role") == "slave":
        raise StoreDown(f"the state server {address.shown} is a replica: it cannot be written")
    _check_eviction(facts, address)
    if facts.get("aof_enabled") == "0":
        logger.info(
            "the state server %s keeps no append-only file: when it crashes, it forgets what came "
            "after its last snapshot. 'appendonly yes' in redis.conf keeps all but a second",
            address.shown,
        )


def _check_eviction(facts: dict[str, str], address: Address) -> None:
    """Kolba's keys have no time to live: only the allkeys-* policies drop them."""
    policy = facts.get("maxmemory_policy", "")
    limited = facts.get("maxmemory", "0") != "0"
    if policy.startswith("allkeys-") and limited and not address.eviction:
        raise ConfigError(
            f"the state server {address.shown} drops sessions when its memory is full "
            f"(maxmemory-policy {policy}): set 'maxmemory-policy noeviction' in redis.conf, or "
            "accept the loss with '?insecure_eviction=accept' in KOLBA_STATE"
        )


def _facts(info: bytes) -> dict[str, str]:
    lines = info.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)
