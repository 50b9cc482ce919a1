"""JSON answers: `DefaultJSONProvider.response` with the encoder made once.

Flask makes an encoder for each answer. Invariant: the same bytes and the same
response; a provider with anything of its own takes Flask's way.
"""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask.globals import _cv_app
from flask.json.provider import DefaultJSONProvider
from werkzeug.utils import get_content_type

from kolba.engine import genuine, watch
from kolba.engine.frame import PLAN
from kolba.engine.plan import AppPlan
from kolba.engine.responses import response_of
from kolba.readings import as_written

_flask_response = DefaultJSONProvider.response
_dumps = as_written(DefaultJSONProvider.dumps)
_prepare = as_written(DefaultJSONProvider._prepare_response_obj)
_default = DefaultJSONProvider.default
_json_dumps = json.dumps
# What an app may set on its provider and still have an answer of ours.
_SETTINGS = {"_app", "ensure_ascii", "sort_keys", "compact", "mimetype"}
# An encoder keeps nothing between two uses.
_BOTH = (True, False)


def install() -> None:
    """Put it on the provider, where `make_response` and `jsonify` call it."""
    if genuine.is_genuine(DefaultJSONProvider, DefaultJSONProvider, "response"):
        DefaultJSONProvider.response = response  # type: ignore[method-assign]


def _encoder(ascii_only: bool, ordered: bool) -> Callable[[Any], str]:
    whole = json.JSONEncoder(
        ensure_ascii=ascii_only, sort_keys=ordered, separators=(",", ":"), default=_default
    ).encode
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return whole
    # PERF: JSONEncoder makes this object for each answer, and a dict to find cycles with.
    quote: Any = getattr(json.encoder, "encode_basestring" + "_ascii" * ascii_only)
    chunks = make(None, _default, quote, None, ":", ",", ordered, False, True)

    def encode(value: Any) -> str:
        if type(value) is dict or type(value) is list:
            try:
                return "".join(chunks(value, 0))
            except RecursionError:
                pass  # a cycle, which the whole encoder names, or a value that is too deep
        return whole(value)

    return encode


_encoders = {(ascii, order): _encoder(ascii, order) for ascii in _BOTH for order in _BOTH}


def response(self: DefaultJSONProvider, *args: Any, **kwargs: Any) -> Any:
    """Takes the place of `DefaultJSONProvider.response`."""
    if kwargs or len(args) != 1 or (cls := _class_of_plain(self)) is None:
        return _flask_response(self, *args, **kwargs)
    text = _encoders[bool(self.ensure_ascii), bool(self.sort_keys)](args[0])
    body = f"{text}\n".encode()
    headers = [_content_type(self.mimetype), ("Content-Length", str(len(body)))]
    return response_of(cls, body, headers, "200 OK", 200)


def _class_of_plain(provider: DefaultJSONProvider) -> Any:
    """The class of an answer that is compact JSON by Flask's own code; None if it may not be."""
    context = _cv_app.get(None)
    if context is None:
        return None
    app = context.app
    plan: AppPlan | None = app.__dict__.get(PLAN)
    if (
        plan is None
        or plan.token is not watch.current
        or not plan.own_json
        or plan.json is not provider
        or type(provider) is not DefaultJSONProvider
        or json.dumps is not _json_dumps
    ):
        return None
    if len(provider.__dict__) > 1 and not _is_set_alone(provider):
        return None
    if (
        DefaultJSONProvider.dumps is not _dumps
        or DefaultJSONProvider._prepare_response_obj is not _prepare
        or DefaultJSONProvider.default is not _default
    ):
        return None
    is_compact = not app.debug if provider.compact is None else provider.compact is True
    return plan.response_class if is_compact and type(provider.mimetype) is str else None


def _is_set_alone(provider: DefaultJSONProvider) -> bool:
    """Whether nothing was put on the provider but settings that are read here."""
    return provider.__dict__.keys() <= _SETTINGS


@lru_cache(maxsize=16)
def _content_type(mimetype: str) -> tuple[str, str]:
    return "Content-Type", get_content_type(mimetype, "utf-8")
