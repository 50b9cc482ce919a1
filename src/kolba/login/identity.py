"""The identity in the session: who is logged in.

It is text under the first of `KOLBA_IDENTITY_KEYS`; `_user_id` is Flask-Login's key
too, so that either knows of the other's logins. Apps that write another of these
keys by hand (`session["user"] = name`) are understood as well.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Flask, Response, after_this_request, current_app, request, session
from werkzeug.local import LocalProxy

from kolba.cookies import Cookie
from kolba.guards.redirects import WAY_BACK
from kolba.held import drop, held, hold
from kolba.keys import keys_of
from kolba.sessions.identity import FRESH
from kolba.sessions.policy import IDENTITY_KEYS

KEPT_FORM = "_kolba_kept_form"
_LOADER = "kolba.user_loader"
_USER = "_kolba_user"

Loader = TypeVar("Loader", bound=Callable[[str], Any])

_last = Cookie[str](
    "last_login",
    str,
    default="",
    life=timedelta(days=30),
    purpose="gives a form kept from an expired login back to the same person only",
)


def identity_keys(app: Flask) -> tuple[str, ...]:
    """The session's keys that may hold an identity, ours first."""
    return tuple(app.config.get("KOLBA_IDENTITY_KEYS") or IDENTITY_KEYS)


def log_in(identity: object, *, fresh: bool = True) -> None:
    """From now on this session is `identity`'s; its id changes.

    What another person had in the session is dropped first.

    Args:
        identity: text or a number that names the user for good, or an object with
            `get_id()` (Flask-Login's users have it).
        fresh: they have just proved who they are; False for a remembered login.

    Raises:
        ValueError: the identity is empty.
    """
    name = _name(identity)
    known = _identity()
    if known is not None and known != name:
        _drop_but_way_back()
    session[identity_keys(current_app)[0]] = name
    session[FRESH] = fresh
    drop(_USER)
    _last.set(marker_of(name))


def log_out() -> None:
    """End the login, and all that the session holds.

    The answer tells the browser to drop its cached pages of the site, so that the
    back button shows none of them.
    """
    session.clear()
    drop(_USER)
    if _last.get():
        _last.delete()
    after_this_request(_clear_caches)


def user_loader(app: Flask, load: Loader) -> Loader:
    """Have `load(identity)` find the user object; None from it means that there is none."""
    app.extensions[_LOADER] = load
    return load


def is_logged_in() -> bool:
    """Whether there is an identity, and a user of that identity where there is a loader."""
    if _identity() is None:
        return False
    return _LOADER not in current_app.extensions or _user() is not None


def is_fresh() -> bool:
    """Whether the person proved who they are in this session, not only once upon a time."""
    return bool(session.get(FRESH))


def marker_of(identity: str) -> str:
    """What stands for an identity in the browser: says nothing without the app's key."""
    return _markers(identity)[0]


def is_marker_of(marker: str, identity: str) -> bool:
    """Whether a marker is this identity's, by any key that still verifies."""
    return any(hmac.compare_digest(marker, known) for known in _markers(identity))


def _markers(identity: str) -> list[str]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    text = f"kolba.last-login\0{identity}".encode()
    secrets = (key.encode() if isinstance(key, str) else key for key in keys_of(app))
    return [hmac.new(secret, text, hashlib.sha256).hexdigest()[:32] for secret in secrets]


def last_marker() -> str:
    """The marker of who was last logged in from this browser; '' if nobody."""
    return _last.get()


def _name(identity: object) -> str:
    get_id = getattr(identity, "get_id", None)
    if callable(get_id):
        identity = get_id()
    if identity is None or identity is False or not str(identity):
        raise ValueError(f"{identity!r} names nobody: pass the user's id")
    return str(identity)


def _drop_but_way_back() -> None:
    kept = {key: session[key] for key in (WAY_BACK, KEPT_FORM) if key in session}
    session.clear()
    session.update(kept)


def _clear_caches(response: Response) -> Response:
    # SECURITY: not "cookies": that would reach sister hosts of the domain too.
    response.headers["Clear-Site-Data"] = '"cache"'
    response.cache_control.no_store = True
    return response


def _identity() -> str | None:
    if not request:
        return None
    for key in identity_keys(current_app):
        value = session.get(key)
        if value:
            return value if isinstance(value, str) else str(value)
    return None


def _user() -> Any:
    identity = _identity()
    if identity is None:
        return None
    known = held(_USER)
    if known is None or known[0] != identity:
        load = current_app.extensions.get(_LOADER)
        if load is None:
            raise RuntimeError("current_user needs @app.user_loader")
        known = (identity, load(identity))
        hold(_USER, known)
    return known[1]


# Proxies, as Flask's own names are: `if current_identity:`, `current_identity == "anna"`.
current_identity = cast("str | None", LocalProxy(_identity))
"""The identity of this request's session; falsy if nobody is logged in."""

current_user: Any = LocalProxy(_user)
"""What the app's `user_loader` gives for the identity; falsy if nobody is logged in."""
