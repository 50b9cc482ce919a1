"""A form that met the gate because the login had expired: kept until it can be sent.

Kept are the names and texts of its fields, for half an hour, for this session
and this person: not files, not passwords. The text lies in the state store; the
session holds a ticket to it, of which the store knows only a hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask, current_app, request, session

from kolba.guards import origin
from kolba.guards.locations import Stays, resolve
from kolba.http.networks import network_of
from kolba.http.urls import path_of, root_of
from kolba.login.identity import KEPT_FORM, current_identity, is_marker_of, last_marker
from kolba.stores import StoreDown, is_stateless, store_of

logger = logging.getLogger("kolba.login")

LIFE = 30 * 60
"""Seconds for which a form is kept."""
LIMIT = 128 * 1024
"""Bytes of text that are kept of one form."""
_LONGEST_BODY = 4 * 1024 * 1024
_MOST_FIELDS = 500
_MOST_AN_ADDRESS = 30
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_secret = re.compile(r"(?i)pass|pwd|secret|token|csrf|\bpin\b|otp|cvv|cvc|card.?num|iban")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent.

    Attributes:
        path: where to, with its query.
        page: the path of the page that it was on; '' if unknown.
        fields: names and texts, in order.
        secrets: names of fields whose text was not kept.
        files: names of fields that had a file.
        owner: the marker of who was last logged in; '' if nobody.
    """

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    files: tuple[str, ...]
    owner: str


def keep() -> bool:
    """Keep the form of this request, if it is one of the site's own; whether it was kept."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if is_stateless(app) or not _is_own_form(app):
        return False
    form = _read()
    if not isinstance(resolve(form.path), Stays):
        return False  # SECURITY: a path that is another site's address
    text = json.dumps(asdict(form)).encode()
    if len(text) > LIMIT or len(form.fields) > _MOST_FIELDS:
        logger.warning("a form for %s was too large to keep over the login", request.endpoint)
        return False
    ticket = secrets.token_urlsafe(24)
    try:
        kept = _put(app, ticket, text)
    except StoreDown as error:
        logger.error("a form could not be kept over the login: %s", error)
        return False
    if kept:
        session[KEPT_FORM] = ticket
    return kept


def _put(app: Flask, ticket: str, text: bytes) -> bool:
    """SECURITY: whoever has no login may keep a form, so no address may keep many."""
    now = time.time()
    store = store_of(app)
    counter = f"kept-forms:{network_of(request)}"
    if store.count(counter, now=now, expires=now + LIFE) > _MOST_AN_ADDRESS:
        logger.warning("%s has had too many forms kept", request.remote_addr)
        return False
    store.once(_name(ticket), text, now=now, expires=now + LIFE)
    return True


def kept_form() -> KeptForm | None:
    """The form that this session's ticket stands for, if it is this person's."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    ticket = session.get(KEPT_FORM)
    if not isinstance(ticket, str) or is_stateless(app):
        return None
    now = time.time()
    # A name that nobody has kept anything under is put, and ends at once.
    text = store_of(app).once(_name(ticket), b"", now=now, expires=now)
    if not text:
        return None
    form = _form(json.loads(text))
    if form.owner and not is_marker_of(form.owner, str(current_identity)):
        return None
    return form


def is_being_sent() -> bool:
    """Whether this request sends the kept form, and not another."""
    form = kept_form()
    return form is not None and form.path == path_of(request)


def forget() -> None:
    """Drop the form."""
    ticket = session.pop(KEPT_FORM, None)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if isinstance(ticket, str) and not is_stateless(app):
        now = time.time()
        store_of(app).replace(_name(ticket), b"", now=now, expires=now)


def _name(ticket: str) -> str:
    return f"kept-form:{hashlib.sha256(ticket.encode()).hexdigest()}"


def _is_own_form(app: Flask) -> bool:
    """A form that a browser says came from a page of this site, and that is not too large."""
    environ = request.environ
    site, sender = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site != "same-origin" and (site or not sender):
        return False
    if origin.judge(origin.settings_of(app), environ) is not None:
        return False
    length = request.content_length
    return request.mimetype in _FORMS and length is not None and length <= _LONGEST_BODY


def _read() -> KeptForm:
    fields, left_out = [], []
    named = current_app.config.get("KOLBA_SECRET_FIELDS") or ()
    for name, text in request.form.items(multi=True):
        if name in named or _secret.search(name):
            left_out.append(name)
        else:
            fields.append((name, text))
    return KeptForm(
        path=path_of(request),
        page=_page(),
        fields=tuple(fields),
        secrets=tuple(dict.fromkeys(left_out)),
        files=tuple(dict.fromkeys(name for name, file in request.files.items(multi=True))),
        owner=last_marker(),
    )


def _page() -> str:
    """The page of the form, as a path: the referrer, less its origin."""
    root = root_of(request)
    referrer = request.referrer or ""
    page = f"/{referrer[len(root) :]}" if referrer.startswith(root) else ""
    return page if isinstance(resolve(page), Stays) else ""


def _form(found: dict[str, Any]) -> KeptForm:
    return KeptForm(
        path=found["path"],
        page=found["page"],
        fields=tuple((name, text) for name, text in found["fields"]),
        secrets=tuple(found["secrets"]),
        files=tuple(found["files"]),
        owner=found["owner"],
    )
