"""From a URL of ours to what the driver is told: which server, which prefix, which risks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from kolba.errors import ConfigError
from kolba.stores.timeouts import timeout_in

SCHEMES: Mapping[str, str] = {
    "redis": "redis",
    "rediss": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
    "redis+unix": "unix",
    "valkey+unix": "unix",
}
_TLS = {"ssl_ca_certs", "ssl_ca_path", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile"}
_DRIVERS_OWN = frozenset({"db", "username", "password", "ssl_check_hostname"} | _TLS)
_OURS = frozenset({"prefix", "timeout", "insecure_eviction"})

TIMEOUT = 0.25
"""Seconds for connecting, and for each answer, where the URL does not say."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the state is.

    Attributes:
        url: what the driver is told; it may hold a password.
        shown: what people are told; it holds none.
        prefix: what all names begin with.
        timeout: seconds for connecting, and for each answer.
        eviction: whether a server that may drop sessions is accepted.
    """

    url: str
    shown: str
    prefix: str
    timeout: float
    eviction: bool


def parse(url: str) -> Address:
    """The address in a `KOLBA_STATE`.

    Raises:
        ConfigError: it is none.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        scheme = url.partition(":")[0]
        raise _wrong(scheme, "its host is malformed", f"{scheme}://[::1]:6379/0") from None
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(given.keys() - _DRIVERS_OWN - _OURS):
        known = ", ".join(sorted(_OURS | _DRIVERS_OWN))
        raise ConfigError(
            f"KOLBA_STATE has {unknown[0]!r} after its question mark: write one of {known}"
        )
    _check(url)
    _check_options(parts.scheme, given)
    own = {name: value for name, value in given.items() if name in _DRIVERS_OWN}
    told = f"{SCHEMES[parts.scheme]}://{parts.netloc}{parts.path}?{urlencode(own)}"
    return Address(
        url=told,
        shown=_shown(url),
        prefix=given.get("prefix", "kolba") + ":",
        timeout=timeout_in(given, TIMEOUT),
        eviction=given.get("insecure_eviction") == "accept",
    )


def _check(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme.endswith("+unix"):
        if len(parts.path) < 2:
            raise _wrong(parts.scheme, "it names no socket", "redis+unix:///run/redis.sock?db=0")
    elif not parts.hostname:
        raise _wrong(parts.scheme, "it names no host", f"{parts.scheme}://localhost:6379/0")
    elif port == 0:
        raise _wrong(parts.scheme, "its port is no number", f"{parts.scheme}://localhost:6379/0")
    elif parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise _wrong(parts.scheme, "its database is no number", f"{parts.scheme}://localhost/0")


def _check_options(scheme: str, given: Mapping[str, str]) -> None:
    if not given.get("db", "0").isdecimal():
        raise _wrong(scheme, "its database is no number", f"{scheme}://…?db=0")
    over_tls = sorted(given.keys() & (_TLS | {"ssl_check_hostname"}))
    if over_tls and SCHEMES[scheme] != "rediss":
        raise _wrong(scheme, f"{over_tls[0]} needs TLS", "rediss://localhost:6379/0")
    if given.get("insecure_eviction", "accept") != "accept":
        raise _wrong(scheme, "insecure_eviction takes only accept", "…?insecure_eviction=accept")


def _shown(url: str) -> str:
    """SECURITY: without user, password and query."""
    parts = urlsplit(url)
    if parts.scheme.endswith("+unix"):
        return f"{parts.scheme}://{parts.path}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{quote(parts.hostname or '', safe=':')}{port}{parts.path}"


def _wrong(scheme: str, why: str, example: str) -> ConfigError:
    return ConfigError(f"KOLBA_STATE is {scheme}:...: {why}. Write for instance {example!r}")
