"""The door of a `Kolba` app: what every request passes coming in, and every answer going out.

The decisions are the guards'; this file asks them in order, and gives a refusal
its place in Flask's course: a request context, the app's error handlers, its
`after_request` functions. It stands on WSGI, around `Flask.wsgi_app`: an answer
is judged as it leaves, whoever made it.

The invariant: a refused request reaches no view, and a refused answer leaves
none of its headers behind but its cookies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from kolba import startup
from kolba.cookies import response as cookies
from kolba.guards import belief, headers, hosts, origin, proxies, redirects, tokens
from kolba.guards.locations import PLAIN_PATHS, is_plain_path
from kolba.safety import Mode, Refused, refuse

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]
Inner = Callable[[Environ, Start], Iterable[bytes]]
Enter = Callable[[Flask, Inner, Environ, Start], Iterable[bytes]]

ENTER = "kolba.door"
"""Names the extension of an app that takes a request in, and its answer out."""
_NOTES = "kolba.notes"
_MOST_KNOWN = 1000
_REDIRECTS = frozenset({"301", "302", "303", "307", "308"})


@dataclass(frozen=True, slots=True)
class Door:
    """An app's guards, compiled at its first request.

    Attributes:
        proxies: puts right what trusted proxies say; None if there are none.
        hosts: the host guard's settings.
        origin: the cross-origin guard's settings.
        headers: the default headers.
        cookies: what is done about cookies.
        known: what has been found good by all that the guards look at: the `Host` of a
            safe request, and with it scheme, `Sec-Fetch-Site` and `Origin` of another.
            SECURITY: never expired, since it depends on settings alone; bounded.
    """

    proxies: proxies.Settings | None
    hosts: hosts.Settings
    origin: origin.Settings
    headers: headers.Settings
    cookies: Mode
    known: set[Any]


def attach(app: Flask) -> None:
    """Have the settings read and checked before the first request."""
    startup.on_start(app, compile_door)


def compile_door(app: Flask) -> Enter:
    """Read and check every setting of the guards; keep the way in that they make with the app.

    Raises:
        ConfigError: a setting cannot be used.
    """
    redirects.settings_of(app)
    door = Door(
        proxies=proxies.settings_of(app),
        hosts=hosts.settings_of(app),
        origin=origin.settings_of(app),
        headers=headers.settings_of(app),
        cookies=cookies.mode_of(app),
        known=set(),
    )
    enter: Enter = _opened(door)
    app.extensions[ENTER] = enter
    tokens.satisfy(app)
    return enter


def _opened(door: Door) -> Enter:
    """The door as one function. PERF: every request runs it; what it needs is at hand.

    It is given the app each time: one that held the app would be a reference cycle.
    """
    added, known, trusted = door.headers, door.known, door.proxies
    lengths, asked, common, depends = added.lengths, added.asked, added.common, added.depends
    safe, doctors, plain = origin.SAFE_METHODS, belief.ENVIRON, PLAIN_PATHS

    def enter(app: Flask, inner: Inner, environ: Environ, start_response: Start) -> Iterable[bytes]:
        replaced: Iterable[bytes] | None = None
        is_new = False

        def start(status: str, listed: Headers, exc_info: Any = None) -> Any:
            nonlocal replaced
            if is_new and _NOTES in environ and request:
                environ.pop(_NOTES)()
            location, decided = None, depends
            for name, value in listed:
                # The names that matter have lengths that common headers have not.
                if len(name) in lengths:
                    lower = name.lower()
                    if lower == "location":
                        location = value
                    elif lower == "set-cookie":
                        https = environ["wsgi.url_scheme"] == "https"
                        if "; SameSite=" not in value or (https and "; Secure" not in value):
                            cookies.complete(door.cookies, environ, listed)
                    elif lower in asked:
                        decided = True
            if location is not None and location not in plain and status[:3] in _REDIRECTS:
                answer = _leading(app, environ, location)
                if answer is not None:
                    status, listed, replaced = _instead(environ, answer, listed)
                    decided = True
            if decided:
                headers.complete(added, environ, listed)
            else:
                listed.extend(common)
            if exc_info is None:
                return start_response(status, listed)
            return start_response(status, listed, exc_info)

        trouble = None if trusted is None else proxies.apply(trusted, environ)
        if doctors in environ and belief.is_doctors(app, environ[doctors]):
            return belief.answer(app, environ, start, trouble)  # to `kolba doctor` alone
        looks: Any = environ.get("HTTP_HOST")
        if environ["REQUEST_METHOD"] not in safe:
            # All that the cross-origin guard decides by, too.
            site, sender = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
            looks = environ["wsgi.url_scheme"], looks, site, sender
        # Nearly every request looks like one before it: this is all that it pays for guards.
        if looks not in known or trouble is not None:
            is_new = True
            refusal = _stopped(app, door, environ, start, looks, trouble)
            if refusal is not None:
                return refusal
        body = inner(environ, start)
        if replaced is None:
            return body
        _close(body)
        return replaced

    return enter


def _stopped(
    app: Flask,
    door: Door,
    environ: Environ,
    start: Start,
    looks: Any,
    trouble: hosts.Charge | None,
) -> Iterable[bytes] | None:
    """The answer to a request that a guard refuses; None lets it in."""
    host = None if door.hosts.mode is Mode.OFF else hosts.judge(door.hosts, environ)
    cross = None if door.origin.mode is Mode.OFF else origin.judge(door.origin, environ)
    if trouble is None and host is None and cross is None:
        _remember(door, environ, looks)
        return None
    if cross is not None and _takes_foreign_posts(app, environ):
        cross = None

    def refusals() -> None:
        if trouble is not None:
            refuse(proxies.GUARD, Mode.ENFORCE, trouble.what, trouble.why, trouble.mend, code=400)
        if host is not None:
            how = door.hosts.mode
            refuse(hosts.GUARD, how, host.what, host.why, host.mend, code=host.code)
        if cross is not None:
            refuse(origin.GUARD, door.origin.mode, cross.what, cross.why, cross.mend)

    enforced = (door.hosts.mode, host is not None), (door.origin.mode, cross is not None)
    if trouble is None and not any(how is Mode.ENFORCE and met for how, met in enforced):
        # Noted as the answer leaves: a context of its own would run the app's teardowns twice.
        environ[_NOTES] = refusals
        return None
    return _answer_in_context(app, environ, start, refusals)


def _remember(door: Door, environ: Environ, looks: Any) -> None:
    """Have requests that look like this one let in unseen."""
    if "HTTP_HOST" not in environ or environ.get("PATH_INFO") in door.hosts.exempt:
        return  # it was let in for another reason than its looks
    if len(door.known) >= _MOST_KNOWN:
        door.known.clear()
    door.known.add(looks)


def _takes_foreign_posts(app: Flask, environ: Environ) -> bool:
    """Whether a request is for a view that takes those of other sites.

    It is matched in no context: that would end before the view's own, with the app's teardown
    functions, for which nothing has begun.
    """
    context = app.request_context(environ)
    if context.url_adapter is None:
        return False
    try:
        context.match_request()
    except RuntimeError:  # a converter of the app's own looks for one
        with context:
            pass
    endpoint = context.request.endpoint
    return endpoint is not None and origin.allows_cross_origin(app.view_functions.get(endpoint))


def _answer_in_context(
    app: Flask, environ: Environ, start: Start, refusals: Callable[[], None]
) -> Iterable[bytes] | None:
    """Run `refusals` in a request context; the answer to what they raise, or None."""
    answer: Iterable[bytes] | None = None
    try:
        with app.request_context(environ) as context:
            if context.url_adapter is None:  # the page may have links, which need a host
                context.url_adapter = app.url_map.bind("localhost", script_name=request.script_root)
            try:
                refusals()
            except Refused as error:
                answer = _refusal(app, error)(environ, start)
    except Exception:
        if answer is None:
            raise
        app.logger.exception("A teardown function failed when a request had been refused")
    return answer


def _refusal(app: Flask, error: Refused) -> Any:
    """The response to a refusal, which stays one: what fails in the app's own code is logged.

    It may need what the app's `before_request` functions set, none of which has run.
    """
    return app.finalize_request(_page(app, error), from_error_handler=True)


def _page(app: Flask, error: Refused) -> Any:
    """What the app's error handler makes of a refusal, or our page."""
    try:
        return app.make_response(app.handle_user_exception(error))
    except Exception:
        app.logger.exception("The error handler for a refusal failed")
        return app.make_response(error)


def _leading(app: Flask, environ: Environ, location: str) -> Any:
    """The response to send instead of a redirect to `location`; None lets it go."""
    if is_plain_path(location) or not request:
        return None
    try:
        other = redirects.check_answer(app, environ, location)
    except Refused as error:
        return _page(app, error)
    return None if other is None else app.redirect(other, 303)


def _instead(
    environ: Environ, answer: Any, listed: Headers
) -> tuple[str, Headers, Iterable[bytes]]:
    """The parts of `answer`, with the cookies that the refused one had set."""
    for name, value in listed:
        if name.lower() in ("set-cookie", "vary"):
            answer.headers.add(name, value)
    body, status, made = answer.get_wsgi_response(environ)
    return status, made, body


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
