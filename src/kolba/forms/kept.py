"""Refused forms kept over a redirect: shown again on the page they were sent from, once.

They lie in a queue of the store that the session names, each bound to the page that the
redirect leads to: other pages, other forms, prefetches and fetches by scripts never take
them. A page claims one with a lease and confirms when the answer has left; an answer that
failed gives it back. Secrets and files are not kept.

`KOLBA_FORM_KEEP` is for how many seconds (600), `KOLBA_FORM_KEEP_SIZE` how many bytes.
"""

from __future__ import annotations

import logging
from secrets import token_urlsafe
from time import time
from typing import TYPE_CHECKING, Any

from flask import Flask, after_this_request, current_app, request, session
from flask.globals import request_ctx
from flask.wrappers import Response
from werkzeug.wrappers import Response as WerkzeugResponse

from kolba.bodies import BodyError, LargeBody, sized, without_numbers
from kolba.bodies.request_errors import wants_json
from kolba.errors import ConfigError
from kolba.flashes.pages import is_page, page_of, target_of
from kolba.forms.answers import details
from kolba.forms.decode import Sent
from kolba.forms.problems import Problem
from kolba.forms.spec import Spec, walk
from kolba.guards.redirects import is_safe_target, redirect
from kolba.http.networks import network_of
from kolba.sessions import StateUnavailable, has_moved_on
from kolba.stores import Message, Store, StoreDown, decode, encode, is_stateless, store_of
from kolba.stores.moments import moment

if TYPE_CHECKING:
    from kolba.forms.base import State
    from kolba.forms.form import Form

logger = logging.getLogger("kolba.forms")

QUEUE = "_kolba_forms"
SECONDS = 600
SIZE = 256 * 1024
MOST = 20  # refused forms of one session that wait at a time
_MOST_OF_A_NETWORK = 8 * 1024 * 1024  # bytes that one network may have kept at a time
LEASE = 30.0


class NotKept(BodyError, StateUnavailable):
    """The store is down, or may not keep it: the text is shown instead. 503."""

    explains = (
        "The form could not be kept for the next page. Your text is here; try again soon.",
        "Форму не удалось сохранить до следующей страницы. Ваш текст здесь; повторите позже.",
    )


def redirect_back(form: Form[Any], to: str | None) -> WerkzeugResponse:
    """Keep the form for its page, and send the person there; see `Form.redirect_back`.

    Raises:
        ConfigError: the app has no state store.
        LargeBody: the form is larger than `KOLBA_FORM_KEEP_SIZE`; it holds the texts.
        NotKept: the store is down, the request has an id from before, or too much is kept for
            its network; it holds the texts.
    """
    if wants_json():
        return details(form)
    answer = redirect(to or _page_of_form(), 303)
    if not form.problems:
        return answer
    packed = _packed(form)
    try:
        _put(Message(packed, _label(form), target_of(request, answer)))  # type: ignore[arg-type]
    except StoreDown as error:
        raise _not_kept(form, str(error), error.retry_after) from error
    except _MayNot as error:
        raise _not_kept(form, str(error), error.retry_after) from None
    return answer


class _MayNot(Exception):
    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(why)
        self.retry_after = retry_after


def _not_kept(form: Form[Any], why: str, retry_after: int) -> NotKept:
    trouble = NotKept(why)
    trouble.retry_after = retry_after
    trouble.arrived = _texts(form)
    return trouble


def _page_of_form() -> str:
    """The page that the form was sent from: of this site, and one that can be got."""
    referrer = request.referrer
    if referrer and is_safe_target(referrer):
        return referrer
    adapter = request_ctx.url_adapter
    if adapter is not None and adapter.test(method="GET"):
        return request.full_path if request.query_string else request.path
    return request.root_path + "/"


def _put(message: Message) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if is_stateless(app):
        raise ConfigError(
            "form.redirect_back() keeps the form in the state store, and KOLBA_STATE is 'cookie:'. "
            "Name a store, or answer with the page of the form itself"
        )
    now = time()
    name = session.get(QUEUE)
    # SECURITY: the queue goes along with the session. Who has its id from before a log-in must
    # neither leave anything for the person who is in now, nor take what they have sent.
    if has_moved_on(request_ctx.session):
        raise _MayNot("the session has another id by now", 1)
    if not isinstance(name, str):
        name = session[QUEUE] = f"{moment(now)}-{token_urlsafe(12)}"
    life = app.config.get("KOLBA_FORM_KEEP", SECONDS)
    # `open_at` lies behind the end: no other page ever takes it.
    kept = Message(message.value, message.label, message.target, now + life + 1, now + life)
    store, network = store_of(app), network_of(request)
    # SECURITY: whoever makes no session of their own may keep a form, and so fill the store.
    size = len(message.value)
    if store.count(f"refused-forms:{network}", size, now=now, expires=now + life) > (
        _MOST_OF_A_NETWORK
    ):
        logger.warning("%s has had too many refused forms kept", network)
        raise _MayNot("too much is kept for this network already", 60)
    store.put(_queue(name), [kept], now=now, limit=MOST)


def _queue(name: str) -> str:
    return f"form:{name}"


def _label(form: Form[Any]) -> str:
    model = form.model.type
    which = form.name if form._one_of_several else ""
    return f"{model.__module__}.{model.__qualname__}:{which}"


def _packed(form: Form[Any]) -> bytes:
    state = form._state
    secret = _secrets(form.model.specs)
    raw = {
        path: texts for path, texts in state.sent.raw.items() if without_numbers(path) not in secret
    }
    problems = [
        [path, list(problem.path), problem.kind, problem.text, _plain(problem)]
        for path, found in state.problems.items()
        for problem in found
    ]
    packed = encode([raw, state.sent.rows, problems])
    limit = current_app.config.get("KOLBA_FORM_KEEP_SIZE", SIZE)
    if len(packed) > limit:
        what = f"the refused form is larger than KOLBA_FORM_KEEP_SIZE, {sized(limit)}"
        error = LargeBody(what, setting="KOLBA_FORM_KEEP_SIZE", limit=limit)
        error.arrived = _texts(form)
        raise error
    return packed


def _plain(problem: Problem) -> dict[str, Any]:
    """The values of a problem as what a store can hold."""
    return {
        name: value if isinstance(value, (int, float, str)) else str(value)
        for name, value in problem.values.items()
    }


def _secrets(specs: tuple[Spec, ...]) -> set[str]:
    """The paths of secrets, those in rows without the row's number."""
    found = {path for path, spec in walk(specs) if spec.secret}
    for path, spec in walk(specs):
        found |= (
            {f"{path}.{inner}" for inner in _secrets(spec.children)} if spec.children else set()
        )
    return found


def _texts(form: Form[Any]) -> list[tuple[str, str]]:
    secret = _secrets(form.model.specs)
    raw = form._state.sent.raw
    return [
        (path, text) for path in raw if without_numbers(path) not in secret for text in raw[path]
    ]


def take(form: Form[Any]) -> State | None:
    """What was kept for this form on this page; handed out once."""
    if request.method != "GET" or not is_page(request.environ):
        return None
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    name = None if is_stateless(app) else session.get(QUEUE)
    if not isinstance(name, str) or has_moved_on(request_ctx.session):
        return None
    store, lease, now = store_of(app), token_urlsafe(12), time()
    claimed = store.claim(
        _queue(name),
        lease,
        now=now,
        until=now + LEASE,
        target=page_of(request),
        labels=frozenset({_label(form)}),
    )
    if not claimed:
        return None
    _end_with_the_answer(store, lease)
    return _unpacked(claimed[-1].value)


def _end_with_the_answer(store: Store, lease: str) -> None:
    @after_this_request
    def decide(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if response.status_code >= 500:
            _quietly(store.release, lease)
        else:
            response.call_on_close(lambda: _quietly(store.confirm, lease))
        return response


def _quietly(verb: Any, lease: str) -> None:
    try:
        verb(lease)
    except StoreDown as error:
        logger.error("a kept form may be shown again: %s", error)


def _unpacked(value: bytes) -> State:
    from kolba.forms.base import State

    raw, rows, problems = decode(value)
    found: dict[str, list[Problem]] = {}
    for path, where, kind, text, values in problems:
        found.setdefault(path, []).append(Problem(tuple(where), kind, text, values))
    return State(Sent(raw=raw, rows=rows), found)
