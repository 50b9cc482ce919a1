"""Whether an attribute of a class is still the one that Flask or Werkzeug wrote.

The originals are taken when this module is imported, before anything of the
engine is installed. A method that somebody had replaced by then is told by
its code, which lies in another file than the class, and counts as replaced.
What the engine itself puts on a class counts as genuine (`accepting`).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from flask import Config, Flask
from flask.ctx import AppContext, RequestContext, _AppCtxGlobals
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request, Response
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.routing.matcher import StateMachineMatcher

from kolba.readings import HOMES, reader

CLASSES: tuple[type, ...] = (
    Flask,
    RequestContext,
    AppContext,
    Request,
    Response,
    SecureCookieSessionInterface,
    SecureCookieSession,
    Headers,
    MapAdapter,
    Map,
    Rule,
    StateMachineMatcher,
    DefaultJSONProvider,
    _AppCtxGlobals,
)
# `__slotnames__` is what `copyreg` remembers of a class whose object was copied or pickled,
# as a cache of answers does.
_MADE_BY_PYTHON = {
    *dir(object),
    *("__dict__", "__weakref__", "__module__", "__annotations__", "__slotnames__"),
    *("__firstlineno__", "__static_attributes__"),  # Python 3.13
    *("__annotate__", "__annotate_func__", "__annotations_cache__"),  # Python 3.14
}
_READS = ("__contains__", "__getitem__", "get")
_CHANGE_INSTANCES = {"__init__", "__new__", "__getattribute__", "__setattr__", "__delattr__"}


def _names(cls: type) -> tuple[str, ...]:
    return tuple(
        name for name in dir(cls) if name in _CHANGE_INSTANCES or name not in _MADE_BY_PYTHON
    )


# Where functions and descriptors of these classes come from.
_HOMES = ("abc", "builtins", "functools", "types", "flask", "werkzeug")


def _is_as_written(value: object) -> bool:
    """Whether nobody had put `value` on its class before the engine came."""
    if value.__class__ is not type(value):  # a proxy, which has the code of what is behind it
        return False
    if type(value).__module__.partition(".")[0] not in _HOMES:
        return not callable(value)
    function = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
    code = getattr(function, "__code__", None)
    return code is None or str(code.co_filename).startswith(HOMES)


def _originals(cls: type) -> dict[str, Any]:
    static = {name: inspect.getattr_static(cls, name) for name in _names(cls)}
    return {name: _static(cls, name) for name, value in static.items() if _is_as_written(value)}


def _static(cls: type, name: str) -> Any:
    # By the type: a proxy around a function says that it is one, and is another at each reading.
    value = getattr(cls, name, None)
    return value if type(value) is FunctionType else inspect.getattr_static(cls, name, None)


_missing = object()
_originals_of: dict[type, dict[str, Any]] = {cls: _originals(cls) for cls in CLASSES}


_first_names = {cls: frozenset(_names(cls)) for cls in CLASSES}


def _written_names(cls: type) -> Iterator[str]:
    """What Flask, Werkzeug or Python may ask of `cls`, and not what somebody else named."""
    return (n for n in _names(cls) if n in _first_names[cls] or n.startswith("__"))


class _Present:
    """All attributes of one class, read at once."""

    def __init__(self, cls: type) -> None:
        names = _names(cls)
        self._read = reader(*names)
        # None where somebody had changed the class before the engine came.
        self.expected = self.read(cls) if _originals_of[cls].keys() >= {*names} else None

    def read(self, cls: type) -> object:
        try:
            return self._read(cls)
        except AttributeError:  # one was taken away
            return object()


def _present() -> dict[type, _Present]:
    return {cls: _Present(cls) for cls in CLASSES}


_present_of = _present()


@contextmanager
def accepting() -> Iterator[None]:
    """Count what is put on the classes meanwhile as genuine."""
    global _present_of
    before = {cls: {name: _static(cls, name) for name in _names(cls)} for cls in CLASSES}
    yield
    for cls in CLASSES:
        for name in _names(cls):
            value = _static(cls, name)
            if value is not before[cls].get(name, _missing):
                _originals_of[cls][name] = value
    _present_of = _present()


def is_genuine(cls: type, base: type, *names: str) -> bool:
    """Whether `cls`, a subclass of `base`, takes all of `names` from `base` as written."""
    originals = _originals_of[base]
    return all(_static(cls, name) is originals.get(name, _missing) for name in names)


def changed_name(cls: type) -> str:
    """The name of an attribute of `cls` that is not as written, or ''."""
    present = _present_of[cls]
    if present.expected is not None and present.read(cls) == present.expected:
        return ""
    names = _written_names(cls)
    return next((name for name in names if not is_genuine(cls, cls, name)), "")


def differing_name(cls: type, base: type, but: set[str]) -> str:
    """The name of an attribute that `cls` has not from `base` as written, or ''.

    Args:
        cls: a subclass of `base`; what it adds is not looked at.
        base: one of `CLASSES`.
        but: names that may differ.
    """
    names = (name for name in _written_names(base) if name not in but)
    return next((name for name in names if not is_genuine(cls, base, name)), "")


def reads_as_dict(config: Config) -> bool:
    """Whether what a configuration says changes only when somebody sets it."""
    cls = type(config)
    return not hasattr(cls, "__missing__") and all(
        getattr(cls, name) is getattr(dict, name) for name in _READS
    )


def snapshot(classes: Iterable[type]) -> tuple[object, ...]:
    """The present attributes of `classes`, each a subclass of one that is known here."""
    return tuple(_read(cls) for cls in classes)


def _read(cls: type) -> object:
    known = next((base for base in cls.__mro__ if base in _present_of), None)
    return cls if known is None else _present_of[known].read(cls)
