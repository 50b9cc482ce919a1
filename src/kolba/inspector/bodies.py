"""What an app has read of a request's body, and nothing that it has not."""

from __future__ import annotations

from typing import Any

from kolba.http.wire import clip
from kolba.inspector.masking import Veil
from kolba.inspector.values import named, shown

_MOST = 100


def read(request: Any, veil: Veil) -> dict[str, Any]:
    """The fields of a form, the names of files, the keys of a JSON object.

    Args:
        request: the request, or None if nobody has asked for it.
        veil: learns the secrets among them.
    """
    if request is None:
        return {}
    values, found = request.__dict__, {}
    if form := values.get("form"):
        found["form"] = [(_name(key), named(key, one, veil)) for key, one in _pairs(form)]
    if files := values.get("files"):
        found["files"] = [(_name(key), _file(one, veil)) for key, one in _pairs(files)]
    cached = values.get("_cached_json")
    if type(cached) is tuple and cached and cached[0] is not Ellipsis:
        found["json"] = _json(cached[0], veil)
    return found


def _pairs(fields: Any) -> list[tuple[str, Any]]:
    """All pairs of a MultiDict, read as the dict of lists that it is."""
    pairs = [(key, one) for key, many in dict.items(fields) for one in many]
    return pairs[:_MOST]


def _json(value: Any, veil: Veil) -> list[tuple[str, str]]:
    if type(value) is dict:
        return [(_name(key), named(key, one, veil)) for key, one in [*value.items()][:_MOST]]
    return [("", shown(value, veil))]


def _file(storage: Any, veil: Veil) -> str:
    return shown(getattr(storage, "filename", None), veil)


def _name(key: object) -> str:
    return clip(str(key), 100)
