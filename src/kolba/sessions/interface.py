"""Flask's `SessionInterface` over Kolba's sessions: the two calls that Flask makes.

`open_session` makes an empty shell; `save_session` does nothing for a shell
that nobody touched, unless its answer is a stream or leads a browser on. What
follows from that for whoever runs requests is declared here, too (`_kolba_...`).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSessionInterface, SessionInterface, SessionMixin
from flask.wrappers import Response

from kolba.http.environs import environ_of
from kolba.sessions import ending, streams
from kolba.sessions.headers import Leaving
from kolba.sessions.home import Home
from kolba.sessions.session import Session
from kolba.sessions.unavailable import turn_into
from kolba.stores import StoreDown


class StoredSessions(SessionInterface):
    """Sessions in the app's state store.

    Attributes:
        home: the sessions of the app.
    """

    session_class = Session

    def __init__(self, app: Flask) -> None:
        self.home = Home(app, self)

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """A session that asks the store when it is first touched."""
        if self.home.stateless:
            return be_stateless(app).open_session(app, request)
        return Session(self.home, environ_of(request), request=request)

    def _kolba_opens_late(self, app: Flask) -> bool:
        """Whether `open_session` may be called when a session is first touched."""
        return not self.home.stateless

    def _kolba_begins(self, context: Any, environ: dict[str, Any]) -> Session | None:
        """What `open_session` would give for a request that has not been made."""
        if type(self).open_session is not _open_session or "open_session" in self.__dict__:
            return None  # somebody has put another in its place
        return Session(self.home, environ, context=context)

    def _kolba_rests(self, environ: dict[str, Any], response: Response) -> bool:
        """Whether `save_session` would do nothing for a session that nobody has touched."""
        if response.is_streamed:
            return False
        # Messages follow over the redirect of a page alone: see `StoredMessages.follows`.
        return (
            "HTTP_COOKIE" not in environ
            or environ["REQUEST_METHOD"] != "GET"
            or not 300 <= response.status_code < 400
        )

    def _kolba_sent(self, session: Any) -> None:
        """Tell a session that is opened after its answer was made."""
        session._sent = True

    def _kolba_page(self, session: Any) -> Leaving | None:
        """What `save_session` would add to a page of text; None if it would do more."""
        if type(session) is not Session and not isinstance(session, Session):
            return ending.UNTOUCHED
        leaving = ending.of_read_page(session)
        if leaving is not None:
            session._sent = True
        return leaving

    def is_null_session(self, obj: object) -> bool:
        """Never: a session needs no secret key."""
        return False

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what the request changed; a store that is down turns the answer into a 503.

        Raises:
            CannotStore: a value has come to hold what cannot be stored.
            SessionTooLarge: the session has grown over its limit.
        """
        if not isinstance(session, Session):  # one that the app has put in its place
            return
        home = self.home
        try:
            if session._down:
                if response.status_code < 500:  # the view went on without its state
                    turn_into(app, response, StoreDown("the session could not be read"))
                return
            streamed = response.is_streamed
            if streamed:
                _ = session._request  # who still writes then finds no context
                streams.watch(home, session, response)
            if (
                session._fields is not None
                or session._beside is not None
                or home.messages.follows(session, response)
            ):
                ending.end(home, session, session._open(), response, streamed)
        except StoreDown as error:
            session._down = True  # nor is anything saved as the body is closed
            turn_into(app, response, error)
        finally:
            session._sent = True


_open_session = StoredSessions.open_session


def be_stateless(app: Flask) -> SessionInterface:
    """Give an app Flask's own signed cookies: `KOLBA_STATE` is `cookie:`."""
    interface = app.session_interface = SecureCookieSessionInterface()
    return interface
