"""Where a `Location` leads, as a browser resolves it (the WHATWG URL standard).

Only the question that matters is answered: does the browser stay on the origin
that it came from, and if not, to which does it go. SPEC: https://url.spec.whatwg.org/
"URL parsing", for a base that is http or https.

The invariant, fuzzed against a browser's own parser: what is said to stay,
stays, whatever http(s) base it is resolved against; what is said to lead to an
origin leads there or nowhere. Where the standard and other parsers differ
(`http:path`, userinfo, encoded hosts) the answer is `Nowhere`, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kolba.guards.site import Origin, make_origin

_SHORT, _MOST = 128, 256
LONGEST = 8192
"""Characters of a Location; beyond, proxies answer 502 by themselves."""

PLAIN_PATHS: set[str] = set()
"""Short ones that were found to be plain paths. PERF: an app redirects to few places."""
# PERF: nearly every target is a plain path; one match decides it.
_plain_path = re.compile(r"/(?:[!-.0-\[\]-~][!-~]*)?")
_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_after_authority = re.compile(r"[/\\?#]")
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Stays:
    """The browser stays on the origin that it came from."""


@dataclass(frozen=True, slots=True)
class Leads:
    """The browser goes to `netloc`, by `scheme` or (None) by the one it came with."""

    scheme: str | None
    netloc: str

    def origin(self, base_scheme: str) -> Origin | None:
        """The origin that it goes to."""
        return make_origin(self.scheme or base_scheme, self.netloc)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No http(s) origin, or one that programs do not agree about."""

    why: str


Resolved = Stays | Leads | Nowhere

STAYS = Stays()


def is_plain_path(location: str) -> bool:
    """Whether it is a path as nearly all targets are, which stays: no more need be asked."""
    if location in PLAIN_PATHS:
        return True
    if len(location) > LONGEST or not _plain_path.fullmatch(location):
        return False
    if len(location) <= _SHORT:
        if len(PLAIN_PATHS) >= _MOST:
            PLAIN_PATHS.clear()
        PLAIN_PATHS.add(location)
    return True


def resolve(location: str) -> Resolved:
    """Say where `location` leads.

    >>> resolve("/orders?page=2")
    Stays()
    >>> resolve("//evil.example/")
    Leads(scheme=None, netloc='evil.example')
    >>> resolve("javascript:alert(1)")
    Nowhere(why="its scheme is 'javascript'")
    """
    if len(location) > LONGEST:
        return Nowhere(f"it is longer than {LONGEST} characters")
    if is_plain_path(location):
        return STAYS
    if "\n" in location or "\r" in location:
        return Nowhere("it has line breaks")
    text = location.strip(_C0_AND_SPACE).replace("\t", "")  # as browsers do
    if _control.search(text):
        return Nowhere("it has control characters")
    scheme = _scheme.match(text)
    if scheme:
        return _with_scheme(scheme[1].lower(), text[scheme.end() :])
    if text[:1] in ("/", "\\") and text[1:2] in ("/", "\\") and len(text) > 1:
        return _authority(None, text)
    return STAYS


def _with_scheme(scheme: str, rest: str) -> Resolved:
    if scheme not in ("http", "https"):
        return Nowhere(f"its scheme is {scheme!r}")
    if rest[:2] != "//":
        # The same text is a path for one base and a host for another.
        return Nowhere(f"'{scheme}:' is not followed by '//'")
    return _authority(scheme, rest)


def _authority(scheme: str | None, slashed: str) -> Resolved:
    """What follows `//`: browsers skip any number of slashes of both kinds."""
    netloc = _after_authority.split(slashed.lstrip("/\\"), maxsplit=1)[0]
    if not netloc:
        return Nowhere("it has no host")
    if "@" in netloc:
        return Nowhere("it has a user name before the host")
    if make_origin(scheme or "http", netloc) is None:
        return Nowhere("its host is malformed")
    return Leads(scheme, netloc)
