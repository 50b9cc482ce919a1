"""Sessions that an interface itself says may be opened when they are first touched.

The declaration is three methods in the very class of the interface (a subclass, which
may have overridden anything, makes its own):

* `_kolba_opens_late(app) -> bool`: `open_session` looks at nothing that a request
  could change, does nothing that could be seen, and never raises.
* `_kolba_rests(environ, response) -> bool`: `save_session` would do nothing with this
  answer for a session that nobody has touched. It does nothing for a page of text, and
  for errors' pages when the request had no cookies.
* `_kolba_sent(session)`: what `save_session` would have left in the session for those
  who touch it only now, when its answer has been made.

Two more it may declare:

* `_kolba_begins(context, environ)`: what `open_session` would give for the context's request,
  which has not been made, and which this does not make; None if it would.
* `_kolba_page(session)`: the headers that `save_session` would add to a page of text, and
  what it would have called when the page has been sent (or None), if that is all that it
  would do; then it has been done. None, and nothing done, if not.

Who declares is believed. Invariant: a touched session is opened and saved by the
interface's own methods, `save_session` at the moment when Flask calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Flask
from flask.ctx import RequestContext
from flask.sessions import SessionMixin

LATE = "_kolba_opens_late"
Headers = Sequence[tuple[str, str]]
OnClose = Callable[[], object]
Added = tuple[Headers, OnClose | None]
"""Headers of an answer, and what is called when it has been sent."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How the session of one Cookie header opens.

    Attributes:
        value: the session cookie in it, or None.
        must_save: the session goes out again even if no view touches it.
        late: the interface decides, when the session is touched or the answer is made.
    """

    value: str | None
    must_save: bool
    late: bool = False


# It must be opened at the moment when Flask opens it.
UNOPENED = Opening(None, True)
WITHOUT_COOKIES = Opening(None, False, late=True)
WITH_COOKIES = Opening(None, False, late=True)
ANSWERED = Opening(None, False, late=True)


class LateSessions:
    """The sessions of one app whose interface may be called late.

    Attributes:
        rests: what the interface says of an untouched session and an answer.
        page: what it says of a touched session and a page of text.
        begins: opens a session whose request nobody has asked for.
        set_on_interface: nothing; it is the interface that answers for its attributes.
    """

    set_on_interface: ClassVar[dict[str, Any]] = {}

    def __init__(self, interface: Any) -> None:
        declares = vars(type(interface))
        self.page: Callable[[Any], Added | None] | None = (
            interface._kolba_page if "_kolba_page" in declares else None
        )
        self.begins: Callable[[Any, dict[str, Any]], Any] | None = (
            interface._kolba_begins if "_kolba_begins" in declares else None
        )
        self.rests: Callable[[dict[str, Any], Any], bool] = interface._kolba_rests
        self._sent: Callable[[Any], None] = interface._kolba_sent
        self._interface = interface

    def lookup(self, environ: dict[str, Any]) -> Opening:
        """How the session of a request opens: late."""
        return WITH_COOKIES if "HTTP_COOKIE" in environ else WITHOUT_COOKIES

    def open(self, opening: Opening, app: Flask, request: Any) -> Any:
        """The session of a request that touches it now."""
        session = self._interface.open_session(app, request)
        if session is None:
            return self._interface.make_null_session(app)
        if opening is ANSWERED:
            self._sent(session)
        return session

    def open_now(self, context: RequestContext, environ: dict[str, Any]) -> SessionMixin:
        """The session of a request, now."""
        return open_by_interface(context)

    def added(self, app: Flask, session: Any) -> Added | None:
        """What `save` would add to a page of text, if the interface says that this is all."""
        return None if self.page is None else self.page(session)

    def save(self, app: Flask, session: Any, response: Any) -> None:
        """`save_session`, unless the session is a null session."""
        interface = app.session_interface
        if not interface.is_null_session(session):
            interface.save_session(app, session, response)


def open_by_interface(context: RequestContext) -> SessionMixin:
    """What Flask does when a context is pushed: `open_session`, or a null session."""
    app = context.app
    interface = app.session_interface
    session = interface.open_session(app, context.request)
    return interface.make_null_session(app) if session is None else session


def late_sessions(app: Flask, interface: Any) -> LateSessions | None:
    """The sessions of an interface that declares itself; None if it takes that back."""
    try:
        return LateSessions(interface) if interface._kolba_opens_late(app) else None
    except Exception:  # it is raised again when Flask opens the session
        return None
