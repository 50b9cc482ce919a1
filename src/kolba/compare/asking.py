"""What is asked: requests as a person writes them, and as the application's routes suggest.

A written request is `METHOD /path` and then words as in `--request 'POST /login user=anna'`:
`name=value` is a field of the form (of the query, for GET and HEAD), `Name:value` is a header.
What begins with `{` or `[` is a body of JSON, to the end, with its own quotes.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from kolba.errors import KolbaError

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_METHOD = re.compile(r"[A-Z]+")
_FIELD = re.compile(r"([^=:]+)=(.*)", re.DOTALL)
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(.*)", re.DOTALL)


class RequestError(KolbaError):
    """A request on the command line cannot be read; says what to write."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: GET, POST, ...
        path: the path and the query, as they go over the wire.
        headers: pairs of name and value.
        body: the body, '' for none.
        content_type: the body's type, None for none.
        base: the URL to ask at; None for the application's own.
        endpoint: the route that suggested it; None for a written one.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    content_type: str | None = None
    base: str | None = None
    endpoint: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def message(self) -> dict[str, Any]:
        """The request as a side is told it."""
        return {
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "body": self.body,
            "content_type": self.content_type,
            "base": self.base,
        }


def read(text: str) -> Request:
    """Returns the request that a person wrote.

    Raises:
        RequestError: It is not `METHOD /path [name=value | Name:value]...`.
    """
    try:
        words, body = _split(text)
    except ValueError as error:
        raise _unread(text, f"{error}") from error
    if len(words) < 2 or not _METHOD.fullmatch(words[0]) or not words[1].startswith("/"):
        raise _unread(text, "it does not begin with a method and a path")
    method, path, *rest = words
    fields: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    for word in rest:
        if found := _FIELD.fullmatch(word):
            fields.append((found[1], found[2]))
        elif found := _HEADER.fullmatch(word):
            headers.append((found[1], found[2].strip()))
        else:
            raise _unread(text, f"{word!r} is neither name=value nor Name:value")
    if not body:
        return _request(method, path, fields, headers)
    if fields:
        raise _unread(text, "it has fields and a body of JSON")
    return _with_body(method, path, headers, body, JSON)


def _split(text: str) -> tuple[list[str], str]:
    """The words, and the body of JSON behind them, '' if there is none.

    Raises:
        ValueError: A quote is not closed, or the body is no JSON.
    """
    stream = StringIO(text)
    left = shlex.shlex(stream, posix=True)
    left.whitespace_split, left.commenters = True, ""
    words = []
    while (word := left.get_token()) is not None:
        words.append(word)
        rest = text[stream.tell() :].strip()
        if rest.startswith(("{", "[")):
            try:
                json.loads(rest)
            except ValueError as error:
                raise ValueError(f"its body is no JSON: {error}") from error
            return words, rest
    return words, ""


def _request(
    method: str, path: str, fields: list[tuple[str, str]], headers: list[tuple[str, str]]
) -> Request:
    if method in {"GET", "HEAD"}:
        joint = "&" if "?" in path else "?"
        path = f"{path}{joint}{urlencode(fields)}" if fields else path
        return Request(method, path, tuple(headers))
    asked = next((value for name, value in headers if name.lower() == "content-type"), "")
    if asked.partition(";")[0] == JSON:
        body = json.dumps(dict(fields), ensure_ascii=False)
        return _with_body(method, path, headers, body, JSON)
    headers = [header for header in headers if header[0].lower() != "content-type"]
    return _with_body(method, path, headers, urlencode(fields), FORM)


def _with_body(
    method: str, path: str, headers: list[tuple[str, str]], body: str, kind: str
) -> Request:
    """A request with a body of this type, unless its headers name another."""
    asked = next((value for name, value in headers if name.lower() == "content-type"), kind)
    rest = tuple(header for header in headers if header[0].lower() != "content-type")
    return Request(method, path, rest, body, asked)


def _unread(text: str, why: str) -> RequestError:
    return RequestError(
        f"cannot read the request {text!r}: {why}. Write 'METHOD /path name=value Name:value',"
        " such as 'POST /login user=anna', or, with JSON, 'POST /teas {\"name\": \"green\"}'."
    )


def read_fill(text: str) -> tuple[str, str]:
    """Returns the name and the value of `--fill NAME=VALUE`.

    Raises:
        RequestError: It is not that.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise RequestError(f"cannot read --fill {text!r}. Write NAME=VALUE, such as number=7.")
    return name, value


def suggested(route: dict[str, Any], base: str | None) -> Request | None:
    """Returns the request for a route that a side has listed; None if it has no path."""
    if route["path"] is None:
        return None
    host = route.get("host")
    own = f"http://{host}" if host else base
    return Request("GET", route["path"], base=own, endpoint=route["endpoint"])
