"""Flask's tags for what JSON does not know, written and read without asking each tag.

Invariant: what is written is what `TaggedJSONSerializer` writes by Flask's own provider, and what
is read is what it reads. Values that are not known to be the same raise `UnknownTypeError`, and
`is_stock_provider` and `are_stock_tags` say whether the present ones are Flask's own at all.
"""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from flask.globals import _cv_app
from flask.json import tag
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import JSONTag, TaggedJSONSerializer, TagTuple
from markupsafe import Markup

from kolba.readings import as_written, is_method

# Any: a session holds whatever the app put there.
Session: TypeAlias = dict[str, Any]

MAX_DEPTH = 32  # containers in containers, when writing; deeper ones are left to Flask
_BOTH = (False, True)
SCALARS = frozenset({str, int, float, bool, type(None)})
_TAGGED = frozenset({bytes, Markup, UUID, datetime})  # their tags give {key: str}
STOCK_TAGS = (
    tag.TagDict,
    tag.PassDict,
    tag.TagTuple,
    tag.PassList,
    tag.TagBytes,
    tag.TagMarkup,
    tag.TagUUID,
    tag.TagDateTime,
)
_genuine_dumps = as_written(DefaultJSONProvider.dumps)
_genuine_loads = as_written(DefaultJSONProvider.loads)
json_dumps, json_loads = json.dumps, json.loads


class UnknownTypeError(Exception):
    """The value is not made of the types that `with_tags` knows."""


def with_tags(value: object, serializer: TaggedJSONSerializer, depth: int) -> object:
    """What Flask's tags make of the value: a structure of plain JSON types only.

    Raises:
        UnknownTypeError: that is not known, and Flask's own serializer must be asked.
    """
    # PERF: exact types decide which tag applies, so none is asked. 11 -> 1 us (bench/parsing.py).
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind in _TAGGED:
        return serializer.tag(value)
    if not depth:
        raise UnknownTypeError
    if kind is dict:
        return _dict_with_tags(value, serializer, depth - 1)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        items = [
            item if type(item) in SCALARS else with_tags(item, serializer, depth - 1)
            for item in value  # type: ignore[attr-defined]
        ]
        return items if kind is list else {TagTuple.key: items}
    raise UnknownTypeError


def _dict_with_tags(value: Session, serializer: TaggedJSONSerializer, depth: int) -> Session:
    if len(value) == 1 and next(iter(value)) in serializer.tags:
        raise UnknownTypeError
    tagged = {}
    for key, item in value.items():
        if type(key) is not str:
            raise UnknownTypeError
        tagged[key] = item if type(item) in SCALARS else with_tags(item, serializer, depth)
    return tagged


def untagger(tags: dict[str, JSONTag]) -> Callable[[Session], Any]:
    """The hook that turns tagged objects back, inner ones first, as Flask's reader does."""

    def untag(value: Session) -> Any:
        if len(value) == 1:
            for key in value:
                if key in tags:
                    return tags[key].to_python(value[key])
        return value

    return untag


def _encoder(ensure_ascii: bool, sort_keys: bool) -> Callable[[object], str]:
    """What `json.dumps` would do with these options, for values proved to be plain."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        encoder = json.JSONEncoder(
            ensure_ascii=ensure_ascii, sort_keys=sort_keys, separators=(",", ":")
        )
        return encoder.encode
    # PERF: json.dumps makes this encoder on each call, and a dict to find cycles with; what is
    # proved plain has none. 2.9 -> 0.9 us (bench/parsing.py).
    quote: Any = getattr(json.encoder, "encode_basestring" + "_ascii" * ensure_ascii)
    chunks = make(None, None, quote, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(chunks(value, 0))


encoders = {(ascii, order): _encoder(ascii, order) for ascii in _BOTH for order in _BOTH}


def present_provider() -> Any:  # the app's own: any type
    # PERF: current_app.json takes 0.8 us, this 0.05.
    context = _cv_app.get(None)
    return None if context is None else context.app.json


def is_stock_provider(provider: Any) -> bool:
    try:
        if provider is not None and not (
            is_method(provider.dumps, _genuine_dumps) and is_method(provider.loads, _genuine_loads)
        ):
            return False
    except AttributeError:  # no provider; Flask says so when it asks it
        return False
    return json.dumps is json_dumps and json.loads is json_loads


def are_stock_tags(serializer: TaggedJSONSerializer) -> bool:
    tags = {tag.key: tag for tag in serializer.order if tag.key}
    return tuple(map(type, serializer.order)) == STOCK_TAGS and serializer.tags == tags
