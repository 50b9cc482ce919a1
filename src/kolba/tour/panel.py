"""Turns recorded exchanges into the panel that every page carries.

What the lesson is about stands in front; the headers that every browser and server adds
are folded away; the tour's own cookies are labelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl

from werkzeug.datastructures import Headers

from kolba import Kolba, Markup
from kolba.tour.exchange import Exchange
from kolba.tour.languages import TRANSLATORS

OF_THE_LESSON = frozenset(
    {
        "Host",
        "Cookie",
        "Content-Type",
        "Content-Length",
        "Accept-Language",
        "Location",
        "Set-Cookie",
        "Allow",
    }
)
FORM = "application/x-www-form-urlencoded"


class Change(NamedTuple):
    """One thing that an exchange changed: a text's key, and what fills it."""

    key: str
    values: dict[str, str]


class Header(NamedTuple):
    """A header, cut where a line may break; the parts that are the tour's own are marked."""

    name: str
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange, ready for the template."""

    exchange: Exchange
    request_headers: tuple[Header, ...]
    request_others: tuple[Header, ...]
    response_headers: tuple[Header, ...]
    response_others: tuple[Header, ...]
    fields: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]


def render(app: Kolba, exchanges: Sequence[Exchange], language: str) -> Markup:
    """Return the panel: what led to the last exchange, and what came before."""
    first = beginning_of_last(exchanges)
    template = app.jinja_env.get_template("_panel.html")
    return Markup(
        template.render(
            led_here=[show(exchange) for exchange in exchanges[first:]],
            earlier=[show(exchange) for exchange in reversed(exchanges[:first])],
            t=TRANSLATORS[language],
        )
    )


def beginning_of_last(exchanges: Sequence[Exchange]) -> int:
    """Return the index of the exchange from which redirects led to the last one."""
    first = len(exchanges) - 1
    while first and leads_to(exchanges[first - 1], exchanges[first]):
        first -= 1
    return first


def leads_to(exchange: Exchange, following: Exchange) -> bool:
    """Tell whether the first redirected to the second; browsers do not send the fragment."""
    location = exchange.location or ""
    return following.method == "GET" and location.partition("#")[0] == following.target


def show(exchange: Exchange) -> Shown:
    """Return the exchange, sorted for reading."""
    request_headers = [split(*header) for header in exchange.request_headers]
    response_headers = [split(*header) for header in exchange.response_headers]
    return Shown(
        exchange=exchange,
        request_headers=tuple(h for h in request_headers if h.name in OF_THE_LESSON),
        request_others=tuple(h for h in request_headers if h.name not in OF_THE_LESSON),
        response_headers=tuple(h for h in response_headers if h.name in OF_THE_LESSON),
        response_others=tuple(h for h in response_headers if h.name not in OF_THE_LESSON),
        fields=tuple(fields(exchange)),
        changes=tuple(changes(exchange)),
    )


def split(name: str, value: str) -> Header:
    """Return the header with each cookie, and each attribute of one, a part of its own."""
    if name not in {"Cookie", "Set-Cookie"}:
        return Header(name, ((value, False),))
    pieces = value.split("; ")
    ends = ["; "] * (len(pieces) - 1) + [""]
    own = value.startswith("tour_visitor=") and name == "Set-Cookie"
    return Header(
        name,
        tuple(
            (piece + end, own or piece.startswith("tour_visitor="))
            for piece, end in zip(pieces, ends, strict=True)
        ),
    )


def fields(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield the fields of the query, or of the form, decoded."""
    content_type = Headers(exchange.request_headers).get("Content-Type", "")
    if content_type.startswith(FORM) and exchange.body:
        yield from parse_qsl(exchange.body, keep_blank_values=True)
    _, _, query = exchange.target.partition("?")
    yield from parse_qsl(query, keep_blank_values=True)


def changes(exchange: Exchange) -> Iterator[Change]:
    """Yield what this exchange changed: cookies, the session, flash messages."""
    for name, value in exchange.response_headers:
        if name == "Set-Cookie":
            cookie, _, rest = value.partition("=")
            deleted = rest.startswith((";", '""')) or "Max-Age=0" in rest
            yield Change("cookie_gone" if deleted else "cookie_set", {"name": cookie})
    yield from session_changes(exchange)
    for key, messages in (("flash_kept", exchange.flashed), ("flash_taken", exchange.taken)):
        if messages:
            yield Change(key, {"value": ", ".join(repr(text) for _, text in messages)})


def session_changes(exchange: Exchange) -> Iterable[Change]:
    """Yield what became of the session, key by key."""
    before, after = exchange.session_before, exchange.session_after
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield Change("session_gone", {"name": key})
        elif before.get(key) != after[key]:
            yield Change("session_set", {"name": key, "value": repr(after[key])})
