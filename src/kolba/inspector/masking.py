"""What is never recorded: passwords, tokens, cookies' values. Known by their name, then everywhere.

SECURITY: what is masked is masked before it is kept. A value that was found under a secret
name is blanked out in every other text of the same request, too: in log lines, paths, errors.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_plus

MASK = "•••"

_SECRET = re.compile(
    r"pass(?:w|phrase|code|$)|pwd|secret|token|csrf|xsrf|api_?key|access_?key|private_?key"
    r"|auth(?!or(?!i)|entic)|credential|bearer|signature|session_?id|card_?n|iban"
    r"|(?:^|_)(?:pin|otp|cvv|cvc|ssn|sid|sig|jwt)$|^(?:key|code)$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

# `password=...`, `"token": "..."`, `Bearer ...`: in texts of any kind.
_PAIR = re.compile(
    r"""(?ix) ( (?:pass(?:word|wd)?|pwd|secret|token|api_?key|authorization) ["']? \s* [=:] \s*
        (?: ["'] | (?:bearer|basic)\s+ )? ) [^\s"',;&)}\]]+ """
)
_BEARER = re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}")
_SHORTEST = 6
"""Shorter secrets are masked where they stand, and not looked for in other texts."""


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a value by this name is nobody's to read."""
    return _SECRET.search(_CAMEL.sub("_", name).replace("-", "_")) is not None


class Veil:
    """The secrets of one request, and what hides them."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, value: str) -> None:
        """Hide this value wherever it turns up."""
        for spelling in (value, unquote_plus(value)):
            if len(spelling) >= _SHORTEST:
                self._known.add(spelling)

    def value(self, name: str, value: str) -> str:
        """A value by a name, or the mask."""
        if not is_secret(name):
            return self.text(value)
        self.learn(value)
        return MASK if value else ""

    def text(self, text: str) -> str:
        """A text without the secrets that are known, and without what looks like one."""
        for secret in sorted(self._known, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, MASK)
        return _BEARER.sub(rf"\1{MASK}", _PAIR.sub(rf"\1{MASK}", text))

    def query(self, query: str) -> str:
        """A query string, as it was sent, without the values of secret fields."""
        return "&".join(map(self._field, query.split("&")))

    def _field(self, field: str) -> str:
        name, equals, value = field.partition("=")
        return name + equals + self.value(unquote_plus(name), value)

    def url(self, url: str) -> str:
        """A URL without the values of secret fields of its query."""
        path, mark, query = url.partition("?")
        return self.text(path) + mark + self.query(query)

    def cookies(self, header: str) -> str:
        """A `Cookie` header: the names, and no value."""
        return "; ".join(map(self._cookie, filter(None, map(str.strip, header.split(";")))))

    def set_cookie(self, header: str) -> str:
        """A `Set-Cookie` header: the name and the attributes, and no value."""
        pair, semicolon, attributes = header.partition(";")
        return self._cookie(pair) + semicolon + attributes

    def _cookie(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        bare = value.strip('"')
        self.learn(bare)
        return name + equals + (MASK if bare else value)

    def header(self, name: str, value: str) -> str:
        """A header's value, as far as anybody may read it."""
        lowered = name.lower()
        if lowered == "cookie":
            return self.cookies(value)
        if lowered == "set-cookie":
            return self.set_cookie(value)
        if lowered.endswith("authorization"):
            scheme, blank, rest = value.partition(" ")
            self.learn(rest or scheme)
            return scheme + blank + MASK if rest else MASK
        if lowered in ("location", "referer", "content-location", "refresh"):
            return self.url(value)
        return self.value(name, value)
