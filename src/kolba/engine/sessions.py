"""Flask's signed session cookie, opened when touched and saved when changed.

Does what `SecureCookieSessionInterface` does, for apps that use that class as
it is. Invariant: a session is opened late only if opening it at once could
neither have failed nor have changed the answer; `UNOPENED` says that it must
be opened when Flask opens it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.ctx import RequestContext
from flask.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from flask.wrappers import Request, Response
from itsdangerous import BadSignature
from werkzeug.datastructures import Headers, ImmutableMultiDict

from kolba.engine import cookies, watch
from kolba.engine.cookies import SetCookie, compile_cookie
from kolba.engine.genuine import changed_name, is_genuine, reads_as_dict
from kolba.engine.late import (
    LATE,
    UNOPENED,
    Added,
    LateSessions,
    Opening,
    late_sessions,
    open_by_interface,
)
from kolba.engine.parsing import parse_cookies
from kolba.engine.signing import CookieSigner, compile_signer
from kolba.engine.tagging import are_stock_tags, is_stock_provider

# Cookie headers are the client's: a bounded number of short ones is remembered.
_REMEMBERED = 1024
_LONGEST = 4096

# What opening and saving a session skips is spread over all of these.
_SESSION_CLASSES = (SecureCookieSessionInterface, SecureCookieSession, Response, Headers)


NO_SESSION = Opening(None, False)

# The very kind of function that the constructor makes for each session.
_on_update = SecureCookieSession().on_update
_new = dict.__new__


def _session(data: dict[str, Any] | None = None) -> SecureCookieSession:
    """`SecureCookieSession(data)`."""
    session: SecureCookieSession = _new(SecureCookieSession)
    if data:
        dict.update(session, data)
    session.__dict__["on_update"] = _on_update
    return session


@dataclass(slots=True)
class CookieSessions:
    """The signed cookie sessions of one app, by the configuration of one plan.

    Attributes:
        set_on_interface: the instance's attributes; empty as long as that holds.
    """

    token: object
    interface: SecureCookieSessionInterface
    signer: CookieSigner | None
    fallbacks: list[Any] | None
    name: str
    max_age: int
    lifetime: timedelta
    refresh: bool
    cookie: SetCookie | None
    tags: list[Any]
    tags_known: int
    provider: dict[str, Any]
    provider_known: int
    set_on_interface: dict[str, Any]
    openings: dict[str, Opening] = field(default_factory=dict)

    def lookup(self, environ: dict[str, Any]) -> Opening:
        """How the session of this request opens, if that is known to be harmless."""
        if (
            self.set_on_interface
            or len(self.tags) != self.tags_known
            or len(self.provider) != self.provider_known
        ):
            watch.changed()
            return UNOPENED
        if self.signer is None:
            return NO_SESSION
        if self.fallbacks is not None and self.signer.keys[:-1] != (*self.fallbacks,):
            return UNOPENED
        header = environ.get("HTTP_COOKIE")
        if header is None:
            return NO_SESSION
        opening = self.openings.get(header)
        if opening is None:
            return UNOPENED
        if opening.value is not None and not self.signer.holds(opening.value, self.max_age):
            return UNOPENED
        return opening

    def open(self, opening: Opening) -> SecureCookieSession:
        """The session of an opening that `lookup` returned."""
        if self.signer is None:
            return NullSession()
        if opening.value is None:
            return _session()
        entry = self.signer.kept(opening.value)
        if entry is not None:
            # `lookup` has found it good, at the moment when Flask opens sessions.
            return _session(self.signer.session(entry))
        return _session(self.signer.loads(opening.value, self.max_age))

    def open_now(self, context: RequestContext, environ: dict[str, Any]) -> SessionMixin:
        """The session of a request whose cookie was not known to be harmless."""
        app = context.app
        if self._is_changed(app) or self.signer is None:
            return open_by_interface(context)
        header = environ.get("HTTP_COOKIE", "")
        value = parse_cookies(header, ImmutableMultiDict).get(self.name)
        if not value:
            self._remember(header, NO_SESSION)
            return _session()
        try:
            session = _session(self.signer.loads(value, self.max_age))
        except BadSignature:
            return _session()
        entry = self.signer.verified(value, self.max_age)
        if entry is not None:
            self._remember(header, Opening(value, entry.permanent and self.refresh))
        return session

    def _remember(self, header: str, opening: Opening) -> None:
        if len(header) > _LONGEST:
            return
        if len(self.openings) >= _REMEMBERED:
            self.openings.clear()
        self.openings[header] = opening

    def _is_changed(self, app: Flask) -> bool:
        """Whether the session must be opened or saved by Flask's own code after all."""
        return bool(
            self.token is not watch.current
            or self.interface.__dict__
            or len(self.tags) != self.tags_known
            or len(self.provider) != self.provider_known
            or (
                self.fallbacks is not None
                and self.signer is not None
                and self.signer.keys != (*self.fallbacks, app.secret_key)
            )
        )

    def save(self, app: Flask, session: Any, response: Any) -> None:
        """`save_session`, unless the session is a null session."""
        added = None
        if type(response) is Response and type(response.headers) is Headers:
            added = self.added(app, session)
        if added is None:
            interface = app.session_interface
            if not interface.is_null_session(session):
                interface.save_session(app, session, response)
            return
        for header in added[0]:
            if header is _VARY:
                _vary_by_cookie(response)
            else:
                response.headers._list.append(header)

    def added(self, app: Flask, session: Any) -> Added | None:
        """What `save_session` adds to an answer; None if only Flask's own code can tell."""
        if (
            type(session) is not SecureCookieSession
            or self._is_changed(app)
            or self.cookie is None
            or not cookies.is_installed()
            or (not session and session.modified)
        ):
            return None
        # Before it is asked whether it is permanent, which is an access, too.
        added = [_VARY] if session.accessed else []
        if not session:
            return added, None
        permanent = session.get("_permanent", False)
        if not (session.modified or (permanent and self.refresh)):
            return added, None
        expires = datetime.now(UTC) + self.lifetime if permanent else None
        value = self.signer.dumps(dict(session))  # type: ignore[union-attr]
        cookie = "Set-Cookie", self.cookie.render(value, expires)
        return [*added, cookie] if added else [cookie, _VARY], None


_VARY = "Vary", "Cookie"


def _vary_by_cookie(response: Response) -> None:
    """`response.vary.add("Cookie")`."""
    listed = response.headers._list
    for key, value in listed:
        if len(key) == 4 and key.lower() == "vary":
            if value != "Cookie":
                response.vary.add("Cookie")
            return
    listed.append(("Vary", "Cookie"))


def compile_sessions(app: Flask) -> CookieSessions | LateSessions | None:
    """The sessions of `app`, or None if they must be opened and saved when Flask does it.

    They are Flask's signed cookie as it comes, or of a class that says they can be late.
    """
    interface = app.session_interface
    if LATE in vars(type(interface)):
        return late_sessions(app, interface)
    if type(interface) is not SecureCookieSessionInterface:
        return None
    if not _is_as_written(app, interface):
        return None
    try:
        return _compile(app, interface)
    except Exception:  # a configuration that Flask refuses, later and in its own words
        return None


def why_left(app: Flask) -> str:
    """What of an app's sessions is not Flask's own, where `compile_sessions` gave None."""
    cls = type(app.session_interface)
    name = f"{cls.__module__}.{cls.__qualname__}"
    if cls is not SecureCookieSessionInterface:
        return name
    if not is_stock_provider(app.json):
        return f"{name} with a JSON provider that has its own dumps or loads"
    if not _has_plain_keys(app):
        return f"{name} with a secret_key or permanent_session_lifetime of the app's class"
    if not reads_as_dict(app.config):
        return f"{name} with a configuration that reads in its own way"
    return f"{name}, of which something was replaced"


def _has_plain_keys(app: Flask) -> bool:
    """Whether keys and lifetimes are what was set, and not what the app's class computes."""
    return is_genuine(type(app), Flask, "secret_key", "permanent_session_lifetime")


def _is_as_written(app: Flask, interface: SecureCookieSessionInterface) -> bool:
    request_class = app.request_class
    return (
        not interface.__dict__
        and not any(map(changed_name, _SESSION_CLASSES))
        and isinstance(request_class, type)
        and issubclass(request_class, Request)
        and is_genuine(request_class, Request, "cookies", "dict_storage_class")
        and "secret_key" not in app.__dict__
        and _has_plain_keys(app)
        and reads_as_dict(app.config)
        and is_stock_provider(app.json)
        and are_stock_tags(interface.serializer)
    )


def _compile(app: Flask, interface: SecureCookieSessionInterface) -> CookieSessions | None:
    token = watch.current
    fallbacks = app.config["SECRET_KEY_FALLBACKS"]
    signer = None
    if app.secret_key:
        signer = compile_signer(
            (*(fallbacks or ()), app.secret_key),
            interface.salt,
            interface.key_derivation,
            interface.digest_method,
            interface.serializer,
        )
        if signer is None:
            return None
    lifetime = app.permanent_session_lifetime
    return CookieSessions(
        token=token,
        interface=interface,
        signer=signer,
        fallbacks=fallbacks,
        name=interface.get_cookie_name(app),
        max_age=int(lifetime.total_seconds()),
        lifetime=lifetime,
        refresh=bool(app.config["SESSION_REFRESH_EACH_REQUEST"]),
        # A response class may set cookies in its own way.
        cookie=_compile_cookie(app, interface)
        if is_genuine(app.response_class, Response, "set_cookie")
        else None,
        tags=interface.serializer.order,
        tags_known=len(interface.serializer.order),
        provider=vars(app.json),
        provider_known=len(vars(app.json)),
        set_on_interface=vars(interface),
    )


def _compile_cookie(app: Flask, interface: SecureCookieSessionInterface) -> SetCookie | None:
    return compile_cookie(
        interface.get_cookie_name(app),
        domain=interface.get_cookie_domain(app),
        path=interface.get_cookie_path(app),
        secure=interface.get_cookie_secure(app),
        httponly=interface.get_cookie_httponly(app),
        samesite=interface.get_cookie_samesite(app),
        partitioned=interface.get_cookie_partitioned(app),
        max_size=app.config["MAX_COOKIE_SIZE"],
    )
