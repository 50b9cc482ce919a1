"""What a session held, seen without opening it: texts to show, and marks that tell what changed.

Flask's own sessions are dicts, and read as dicts: the methods that note an access are gone
round. Kolba's keep the bytes that they were found as. Of any other kind nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask.sessions import SecureCookieSession
from markupsafe import Markup

from kolba.engine.context import Held, session_of_cookie
from kolba.flashes.shown import Entry
from kolba.http.wire import clip
from kolba.inspector.masking import Veil
from kolba.inspector.values import class_of, mark_of, named
from kolba.sessions.session import Session
from kolba.stores.codec import CannotRead, decode

_MOST_KEYS = 100
_FLASHES = "_flashes"
_MESSAGE_LIMIT = 500


class Value(NamedTuple):
    """One value: what tells it from others, and what is shown of it."""

    mark: bytes
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """What a session held at one moment.

    Attributes:
        kind: `cookie` (Flask's signed one), `stored` (Kolba's), or `other`.
        values: by key, as a text.
    """

    kind: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one key: `added`, `changed` or `removed`."""

    key: str
    what: str
    before: str
    after: str


def at_start(context: Any, session: Any, veil: Veil) -> State | None:
    """What the session of a request held before its view; None if that is known at its end alone.

    Args:
        context: the request's context.
        session: its session, if it has been opened.
        veil: learns its secrets.
    """
    if session is None:
        session = session_of_cookie(context)
    return _of_dict(session, veil) if isinstance(session, dict) else None


def at_end(session: Any, before: State | None, veil: Veil) -> tuple[State | None, State | None]:
    """What it held before, and what it holds now; None and None if nobody has opened it."""
    if isinstance(session, Session):
        fields = session._fields
        if fields is None:
            return None, None
        found = fields.found if fields.first is None else fields.first
        return _of_bytes(found, veil), _of_bytes(fields.raw, veil)
    if isinstance(session, dict):
        return before, _of_dict(session, veil)
    return None, None


def key_of(session: Any) -> str:
    """What the store knows a session by, which is no id of it; '' of any other kind."""
    return session._key if isinstance(session, Session) else ""


def changes(before: State | None, after: State | None) -> list[Change]:
    """What became of each key, messages left out."""
    if after is None:
        return []
    old, new = ({} if before is None else before.values), after.values
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            what = "added" if was is None else "removed"
        elif was.mark != now.mark:
            what = "changed"
        else:
            continue
        found.append(Change(key, what, was.text if was else "", now.text if now else ""))
    return found


def messages(held: Held) -> list[tuple[str, str]]:
    """The flash messages that this request has shown."""
    if not isinstance(held.flashes, list):
        return []
    return [pair for one in list.__iter__(held.flashes) if (pair := _pair(one)) is not None]


def message(category: object, text: object) -> tuple[str, str]:
    """A message as texts, without calling anything of the app."""
    return _plain(category), _plain(text)


def _pair(one: Any) -> tuple[str, str] | None:
    if isinstance(one, Entry):
        return message(*one.pair) if one.read else None
    return message(*one) if type(one) in (tuple, list) and len(one) == 2 else None


def _plain(value: object) -> str:
    if type(value) is str or type(value) is Markup:
        return clip(str.__str__(value), _MESSAGE_LIMIT)
    return f"<{class_of(value)}>"


def _of_dict(session: dict[Any, Any], veil: Veil) -> State:
    kind = "cookie" if type(session) is SecureCookieSession else "other"
    pairs = ((key, value) for key, value in dict.items(session) if key != _FLASHES)
    return State(kind, _values(pairs, veil))


def _of_bytes(fields: dict[Any, bytes], veil: Veil) -> State:
    return State("stored", _values(_decoded(fields), veil))


def _decoded(fields: dict[Any, bytes]) -> Iterable[tuple[Any, Any]]:
    for key, raw in [*fields.items()]:
        try:
            yield key, decode(raw)
        except CannotRead:
            yield key, raw


def _values(pairs: Iterable[tuple[Any, Any]], veil: Veil) -> dict[str, Value]:
    some = zip(pairs, range(_MOST_KEYS), strict=False)
    return {_name(key): Value(mark_of(value), named(key, value, veil)) for (key, value), _ in some}


def _name(key: object) -> str:
    return clip(key, 100) if type(key) is str else f"<{class_of(key)}>"
