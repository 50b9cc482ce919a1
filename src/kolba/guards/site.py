"""Origins: how they are written in settings, and which of them are the site's own.

An origin is a scheme, a host and a port (RFC 6454), written `https://shop.example`
or `http://localhost:5000`. Everything here compares exact text after one
normalisation; the invariant: what is not certainly the same origin is another one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kolba.errors import ConfigError

DEFAULT_PORTS = {"http": 80, "https": 443}

_HOST = re.compile(r"(?P<name>[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?)(?::(?P<port>[0-9]*))?")
_IPV6 = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]*))?")
_ORIGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<host>[^/?#\\@\s]*)")
_LONGEST_HOST, _LONGEST_LABEL = 253, 63

SCHEMES = {"https": ("https", "http"), "http": ("http", "https")}
"""Both, in the order in which they are asked for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin, normalised: lower case, the port always a number."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port as a `Host` header has them: without the scheme's own port."""
        if DEFAULT_PORTS.get(self.scheme) == self.port:
            return self.host
        return f"{self.host}:{self.port}"


def split_host(value: str) -> tuple[str, int | None] | None:
    """Host (lower case) and port of a `Host` header or an authority; None if malformed.

    The port is None where none is written.
    """
    match = _HOST.fullmatch(value) or _IPV6.fullmatch(value)
    if match is None or len(match["name"]) > _LONGEST_HOST:
        return None
    name, port = match["name"].lower(), match["port"]
    if max(map(len, name.split("."))) > _LONGEST_LABEL:
        return None
    if name[0] == "[" and not _is_ipv6(name[1:-1]):
        return None
    if not port:
        return name, None
    if len(port) > 5 or int(port) > 65535:
        return None
    return name, int(port)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def parse_origin(text: str) -> Origin | None:
    """The origin that `text` is, whole: `https://shop.example`; None for anything else."""
    match = _ORIGIN.fullmatch(text)
    return None if match is None else make_origin(match["scheme"], match["host"])


def make_origin(scheme: str, netloc: str) -> Origin | None:
    """The origin of a scheme and a `Host` header; None if the host is malformed."""
    scheme = scheme.lower()
    found = split_host(netloc)
    if found is None or scheme not in DEFAULT_PORTS:
        return None
    return Origin(scheme, found[0], DEFAULT_PORTS[scheme] if found[1] is None else found[1])


@dataclass(frozen=True, slots=True)
class Origins:
    """A set of origins from a setting: exact ones, and `https://*.shop.example`.

    A star stands for one or more labels, never for none.
    """

    exact: frozenset[Origin]
    below: tuple[Origin, ...] = ()
    listed: tuple[Origin, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.exact or self.below)

    def __contains__(self, origin: object) -> bool:
        return origin in self.exact or (
            isinstance(origin, Origin) and any(_is_below(origin, parent) for parent in self.below)
        )

    def named(self, host: str, port: int | None, first: str = "https") -> Origin | None:
        """The origin that answers a `Host` header, of this scheme if it can be; None if it is
        nobody's."""
        for scheme in SCHEMES[first]:
            origin = Origin(scheme, host, DEFAULT_PORTS[scheme] if port is None else port)
            if origin in self:
                return origin
        return None

    @property
    def first(self) -> Origin | None:
        """What URLs name outside a request."""
        return self.listed[0] if self.listed else None


def _is_below(origin: Origin, parent: Origin) -> bool:
    return (
        origin.scheme == parent.scheme
        and origin.port == parent.port
        and origin.host.endswith(parent.host)
        and len(origin.host) > len(parent.host)
    )


def origins_of(config: Any, setting: str, *, wildcards: bool = False) -> Origins:
    """The origins in a setting: one as text, or several in a list.

    Raises:
        ConfigError: with every value that is not an origin, and how to write it.
    """
    values = config.get(setting) or ()
    if isinstance(values, str):
        values = [part for part in re.split(r"[\s,]+", values) if part]
    problems: list[str] = []
    exact: list[Origin] = []
    below: list[Origin] = []
    for value in _iterated(setting, values):
        star, text = _without_star(value) if wildcards else (False, value)
        origin = parse_origin(text) if isinstance(text, str) else None
        if origin is None or _is_odd(value, origin, star):
            problems.append(f"{setting}: invalid origin {value!r}: {_fault(value)}")
        elif star:
            below.append(Origin(origin.scheme, f".{origin.host}", origin.port))
        else:
            exact.append(origin)
    if problems:
        raise ConfigError("\n".join(problems))
    return Origins(frozenset(exact), tuple(below), tuple(exact))


def _iterated(setting: str, values: Any) -> Iterable[Any]:
    if isinstance(values, Iterable):
        return values
    raise ConfigError(f"{setting} is {values!r}: write a list, as ['https://shop.example'].")


def _without_star(value: Any) -> tuple[bool, Any]:
    if isinstance(value, str) and "://*." in value:
        return True, value.replace("://*.", "://", 1)
    return False, value


def _is_odd(value: str, origin: Origin, star: bool) -> bool:
    """An empty port, a bare label after a star: not what anybody means."""
    return value.endswith(":") or (star and "." not in origin.host)


def _fault(value: object) -> str:
    if not isinstance(value, str) or not value:
        return "it is no text. Write 'https://shop.example'."
    if value == "null":
        return "it is what browsers send for pages without an origin. Leave it out."
    if value != value.strip() or " " in value:
        return f"it has a space. Write {value.replace(' ', '')!r}."
    scheme, found, rest = value.partition("://")
    if not found:
        return f"the scheme is missing. Write 'https://{value.strip('/')}'."
    if scheme.lower() not in DEFAULT_PORTS:
        return "the scheme must be http or https. Write 'https://shop.example'."
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not host:
        return "the host is missing. Write 'https://shop.example'."
    if host != rest:
        return f"an origin has no path, query or fragment. Write '{scheme}://{host}'."
    return f"the host is malformed. Write '{scheme}://shop.example'."
