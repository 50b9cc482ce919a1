"""What a request did that its answer does not show: refusals, flash messages, the session.

The invariant: looking changes nothing. A flash message that a test has read is
still there for the page that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from flask import Flask
from flask.globals import request_ctx
from flask.signals import message_flashed, request_finished
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kolba.flashes.box import Box
from kolba.login.identity import identity_keys
from kolba.safety import Refusal, refused
from kolba.sessions.identity import FRESH


class Page(TestResponse):
    """An answer, and what its request did. Only the answers of a `Visitor` are pages.

    Attributes:
        refusals: what guards refused, or in `report` would have.
        flashed: messages that the request showed or left for the next page, as
            `(category, message)`.
    """

    refusals: list[Refusal]
    flashed: list[tuple[str, Any]]


class HasClient(Protocol):
    """A tab of a visitor."""

    client: FlaskClient


@contextmanager
def watching(app: Flask) -> Iterator[tuple[list[Refusal], list[tuple[str, Any]]]]:
    """Collect what the requests of an app do while the block runs."""
    refusals: list[Refusal] = []
    flashed: list[tuple[str, Any]] = []

    def refusal_seen(sender: Any, refusal: Refusal) -> None:
        refusals.append(refusal)

    def flash_seen(sender: Any, message: Any, category: str) -> None:
        flashed.append((category, message))

    def request_seen(sender: Any, response: Any) -> None:
        flashed[:] = [pair for pair in _shown() if pair not in flashed] + flashed

    with (
        refused.connected_to(refusal_seen, app),
        message_flashed.connected_to(flash_seen, app),
        request_finished.connected_to(request_seen, app),
    ):
        yield refusals, flashed


def _shown() -> list[tuple[str, Any]]:
    """The messages that this request's page has read."""
    box = getattr(request_ctx.session, "_beside", None)
    if not isinstance(box, Box) or box._shown is None:
        return []
    return [entry.pair for entry in list.__iter__(box._shown) if entry.read]


def flashes(page: TestResponse) -> list[tuple[str, Any]]:
    """The flash messages that a page shows, or that its request left for the next one.

    Raises:
        TypeError: the answer is not a visitor's.
    """
    return list(_page(page).flashed)


def refused_by(page: TestResponse) -> str | None:
    """The guard that refused the request or its answer, or would have; None if none did.

    Raises:
        TypeError: the answer is not a visitor's.
    """
    found = _page(page).refusals
    return found[-1].guard if found else None


def session_of(client: FlaskClient | HasClient) -> dict[str, Any]:
    """What the session of a client holds now."""
    with _client(client).session_transaction() as session:
        return {key: session[key] for key in session if not key.startswith("_kolba")}


def log_in(client: FlaskClient | HasClient, identity: object, *, fresh: bool = True) -> None:
    """Make the session of a client a person's, without the app's login page."""
    plain = _client(client)
    with plain.session_transaction() as session:
        session[identity_keys(plain.application)[0]] = str(identity)
        session[FRESH] = fresh


def _client(client: FlaskClient | HasClient) -> FlaskClient:
    return client if isinstance(client, FlaskClient) else client.client


def _page(page: TestResponse) -> Page:
    if not isinstance(page, Page):
        raise TypeError("this answer was not asked for by a kolba.testing.Visitor")
    return page
