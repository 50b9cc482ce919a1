"""`Kolba`, the application class: a `flask.Flask` with the chapters' guarantees.

Which chapters are on, and nothing else: each is one `attach(self)` below.
"""

from __future__ import annotations

import os
from typing import Any, Literal

import flask
from flask import Flask
from flask.globals import _cv_request
from flask.templating import Environment
from werkzeug.wrappers import Response

from kolba import (
    cookies,
    escaping,
    flashes,
    forms,
    keys,
    login,
    logs,
    sessions,
    startup,
    stores,
    urls,
)
from kolba.engine import install
from kolba.guards import door, hosts, redirects
from kolba.login.identity import Loader
from kolba.safety import mode_named
from kolba.urls.rules import static_name
from kolba.urls.static import VERSION


class Kolba(Flask):
    """A Flask application that loses nothing and refuses what is unsafe, on the engine.

    The guarantees hold under Flask's own dispatch: with `KOLBA_ENGINE=off` in
    the environment the engine is not installed, and only the speed changes.

    Args:
        import_name: as `flask.Flask` takes it, and so are all others.
        safety: what guards do: `enforce` (refuse), `report` (only say what they
            would refuse) or `off`. A guard's own setting goes before it
            (`app.config["KOLBA_REDIRECT"] = "report"`). What only keeps
            (sessions, flash messages, kept forms) is on in each.
    """

    response_class = cookies.Response
    secret_key = keys.SecretKey()
    login_view: str | None = None
    """The endpoint or the path of the login, for `login_required`."""

    def __init__(
        self,
        import_name: str,
        *args: Any,
        safety: Literal["enforce", "report", "off"] = "enforce",
        **kwargs: Any,
    ) -> None:
        if os.environ.get("KOLBA_ENGINE") != "off":
            install()
        super().__init__(import_name, *args, **kwargs)
        self.safety = mode_named("safety", safety)
        logs.attach(self)
        stores.attach(self)
        keys.attach(self)
        sessions.attach(self)
        flashes.attach(self)
        door.attach(self)
        login.attach(self)
        urls.attach(self)
        escaping.attach(self)
        forms.attach(self)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if self.__dict__[startup.STEPS]:
            startup.start(self)
        return self.wsgi_app(environ, start_response)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        named = endpoint or getattr(view_func, "__name__", "")
        refusal = static_name.refusal(self, str(named), view_func)
        if refusal is not None:
            raise refusal
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Every template is escaped, except those of the types in `KOLBA_TEXT_TEMPLATES`."""
        return escaping.is_escaped(filename, self.config["KOLBA_TEXT_TEMPLATES"])

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Flask's, behind the guards."""
        enter = self.extensions.get(door.ENTER) or door.compile_door(self)
        # PERF: only files asked for by version have the short way, which learns of new routes.
        if VERSION in environ.get("QUERY_STRING", "") or self.url_map._remap:
            return enter(self, self._files_first, environ, start_response)
        return enter(self, super().wsgi_app, environ, start_response)

    def _files_first(self, environ: Any, start_response: Any) -> Any:
        """Flask's, past which files have a short way."""
        answer = urls.static.short_way(self, environ, start_response)
        return super().wsgi_app(environ, start_response) if answer is None else answer

    def redirect(self, location: str, code: int = 302) -> Response:
        """Flask's; within the site, and 303 instead of 302 after a form."""
        return redirects.answer(self, super().redirect, location, code)

    def create_jinja_environment(self) -> Environment:
        """Flask's, of a class that looks at each template as it is compiled."""
        self.jinja_environment = escaping.environment_class(self.jinja_environment)
        environment = super().create_jinja_environment()
        escaping.equip(self, environment)
        return environment

    def send_static_file(self, filename: str) -> flask.Response:
        return urls.static.send(self, self, filename)

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Flask's; an external URL names a configured origin."""
        if (
            _anchor is None
            and _method is None
            and _scheme is None
            and not _external
            and _cv_request.get(None) is not None
        ):
            return super().url_for(endpoint, **values)  # PERF: nearly every link
        values.update(_anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external)
        return hosts.external_url(self, super().url_for, endpoint, values)

    # Without options, in a request, it is Flask's: templates may keep what it gave.
    url_for._kolba_state = lambda: True  # type: ignore[attr-defined]

    def user_loader(self, load: Loader) -> Loader:
        """Decorates the function that finds the user of an identity, for `current_user`."""
        return login.user_loader(self, load)
