"""From a URL of ours to what libpq is told: which servers, which schema, how long to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from kolba.errors import ConfigError
from kolba.stores.postgres.wire import known_options, options_in
from kolba.stores.timeouts import timeout_in

SCHEMES = ("postgresql", "postgres")
_OURS = frozenset({"schema", "timeout"})
_SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]{0,62}")

TIMEOUT = 0.75
"""Seconds for a verb, with connecting, where the URL does not say."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the state is.

    Attributes:
        targets: what libpq is told of each host; it may hold a password.
        shown: what people are told; it holds none.
        user: the role; None where libpq finds one.
        database: its name; None where libpq finds one.
        schema: the schema that has Kolba's tables.
        timeout: seconds for a verb.
        open_to: the first host to which the way is not proved to be private; None if there is none.
    """

    targets: tuple[Mapping[str, str], ...]
    shown: str
    user: str | None
    database: str | None
    schema: str
    timeout: float
    open_to: str | None


def parse(url: str) -> Address:
    """The address in a `KOLBA_STATE`.

    Raises:
        ConfigError: it is none.
    """
    given, told = _split(url)
    try:
        options = options_in(told)
    except ValueError:
        # SECURITY: libpq's own words may have a part of the password.
        raise _wrong(
            "libpq cannot read it. In user and password write @ as %40, : as %3A, / as %2F"
        ) from None
    targets = _targets(options)
    schema = given.get("schema", "kolba")
    if not _SCHEMA.fullmatch(schema):
        raise _wrong(f"schema={schema!r} is no name of letters, digits, '_' and '-'")
    return Address(
        targets=targets,
        shown=_shown(options),
        user=options.get("user"),
        database=options.get("dbname"),
        schema=schema,
        timeout=timeout_in(given, TIMEOUT),
        open_to=_open_to(options),
    )


def _split(url: str) -> tuple[dict[str, str], str]:
    """What of a URL is for us, and the rest, for libpq."""
    address, _, query = url.partition("?")
    _, slashes, place = address.partition("://")  # libpq reads it: several hosts are no URL
    if not slashes:
        raise _wrong("two slashes belong after the colon")
    given = dict(parse_qsl(query, keep_blank_values=True))
    known = known_options() | _OURS
    if unknown := sorted(given.keys() - known):
        raise ConfigError(
            f"KOLBA_STATE has {unknown[0]!r} after its question mark: write schema, timeout, or "
            "what libpq knows (sslmode, sslrootcert, host, passfile, …)"
        )
    own = {name: value for name, value in given.items() if name not in _OURS}
    told = f"postgresql://{place}?{urlencode(own, quote_via=quote)}"
    return {name: value for name, value in given.items() if name in _OURS}, told


def _targets(options: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    """Each host by itself, so that each has its own share of the time."""
    lists = {
        name: options[name].split(",") for name in ("host", "hostaddr", "port") if name in options
    }
    count = max(map(len, lists.values()), default=1)
    targets = []
    for at in range(count):
        own = dict(options)
        for name, values in lists.items():
            if len(values) not in (1, count):
                raise _wrong(f"it has {count} hosts, and {len(values)} of {name}")
            own[name] = values[at if len(values) > 1 else 0]
        targets.append(own)
    for target in targets:
        port = target.get("port") or "5432"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise _wrong("its port is no number")
    return tuple(targets)


def _shown(options: Mapping[str, str]) -> str:
    """SECURITY: without user and password."""
    hosts, ports = options.get("host", "").split(","), options.get("port", "").split(",")
    if len(ports) != len(hosts):
        ports = ports[:1] * len(hosts)
    database = quote(options.get("dbname", ""))
    if hosts[0].startswith("/"):
        return f"postgresql:///{database}?host={hosts[0]}"
    places = [
        f"{quote(f'[{host}]' if ':' in host else host, safe='[]:')}{port and ':'}{port}"
        for host, port in zip(hosts, ports, strict=True)
    ]
    return f"postgresql://{','.join(places)}/{database}"


def _open_to(options: Mapping[str, str]) -> str | None:
    """SECURITY: only `verify-full` proves to whom passwords and sessions go."""
    if options.get("sslmode") == "verify-full":
        return None
    hosts = (options.get("host") or options.get("hostaddr") or "").split(",")
    far = [host for host in hosts if host and host[0] not in "/@" and host not in _LOCAL]
    return far[0] if far else None


def _wrong(why: str) -> ConfigError:
    return ConfigError(
        f"KOLBA_STATE is postgresql:...: {why}. Write for instance "
        "'postgresql://shop:password@db.internal:5432/shop?sslmode=verify-full'"
    )
