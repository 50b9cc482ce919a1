"""The view of static files, for the app and for blueprints.

What the URL names by version is immutable; else the client asks again each time, as in
Flask. Ranges are of the plain file; ETags are of the content, one a coding.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import flask
from flask import Flask, Response, abort, request
from werkzeug.datastructures import Headers
from werkzeug.http import parse_etags, parse_range_header

from kolba import startup
from kolba.urls.static import folders, versions
from kolba.urls.static.assets import Asset, Assets
from kolba.urls.static.heads import IMMUTABLE, etag, head
from kolba.urls.static.straight import CONDITIONS, Straight

StartResponse = Callable[..., Any]

_ASSETS = "_kolba_assets"
_STRAIGHT = "_kolba_straight"
# Seconds for which a file is trusted not to have changed, in production.
_PATIENCE = 1.0


def attach(app: Flask) -> None:
    """Serve the app's static files, and its blueprints', with versions and compressed copies."""
    assets = Assets(_PATIENCE)
    app.__dict__[_ASSETS] = assets
    app.__dict__[_STRAIGHT] = Straight(assets)
    app.url_defaults(versions.adder(app, assets))
    startup.on_start(app, _begin)


def _begin(app: Flask) -> None:
    assets: Assets = app.__dict__[_ASSETS]
    if app.debug or app.testing:
        assets.patience = 0.0
    view = app.view_functions.get(folders.ENDPOINT)
    if _is_flasks(app, view):
        app.view_functions[folders.ENDPOINT] = _view(app, app, view)
    for name, blueprint in app.blueprints.items():
        endpoint = f"{name}.{folders.ENDPOINT}"
        view = app.view_functions.get(endpoint)
        if getattr(view, "__func__", None) is flask.Blueprint.send_static_file:
            app.view_functions[endpoint] = _view(app, blueprint, view)


def _is_flasks(app: Flask, view: Any) -> bool:
    """Whether a view is the one that `Flask.__init__` registers, and calls what Kolba has."""
    code = getattr(view, "__code__", None)
    own = getattr(type(app).send_static_file, "__module__", "").startswith("kolba.")
    return own and code is not None and code.co_filename == flask.app.__file__


def _view(app: Flask, scaffold: Any, flasks: Any) -> Any:
    def send_static_file(filename: str) -> Response:
        # Flask's view looks for the method at each request: someone may have put one on the app.
        if scaffold is app and "send_static_file" in vars(app):
            answer: Response = app.send_static_file(filename=filename)
            return answer
        return send(app, scaffold, filename, learn=True)

    # Flask-WTF's list of exempt views, and lists like it, go by module and name.
    send_static_file.__module__ = flasks.__module__
    send_static_file.__name__ = flasks.__name__
    return send_static_file


def short_way(
    app: Flask, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes] | None:
    """Answer a request for a file by the short way, or None: see `kolba.urls.static.straight`."""
    known: Straight = app.__dict__[_STRAIGHT]
    return known.answer(app, environ, start_response)


def send(
    app: Flask, scaffold: Any, filename: str | os.PathLike[str], *, learn: bool = False
) -> Response:
    """Answer the request for a static file of an app or of a blueprint.

    Raises:
        NotFound: there is no such file, or it may not be given out.
    """
    if not scaffold.has_static_folder:
        raise RuntimeError("'static_folder' must be set to serve static_files.")
    path = folders.path_of(scaffold.static_folder, os.fspath(filename))
    asset = None if path is None else app.__dict__[_ASSETS].find(path)
    if asset is None:
        abort(404)
    max_age = scaffold.get_send_file_max_age(filename)
    if asset.body is None or app.config["USE_X_SENDFILE"]:
        return _streamed(asset, max_age)
    if learn and _is_named(asset):
        app.__dict__[_STRAIGHT].learn(app, asset)
    return _kept(app, asset, max_age)


def _is_named(asset: Asset) -> bool:
    """Whether the URL names this very content."""
    return bool(asset.version) and request.args.get(versions.PARAMETER) == asset.version


def _cache_control(asset: Asset, max_age: int | None) -> str:
    if _is_named(asset):
        return IMMUTABLE
    return "no-cache" if max_age is None else f"public, max-age={max_age}"


def _streamed(asset: Asset, max_age: int | None) -> Response:
    """A file that is too large to keep, or that the server in front sends by itself."""
    response = flask.send_file(asset.path, max_age=max_age, etag=asset.version or True)
    if _is_named(asset):
        response.headers["Cache-Control"] = IMMUTABLE
    return response


def _kept(app: Flask, asset: Asset, max_age: int | None) -> Response:
    environ = request.environ
    accept = "" if "HTTP_RANGE" in environ else environ.get("HTTP_ACCEPT_ENCODING", "")
    coding, body = asset.choose(accept)
    assert body is not None
    headers = head(asset, coding, len(body), _cache_control(asset, max_age))
    response: Response = app.response_class(body, headers=Headers(headers))
    if any(name in environ for name in CONDITIONS):
        _answer_condition(response, asset, environ)
    return response


def _answer_condition(response: Response, asset: Asset, environ: dict[str, Any]) -> None:
    """Turn the answer into 304, 206, 412 or 416 where the request's conditions say so.

    A client that holds another coding of this content holds this content.
    """
    known = parse_etags(environ.get("HTTP_IF_NONE_MATCH"))
    for coding in ("", *asset.copies):
        tag = etag(asset, coding)
        if not known.star_tag and known.contains_weak(tag.strip('"')):
            response.headers["ETag"] = tag
            break
    response.make_conditional(
        environ,
        accept_ranges=_is_one_range(environ.get("HTTP_RANGE")),
        complete_length=response.content_length,
    )


def _is_one_range(header: str | None) -> bool:
    """Whether a part is asked for; what is no range of bytes is passed over (RFC 9110 14.2)."""
    parsed = parse_range_header(header)
    return parsed is not None and parsed.units == "bytes" and len(parsed.ranges) == 1
