"""The accesses that views make most, without the detours that Flask's own code takes.

`request.form` goes through a proxy, which makes a partial for each access, and
a cached property, which looks for slots on each. Invariant: the same value or
the same exception; a class that somebody has changed is left alone.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from flask.ctx import _AppCtxGlobals
from flask.globals import _cv_app, _cv_request, current_app, g, request, session
from flask.sessions import SessionMixin
from flask.wrappers import Request
from werkzeug.local import LocalProxy, _ProxyLookup
from werkzeug.utils import cached_property

from kolba.engine.requests import early_args

_missing: Any = object()
_current, _current_app = _cv_request.get, _cv_app.get
_plain_get = cached_property.__get__


def _getattr(self: LocalProxy[Any], name: str) -> Any:
    return getattr(self._get_current_object(), name)


def _setattr(self: LocalProxy[Any], name: str, value: Any) -> None:
    # PERF: what hooks set most is on `g`.
    if self is _g and (app_context := _current_app(None)) is not None:
        setattr(app_context.g, name, value)
    else:
        setattr(self._get_current_object(), name, value)


def _getitem(self: LocalProxy[Any], key: Any) -> Any:
    # PERF: what views index most is the session.
    if self is _session and (context := _current(None)) is not None:
        return context.session[key]
    return self._get_current_object()[key]


def _setitem(self: LocalProxy[Any], key: Any, value: Any) -> None:
    if self is _session and (context := _current(None)) is not None:
        context.session[key] = value
    else:
        self._get_current_object()[key] = value


class _Asked:
    @property
    def __iter__(self) -> Any:
        raise RuntimeError


def _takes_no_notice() -> bool:
    """Whether this Python, asked to iterate, takes what its look for `__iter__` raised for none.

    Until 3.13 it does, and goes on to `__getitem__`, which Werkzeug has not outside of contexts.
    """
    try:
        iter(_Asked())
    except Exception as error:
        return type(error) is TypeError
    return False


_HEEDLESS = _takes_no_notice()


def _iter(self: LocalProxy[Any]) -> Any:
    try:
        current = self._get_current_object()
    except Exception:
        if not _HEEDLESS:
            raise
        current = _missing
    if current is _missing:
        raise TypeError(f"{type(self).__name__!r} object is not iterable")
    return iter(current)


def _contains(self: LocalProxy[Any], key: Any) -> bool:
    if self is _session and (context := _current(None)) is not None:
        return key in context.session
    return key in self._get_current_object()


def _bool(self: LocalProxy[Any]) -> bool:
    if self is _app:
        app_context = _current_app(None)
        return app_context is not None and bool(app_context.app)
    try:
        current = self._get_current_object()
    except RuntimeError:
        return False
    return bool(current)


def _get(self: cached_property[Any], obj: Any, type: type | None = None) -> Any:
    """`cached_property.__get__`, for objects that have a `__dict__`."""
    if obj is None:
        return self
    try:
        values = obj.__dict__
    except AttributeError:
        return _plain_get(self, obj, type)  # type: ignore[arg-type]
    name = self.__name__
    value = values.get(name, _missing)
    if value is _missing:
        value = self.fget(obj)  # type: ignore[misc]
        obj.__dict__[name] = value
    return value


# As objects: a proxy is compared with them by `is`.
_request: Any = request
_session: Any = session
_g: Any = g
_app: Any = current_app
_reading_plainly: set[type] = {Request}


def learn(request_class: type) -> None:
    """Take note of a request class that says of itself that it reads fields as Flask's does."""
    if request_class.__dict__.get("_kolba_reads_plainly") is True:
        _reading_plainly.add(request_class)


def _shortcut(name: str) -> property:
    """`flask.request.<name>`, which is not looked for on the proxy first."""
    # PERF: before `__getattr__` is called, Python makes an AttributeError with its text.
    read = attrgetter(name)

    def get(self: LocalProxy[Any]) -> Any:
        if self is _request and (context := _current(None)) is not None:
            current = context.request
            if type(current) in _reading_plainly:
                return read(current)
        # Then `__getattr__` is asked, as if there was no shortcut.
        raise AttributeError(name)

    return property(get)


def _of_app(name: str) -> property:
    """`flask.current_app.<name>`, which Flask's own functions ask for most."""
    read = attrgetter(name)

    def get(self: LocalProxy[Any]) -> Any:
        if self is _app and (app_context := _current_app(None)) is not None:
            return read(app_context.app)
        raise AttributeError(name)

    return property(get)


def _method(name: str) -> property:
    """`flask.g.<name>` and `flask.session.<name>`, which any of their kind has."""
    read = attrgetter(name)

    def get(self: LocalProxy[Any]) -> Any:
        if self is _g and (app_context := _current_app(None)) is not None:
            held = app_context.g
            if type(held) is _AppCtxGlobals:
                return read(held)
        elif self is _session and (context := _current(None)) is not None:
            current = context.session
            # PERF: to ask `isinstance` of an abstract class runs Python.
            if isinstance(current, dict) or SessionMixin in type(current).__mro__:
                return read(current)
        raise AttributeError(name)

    return property(get)


_args_of_request: Any = _shortcut("args").fget


def _args(self: LocalProxy[Any]) -> Any:
    """`flask.request.args`, for which no request is made."""
    if self is _request and (context := _current(None)) is not None:
        args = early_args(context.__dict__)
        if args is not None:
            return args
    return _args_of_request(self)


_OPERATIONS = {
    "__getattr__": _getattr,
    "__setattr__": _setattr,
    "__getitem__": _getitem,
    "__setitem__": _setitem,
    "__iter__": _iter,
    "__contains__": _contains,
    "__bool__": _bool,
}
_genuine = {name: vars(LocalProxy)[name] for name in _OPERATIONS}


_SHORTCUTS = {
    "args": property(_args),
    **{name: _shortcut(name) for name in ("environ", "form", "headers", "method", "path")},
    **{name: _method(name) for name in ("clear", "get", "pop")},
    **{name: _of_app(name) for name in ("config", "redirect", "url_for")},
}


def install() -> None:
    """Write the operations out, where Werkzeug's are still in place."""
    for name, operation in _OPERATIONS.items():
        if type(_genuine[name]) is _ProxyLookup and vars(LocalProxy)[name] is _genuine[name]:
            operation.__name__ = name
            operation.__qualname__ = f"LocalProxy.{name}"
            setattr(LocalProxy, name, operation)
    for name, shortcut in _SHORTCUTS.items():
        if not hasattr(LocalProxy, name):
            setattr(LocalProxy, name, shortcut)
    if _plain_get.__module__ == cached_property.__module__:
        cached_property.__get__ = _get  # type: ignore[method-assign]
