"""The accesses that views make most, without the detours that Flask's own code takes.

`request.form` goes through a proxy, which makes a partial for each access, and
a cached property, which looks for slots on each. Invariant: the same value or
the same exception; a class that somebody has changed is left alone.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from flask.globals import _cv_request, request
from flask.wrappers import Request
from werkzeug.local import LocalProxy, _ProxyLookup
from werkzeug.utils import cached_property

_missing: Any = object()
_current = _cv_request.get
_plain_get = cached_property.__get__


def _getattr(self: LocalProxy[Any], name: str) -> Any:
    return getattr(self._get_current_object(), name)


def _setattr(self: LocalProxy[Any], name: str, value: Any) -> None:
    setattr(self._get_current_object(), name, value)


def _getitem(self: LocalProxy[Any], key: Any) -> Any:
    return self._get_current_object()[key]


def _setitem(self: LocalProxy[Any], key: Any, value: Any) -> None:
    self._get_current_object()[key] = value


def _contains(self: LocalProxy[Any], key: Any) -> bool:
    return key in self._get_current_object()


def _bool(self: LocalProxy[Any]) -> bool:
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


_request: Any = request
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


_OPERATIONS = {
    "__getattr__": _getattr,
    "__setattr__": _setattr,
    "__getitem__": _getitem,
    "__setitem__": _setitem,
    "__contains__": _contains,
    "__bool__": _bool,
}
_genuine = {name: vars(LocalProxy)[name] for name in _OPERATIONS}


_SHORTCUTS = ("args", "form")


def install() -> None:
    """Write the operations out, where Werkzeug's are still in place."""
    for name, operation in _OPERATIONS.items():
        if type(_genuine[name]) is _ProxyLookup and vars(LocalProxy)[name] is _genuine[name]:
            operation.__name__ = name
            operation.__qualname__ = f"LocalProxy.{name}"
            setattr(LocalProxy, name, operation)
    for name in _SHORTCUTS:
        if not hasattr(LocalProxy, name):
            setattr(LocalProxy, name, _shortcut(name))
    if _plain_get.__module__ == cached_property.__module__:
        cached_property.__get__ = _get  # type: ignore[method-assign]
