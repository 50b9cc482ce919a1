"""A content security policy by declaration, with a nonce for the app's own tags.

    app.config["KOLBA_CSP"] = {"default-src": "'self'", "script-src": ["'self'", "nonce"]}

The word `nonce` stands for a fresh `'nonce-...'` on each answer. `<script>` and
`<style>` tags that are written in the app's templates get it when the template
is compiled; tags that come out of a variable do not: that is the point.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from kolba.errors import ConfigError

_NONCE = "kolba.nonce"
_directive = re.compile(r"[a-z][a-z-]*")
_source = re.compile(r"[!-+\-.-:<-~]+")
_tag = re.compile(r"(?i)<(?:script|style)(?=[\s>])(?![^>]*\bnonce\s*=)")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy ready to render.

    Attributes:
        before: the text with a place for each nonce.
        nonces: how many places there are.
    """

    before: str
    nonces: bool

    def header(self, environ: dict[str, Any]) -> str:
        """The header's value for one answer."""
        return self.before.replace("{nonce}", nonce_of(environ)) if self.nonces else self.before


def nonce_of(environ: dict[str, Any]) -> str:
    """The nonce of a request: 16 random bytes, made when first asked for."""
    known: str | None = environ.get(_NONCE)
    if known is None:
        known = environ[_NONCE] = secrets.token_urlsafe(16)
    return known


def csp_nonce() -> str:
    """The nonce of this request, for a tag that is not written in a template."""
    return nonce_of(request.environ)


def policy_of(app: Flask) -> Policy | None:
    """The declared policy; teaches the app's templates the nonce if it has one.

    Raises:
        ConfigError: `KOLBA_CSP` is no policy.
    """
    declared = app.config.get("KOLBA_CSP")
    if not declared:
        return None
    if not isinstance(declared, Mapping):
        raise ConfigError("KOLBA_CSP: write a dict, as {'default-src': \"'self'\"}.")
    parts = [_part(name, sources) for name, sources in declared.items()]
    if "frame-ancestors" not in declared:
        parts.append("frame-ancestors 'self'")
    policy = Policy("; ".join(parts), any("{nonce}" in part for part in parts))
    if policy.nonces:
        app.jinja_env.globals.setdefault("csp_nonce", csp_nonce)
        app.jinja_env.add_extension(NonceTags)
    return policy


def _part(name: str, sources: Any) -> str:
    if not isinstance(name, str) or not _directive.fullmatch(name):
        raise ConfigError(f"KOLBA_CSP: {name!r} is no directive. Write 'script-src'.")
    listed = sources.split() if isinstance(sources, str) else list(sources or ())
    for source in listed:
        if not isinstance(source, str) or not _source.fullmatch(source):
            raise ConfigError(f"KOLBA_CSP: {name}: {source!r} is no source. Write \"'self'\".")
    return " ".join([name, *("'nonce-{nonce}'" if s == "nonce" else s for s in listed)])


class NonceTags(Extension):
    """Writes `nonce="{{ csp_nonce() }}"` into the `<script>` and `<style>` tags of a template."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Only text of the template itself is looked at: never a string in an expression."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            at = 0
            text = str(token.value)
            for tag in _tag.finditer(text):
                yield Token(token.lineno, "data", f'{text[at : tag.end()]} nonce="')
                yield Token(token.lineno, "variable_begin", "{{")
                yield Token(token.lineno, "name", "csp_nonce")
                yield Token(token.lineno, "lparen", "(")
                yield Token(token.lineno, "rparen", ")")
                yield Token(token.lineno, "variable_end", "}}")
                yield Token(token.lineno, "data", '"')
                at = tag.end()
            yield Token(token.lineno, "data", text[at:])
