"""Puts the engine under every Flask app of the process.

Flask's classes are patched in place, never replaced: `type(app) is Flask`
stays true, and names imported earlier are included.
"""

from __future__ import annotations

import importlib.metadata
import threading
import warnings

from flask import Flask

from kolba import templates
from kolba.engine import (
    context,
    cookies,
    files,
    folding,
    genuine,
    json_answers,
    proxies,
    redirects,
    requests,
    run,
    watch,
)

_lock = threading.Lock()
_installed = False

KNOWN = {"flask": (3, 1, 3), "werkzeug": (3, 1, 9)}
"""The first versions whose answers the engine gives; it does so for the patches that follow.

Earlier patches match other paths, and take other hosts and cookies.
"""


def install() -> None:
    """Put every `flask.Flask` of this process, made or yet to be made, on the engine.

    Calling it again does nothing. On a Flask or Werkzeug of an unknown version
    nothing is changed, with one warning.
    """
    global _installed
    with _lock:
        if _installed:
            return
        _installed = True
        reason = _unfit()
        if reason:
            warnings.warn(f"kolba: {reason}. Flask runs as it is.", RuntimeWarning, stacklevel=2)
            return
        with genuine.accepting():
            watch.watch()
            context.install()
            proxies.install()
            requests.install()
            redirects.install()
            cookies.install()
            files.install()
            json_answers.install()
            templates.install(templates.ALL, folding.url_key, redirects.url_for)
            Flask.wsgi_app = run.wsgi_app  # type: ignore[method-assign,assignment]


def is_known(name: str, version: str) -> bool:
    """Whether the engine gives the answers of this version of `flask` or `werkzeug`."""
    minor, _, patch = version.rpartition(".")
    *known, least = KNOWN[name]
    return minor == ".".join(map(str, known)) and patch.isdecimal() and int(patch) >= least


def _unfit() -> str:
    for name in KNOWN:
        version = importlib.metadata.version(name)
        if not is_known(name, version):
            major, minor, patch = KNOWN[name]
            return (
                f"{name} {version} is not a version that the engine knows"
                f" ({major}.{minor}.{patch} and later {major}.{minor}.x)"
            )
    if not genuine.is_genuine(Flask, Flask, "wsgi_app"):
        return "Flask.wsgi_app was replaced before kolba.install() was called"
    return ""
