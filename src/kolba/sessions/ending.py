"""The end of a request: what becomes of its session once the answer is made.

Runs after the view and all `after_request` functions, before the first byte
leaves. What the store says is final: a session that was ended or moved on while
the request ran takes nothing more, and no one is shown an error for it.
"""

from __future__ import annotations

from time import time

from flask.wrappers import Response

from kolba.sessions import hints, identity
from kolba.sessions.fields import Fields
from kolba.sessions.headers import PRIVATE, Leaving, keep_private
from kolba.sessions.home import Home
from kolba.sessions.ids import TRIES, key_of, new_id
from kolba.sessions.queues import QUEUE, queue_of
from kolba.sessions.records import TOUCH
from kolba.sessions.session import LIVE, NEW, Session, Standing
from kolba.stores import Changes, Outcome, State
from kolba.stores.codec import CannotStore

UNTOUCHED: Leaving = (), None
"""A page leaves as it is."""
_READ: Leaving = PRIVATE, None

GIVEN = "~c"
"""The hidden field that says when a permanent cookie was given to the browser."""


def end(home: Home, session: Session, fields: Fields, response: Response, streamed: bool) -> None:
    """Keep what is to be kept, and tell the browser what it must know.

    Args:
        streamed: whether the body is made while it is sent.

    Raises:
        StoreDown: the answer must not promise what was not kept.
        CannotStore: a value has come to hold what cannot be stored.
        SessionTooLarge: the session has grown over its limit.
    """
    policy, status = home.policy, response.status_code
    if status >= 500 and not policy.save_on_error:
        home.look_back(session)
        _keep_identity_only(fields, policy.identity_keys)
    beside = session._beside
    if beside is None and session._standing is LIVE and home.messages.follows(session, response):
        beside = session._aside()
    if beside is not None:
        beside.before_save(response, status, streamed)
    if GIVEN in fields.hidden or "_permanent" in fields.raw:
        _date_cookie(home, session, fields)
    is_changed, is_assigned = fields.look_inside(), fields.is_written()
    if is_changed or is_assigned:
        _save(home, session, fields)
    else:
        _touch(home, session)
    if session._mail is not None:
        home.post(session)
    _speak(home, session, fields, response)
    if beside is not None:
        beside.after_save(response, streamed)
    elif not streamed:
        session._idle_until = 0.0  # who asks for messages now asks the store
    if is_changed or is_assigned:
        session._modified = session._modified or is_assigned
        fields.settle()


def of_read_page(session: Session) -> Leaving | None:
    """What `end` would add to a page of text whose session was only read; None if it would do more.

    PERF: most pages that know their visitor change nothing.
    """
    fields, beside = session._fields, session._beside
    if session._down or session._sent or session._cookie_due or session._mail is not None:
        return None
    if fields is None:
        return UNTOUCHED if beside is None else None
    if GIVEN in fields.hidden or "_permanent" in fields.raw:
        return None
    try:
        if fields.is_changed() or _is_touch_due(session):
            return None
    except CannotStore:
        return None  # it is raised again at its place
    if beside is not None:
        return beside.leaves()
    session._idle_until = 0.0  # who asks for messages now asks the store
    return _READ


def _date_cookie(home: Home, session: Session, fields: Fields) -> None:
    """Note when a permanent cookie is given, and give it again when half its life is over."""
    if session._standing is not LIVE and session._standing is not NEW:
        return
    given = int(fields.hidden.get(GIVEN, b"0"))
    if not session.permanent:
        if given:
            fields.hide(GIVEN, b"0")
            session._cookie_due = session._standing is Standing.LIVE
        return
    now = time()
    is_old = home.app.config["SESSION_REFRESH_EACH_REQUEST"] and now - given > home.policy.idle / 2
    if not given or is_old:
        fields.hide(GIVEN, b"%d" % now)
        session._cookie_due = session._standing is Standing.LIVE


def _keep_identity_only(fields: Fields, keys: tuple[str, ...]) -> None:
    """A failed request has changed nothing, except who somebody is."""
    if identity.of(fields.found, keys) == identity.of(fields.raw, keys):
        fields.revert()
    else:
        fields.revert(but=frozenset(keys))


def _save(home: Home, session: Session, fields: Fields) -> None:
    if session._ends_unread or (fields.cleared and session._standing is LIVE):
        home.end_record(session)
    standing = session._standing
    if standing is NEW:
        _create(home, session, fields)
    elif standing is LIVE:
        _change(home, session, fields)
    else:
        _save_in_vain(home, session, fields)


def _create(home: Home, session: Session, fields: Fields) -> None:
    """Make a record, if there is anything to keep."""
    if fields.raw or fields.hidden:
        if QUEUE not in fields.hidden:
            home.queue_field(session, fields)
        whose = home.create(session, fields.all())
        if fields.raw and not whose:
            hints.of_unknown_log_in(home, session, fields.sets())


def _change(home: Home, session: Session, fields: Fields) -> None:
    keys, sets = home.policy.identity_keys, fields.sets()
    before, after = identity.of(fields.found, keys), identity.of(fields.raw, keys)
    if before != after:
        _change_identity(home, session, fields, sets, before, after)
    else:
        changes = Changes(set=sets, delete=fields.deletes())
        if home.merge(session, home.used(session, changes)) is not State.LIVE:
            _save_in_vain(home, session, fields)
        elif not after and sets:
            hints.of_unknown_log_in(home, session, sets)
        home.purge_sometimes(time())


def _change_identity(
    home: Home,
    session: Session,
    fields: Fields,
    sets: dict[str, bytes],
    before: identity.Identity,
    after: identity.Identity,
) -> None:
    """Move the session to a new id, so that no earlier holder of the old one comes along."""
    deletes, old = fields.deletes(), session._key
    ended = {key for key, _ in before} - {key for key, _ in after}
    if ended and after:
        # What is over must be over for whoever still holds the old id, too.
        home.merge(session, Changes(delete=deletes | ended, durable=True))
        if session._standing is not Standing.LIVE:
            return _save_in_vain(home, session, fields)
    # And after a log-out all is, under each id that has led here.
    grace = home.policy.grace if after else 0
    changes = Changes(
        set=sets,
        delete=deletes,
        owner=identity.owner(after) or "",
        durable=bool(before),
    )
    identifier, key, outcome = _moved(home, session, home.used(session, changes), grace)
    if outcome.state is State.LIVE:
        if not after:
            home.leave_trace(old, time())
        session._id, session._key, session._cookie_due = identifier, key, True
    else:
        home.note(session, outcome.state)
        _save_in_vain(home, session, fields)
    return None


def _moved(
    home: Home, session: Session, changes: Changes, grace: float
) -> tuple[str, str, Outcome]:
    """Rotate a session to the first new id whose name in the store is free."""
    for _ in range(TRIES):
        identifier = new_id()
        key = key_of(identifier)
        try:
            outcome = home.store.rotate(session._key, key, changes, now=time(), grace=grace)
        except ValueError as error:
            taken = error
        else:
            return identifier, key, outcome
    raise AssertionError(f"{TRIES} random ids of 256 bits are taken") from taken


def _save_in_vain(home: Home, session: Session, fields: Fields) -> None:
    """The session has ended or has a new id: nothing is merged, except a fresh log-in.

    Who logs in has proved it in this very request: that is a session of its own, and
    must not be lost because two clicks were made. An identity that was there before
    the session ended never comes back, nor does one that a cookie remembers: the request
    is from before the log-out, or the person is in by another.
    """
    if not home.logs_in(fields) or identity.is_remembered(fields.raw):
        home.in_vain(session, fields)
        return
    session._standing = Standing.NEW
    fields.unhide(QUEUE)
    home.queue_field(session, fields)
    if session._mail is not None:
        session._mail = queue_of(fields), *session._mail[1:]
    _create(home, session, fields)


def _touch(home: Home, session: Session) -> None:
    """Note the use of a session, at most once a minute."""
    if not _is_touch_due(session):
        return
    changes = home.used(session, Changes())
    if changes.seen is None:
        return
    home.merge(session, changes)
    home.purge_sometimes(time())


def _is_touch_due(session: Session) -> bool:
    record = session._record
    return record is not None and session._standing is LIVE and time() - record.seen >= TOUCH


def _speak(home: Home, session: Session, fields: Fields, response: Response) -> None:
    """The headers: a cookie if the id is new, and what caches must know."""
    keep_private(response)
    if session._cookie_due and session._id is not None:
        is_permanent = "_permanent" in fields.raw and session.permanent
        until = home.policy.expires(_created(session), time()) if is_permanent else 0.0
        home.cookie.set(session._environ, response, session._id, until)
        if session._import_due and home.cookie.has_prefix(session._environ):
            home.cookie.forget_plain(response)
    elif (
        fields.cleared
        and session._standing is not Standing.RETIRED  # its browser has another id
        and home.cookie.came(session._asked(), session._environ)
    ):
        home.cookie.delete(session._environ, response)


def _created(session: Session) -> float:
    return time() if session._record is None else session._record.created
