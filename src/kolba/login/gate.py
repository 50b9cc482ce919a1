"""The gate: views that need a login, and what becomes of those who have none.

A person who wanted a page is sent to the login, and the page is remembered; a
form that they had filled is kept. Programs get a 401 that says so. What is not
a page (an image, a fetch) is never a way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, overload

from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    current_app,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from kolba.errors import ConfigError
from kolba.guards.redirects import WAY_BACK, redirect
from kolba.http.urls import path_of
from kolba.login import kept
from kolba.login.identity import KEPT_FORM, is_fresh, is_logged_in
from kolba.safety import LoginNeeded
from kolba.startup import on_start
from kolba.urls.static.folders import owner

View = TypeVar("View", bound=Callable[..., Any])

GATED = "kolba.login.gated"
MARK = "_kolba_login_required"
KEPT_PAGE = "kolba_kept_form"
_LONGEST_WAY = 2000


@overload
def login_required(view: View) -> View: ...
@overload
def login_required(*, fresh: bool = False) -> Callable[[View], View]: ...


def login_required(view: Any = None, *, fresh: bool = False) -> Any:
    """Let only people who are logged in to this view; keep its pages out of caches.

    Put it below the route decorator, next to the function.

    Args:
        fresh: they must have logged in in this session, not be remembered from an earlier one.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def gated(*args: Any, **kwargs: Any) -> Any:
            turned = pass_or_turn(fresh=fresh)
            return turned or current_app.ensure_sync(view)(*args, **kwargs)

        setattr(gated, MARK, True)
        return gated  # type: ignore[return-value]

    return decorate if view is None else decorate(view)


def require_login(
    scaffold: Flask | Blueprint, *, public: Iterable[str] = (), login_view: str | None = None
) -> None:
    """Let only people who are logged in to an app or a blueprint.

    The login view, static files and pages that do not exist stay open.

    Args:
        scaffold: a `Kolba` app, or a blueprint of one.
        public: endpoints that everybody may see; in a blueprint `.name` is one of its own.
        login_view: the endpoint or path of the login, if it is not the app's.
    """
    prefix = f"{scaffold.name}." if isinstance(scaffold, Blueprint) else ""
    names = {f"{prefix}{name[1:]}" if name.startswith(".") else name for name in public}

    @scaffold.before_request
    def gate() -> BaseResponse | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in names or _is_about_methods():
            return None
        # SECURITY: a view that is called `static` is a view; files have an owner with a folder.
        if owner(current_app, endpoint) is not None or _is_login(_view(login_view)):
            return None
        return pass_or_turn(login_view=login_view)

    if isinstance(scaffold, Flask):
        _check_at_start(scaffold, names)
    else:
        scaffold.record(lambda state: _check_at_start(state.app, names))  # type: ignore[arg-type]


def _check_at_start(app: Flask, names: set[str]) -> None:
    app.extensions[GATED] = True

    def check(app: Flask) -> None:
        missing = sorted(names - app.view_functions.keys())
        if missing:
            raise ConfigError(
                f"require_login(public=...): there is no endpoint {missing[0]!r}."
                " Register a view of that name, or mend the list."
            )

    on_start(app, check)


def pass_or_turn(*, fresh: bool = False, login_view: str | None = None) -> BaseResponse | None:
    """None for those who may pass; else where they are sent.

    Raises:
        LoginNeeded: to programs, and where the app has no login view (401).
    """
    after_this_request(_keep_private)
    if is_logged_in() and (not fresh or is_fresh()):
        if request.method == "POST" and KEPT_FORM in session and kept.is_being_sent():
            session.pop(KEPT_FORM)
        return None
    return _turn_away(_view(login_view))


def _view(login_view: str | None) -> str | None:
    return login_view or getattr(current_app, "login_view", None)


def _is_about_methods() -> bool:
    """Whether Flask itself answers: with the methods of a page, and nothing of the page.

    SECURITY: a view that takes OPTIONS by itself may show what it shows for GET.
    """
    automatic = getattr(request.url_rule, "provide_automatic_options", False)
    return request.method == "OPTIONS" and bool(automatic)


def _is_login(login_view: str | None) -> bool:
    """Whether the request is for the login itself."""
    if login_view is None or not login_view.startswith("/"):
        return request.endpoint == login_view
    path = login_view.partition("?")[0]
    return path in (request.path, f"{request.root_path}{request.path}")


def _turn_away(login_view: str | None) -> BaseResponse:
    if login_view is None or not _wants_page():
        raise LoginNeeded(login=None if login_view is None else _url(login_view))
    if _is_login(login_view):
        raise ConfigError(f"the login view {login_view!r} must not require a login itself.")
    way = _way_back()
    if way is not None:
        session[WAY_BACK] = way
    return redirect(_url(login_view))


def _url(login_view: str) -> str:
    return login_view if login_view.startswith("/") else url_for(login_view)


def _wants_page() -> bool:
    """Whether a browser shows the answer as a page: no fetch, no image, no frame of a program."""
    headers = request.headers
    dest, mode = headers.get("Sec-Fetch-Dest"), headers.get("Sec-Fetch-Mode")
    if dest is not None or mode is not None:
        return dest in ("document", "iframe", "frame") or (dest is None and mode == "navigate")
    if headers.get("X-Requested-With") == "XMLHttpRequest" or request.is_json:
        return False
    accepts = request.accept_mimetypes
    return not accepts or accepts["text/html"] >= accepts["application/json"]


def _way_back() -> str | None:
    """Where to go after the login: a page that was wanted, or the page of the kept form."""
    if request.method == "GET":
        way = path_of(request)
        return way if len(way) <= _LONGEST_WAY else None
    if request.method == "POST" and KEPT_PAGE in current_app.view_functions and kept.keep():
        return url_for(KEPT_PAGE)
    return None


def _keep_private(response: Response) -> Response:
    """Pages behind the gate are in no cache, unless the view has said how long they may be."""
    if response.cache_control.max_age is None:
        response.cache_control.no_store = True
    return response
