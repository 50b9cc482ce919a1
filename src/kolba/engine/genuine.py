"""Whether a method is still the one that Flask or Werkzeug wrote.

`ORIGINALS` is taken when this module is imported, before anything of the
engine is installed. A method that somebody had replaced by then is told by
its code, which lies in another file than the class, and counts as replaced.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

from flask import Flask
from flask.ctx import AppContext, RequestContext
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Request, Response

_CLASSES: tuple[type, ...] = (
    Flask,
    RequestContext,
    AppContext,
    Request,
    Response,
    SecureCookieSessionInterface,
)


def _is_from_its_class(cls: type, name: str, value: object) -> bool:
    code = getattr(inspect.unwrap(value) if callable(value) else value, "__code__", None)
    if code is None:
        return True
    owner = next(base for base in cls.__mro__ if name in base.__dict__)
    return bool(
        code.co_filename == getattr(sys.modules[owner.__module__], "__file__", None)
        and getattr(value, "__wrapped__", None) is None
    )


def _originals(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)
        plain = getattr(cls, name, None)
        if inspect.isfunction(plain) and not _is_from_its_class(cls, name, plain):
            continue
        found[name] = plain if inspect.isfunction(plain) else value
    return found


ORIGINALS: dict[type, dict[str, Any]] = {cls: _originals(cls) for cls in _CLASSES}

_missing = object()


def accept(cls: type, *names: str) -> None:
    """Count what the engine itself has put on `cls` as genuine."""
    for name in names:
        ORIGINALS[cls][name] = _static(cls, name)


def is_genuine(cls: type, base: type, *names: str) -> bool:
    """Whether `cls`, a subclass of `base`, takes all of `names` from `base` as written."""
    originals = ORIGINALS[base]
    return all(_static(cls, name) is originals.get(name, _missing) for name in names)


def _static(cls: type, name: str) -> Any:
    value = inspect.getattr_static(cls, name, None)
    return value if not inspect.isfunction(getattr(cls, name, None)) else getattr(cls, name)
