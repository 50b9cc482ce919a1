"""Flask's own signed cookie, taken over into the store once.

An app that changes its class keeps its visitors: until `KOLBA_IMPORT_UNTIL` a
valid cookie of Flask's becomes a session of ours, and its signature is
remembered until it would have expired. Invariant: a copy of such a cookie never
becomes a second session, so that logging out is final for it, too.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from kolba.sessions.fields import Fields
from kolba.stores.codec import CannotStore

if TYPE_CHECKING:
    from kolba.sessions.opening import Opening
    from kolba.sessions.session import Session

logger = logging.getLogger("kolba.sessions")

_flask = SecureCookieSessionInterface()
FLASHES = "_flashes"


def imported(home: Opening, session: Session, now: float) -> Fields | None:
    """The session that a signed cookie of the request holds, if it may be taken over.

    Raises:
        StoreDown: nothing was taken over.
    """
    if now >= home.policy.import_until:
        return None
    value = home.cookie.signed(session._request)
    values = _read(home, value) if value else None
    if value is None or values is None:
        return None
    mark = f"import:{hashlib.sha256(value.encode()).hexdigest()}"
    earlier = home.store.once(mark, b"", now=now, expires=now)  # put where nothing is, it has ended
    if earlier is None:
        fields = session._fields = _fields(home, values)
        home.queue_field(session, fields)
        _take_messages(session, values.get(FLASHES))
        # First the session: what cuts this short must not leave a cookie that is used up.
        home.create(session, fields.all())
        lifetime = home.app.permanent_session_lifetime.total_seconds()
        key = session._key.encode()
        earlier = home.store.once(mark, key, now=now, expires=now + lifetime)
        if earlier is None:
            fields.settle()
            session._import_due = True
            return fields
        home.unmake(session)
    return _parallel(home, session, earlier.decode(), now)


def _take_messages(session: Session, waiting: Any) -> None:
    """What waited in the cookie waits on: for this page, or for the next."""
    if isinstance(waiting, list):
        session._aside().wait(waiting)


def _read(home: Opening, value: str) -> dict[str, Any] | None:
    """The values of a signed cookie; None if it is not valid or has expired."""
    serializer = _flask.get_signing_serializer(home.app)
    if serializer is None:
        return None
    lifetime = int(home.app.permanent_session_lifetime.total_seconds())
    try:
        values: dict[str, Any] = serializer.loads(value, max_age=lifetime)
    except BadSignature:
        return None
    return values


def _fields(home: Opening, values: dict[str, Any]) -> Fields:
    """The values that can be kept."""
    fields = Fields({}, home.policy.limit)
    for key, part in values.items():
        if key == FLASHES:
            continue
        try:
            fields.set(key, part)
        except (CannotStore, ValueError) as error:
            logger.warning("a key of a signed cookie was not imported: %s", error)
    return fields


def _parallel(home: Opening, session: Session, key: str, now: float) -> Fields | None:
    """Requests in flight with the cookie that another one has just imported may read.

    SECURITY: only for the grace time, and only as long as that session lives: a copy
    of the cookie shows nothing once its owner has logged out.
    """
    record = home.store.load(key, now=now)
    if record is None or now - record.created > home.policy.grace:
        return None
    return home.read_only(session, key, record)
