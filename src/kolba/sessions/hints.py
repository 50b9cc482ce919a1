"""A hint for apps that log people in by keys of their own, under which no id would change.

A form with a password that writes to the session of nobody is a log-in, mostly. Guessing
changes nothing: it is said once, by key, and never with a value.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from kolba.sessions.home import Home
from kolba.sessions.policy import IDENTITY_KEYS
from kolba.sessions.session import Session

logger = logging.getLogger("kolba.sessions")

_MOST = 20
"""Keys of an app of which it is said: their names may come from anywhere."""
_password = re.compile("(?i)passw|pwd|passphrase|^pass$")
_no_identity = re.compile("(?i)^[~_]|csrf")


def of_unknown_log_in(home: Home, session: Session, names: Iterable[str]) -> None:
    """Say which keys may hold an identity that `KOLBA_IDENTITY_KEYS` does not name.

    Args:
        names: what a request that ends with no identity has written to its session.
    """
    if session._environ["REQUEST_METHOD"] != "POST" or "KOLBA_IDENTITY_KEYS" in home.app.config:
        return
    told = home.told_of
    new = sorted(name for name in names if name not in told and not _no_identity.search(name))
    if not new or len(told) + len(new) > _MOST or not _took_a_password(session):
        return
    told.update(new)
    keys = [*IDENTITY_KEYS, *new]
    logger.warning(
        "POST %r took a password and wrote to the session: %s. If that says who is logged in, the "
        "session's id does not change at the log-in as it should: set KOLBA_IDENTITY_KEYS = %r. "
        "If not, set KOLBA_IDENTITY_KEYS = %r to hear no more of it",
        session._request.path,
        ", ".join(map(repr, new)),
        keys,
        [*IDENTITY_KEYS],
    )


def _took_a_password(session: Session) -> bool:
    """Whether the form that somebody has read has a password in it."""
    request = session._asked()
    form = request.__dict__.get("form") if request is not None else None
    return form is not None and any(_password.search(name) for name in form)
