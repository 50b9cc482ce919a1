"""JSON answers: `DefaultJSONProvider.response` with the encoder made once.

Flask makes an encoder for each answer. Invariant: the same bytes and the same
response; a provider with anything of its own takes Flask's way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask.globals import _cv_app
from flask.json.provider import DefaultJSONProvider
from werkzeug.utils import get_content_type

from kolba.engine import watch
from kolba.engine.compile import PLAN
from kolba.engine.plan import AppPlan
from kolba.engine.responses import response_of

_flask_response = DefaultJSONProvider.response
_dumps, _default = DefaultJSONProvider.dumps, DefaultJSONProvider.default
_prepare = DefaultJSONProvider._prepare_response_obj
_json_dumps = json.dumps
# What an app may set on its provider and still have an answer of ours.
_SETTINGS = {"_app", "ensure_ascii", "sort_keys", "compact", "mimetype"}
# An encoder keeps nothing between two uses.
_BOTH = (True, False)


def install() -> None:
    """Put it on the provider, where `make_response` and `jsonify` call it."""
    DefaultJSONProvider.response = response  # type: ignore[method-assign]


def _encoder(ascii_only: bool, ordered: bool) -> Callable[[Any], str]:
    return json.JSONEncoder(
        ensure_ascii=ascii_only, sort_keys=ordered, separators=(",", ":"), default=_default
    ).encode


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
    is_plain = (
        plan is not None
        and plan.token is watch.current
        and plan.own_response
        and app.json is provider
        and type(provider) is DefaultJSONProvider
        and provider.__dict__.keys() <= _SETTINGS
        and DefaultJSONProvider.dumps is _dumps
        and DefaultJSONProvider._prepare_response_obj is _prepare
        and provider.default is _default
        and json.dumps is _json_dumps
        and provider.compact is not False
        and (provider.compact is True or not app.debug)
        and type(provider.mimetype) is str
    )
    return plan.response_class if is_plain and plan is not None else None


@lru_cache(maxsize=16)
def _content_type(mimetype: str) -> tuple[str, str]:
    return "Content-Type", get_content_type(mimetype, "utf-8")
