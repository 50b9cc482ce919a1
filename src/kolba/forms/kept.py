"""Refused forms kept over a redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from kolba.forms.form import Form, State


def take(form: Form[Any]) -> State | None:
    """What was kept for this form on this page, once."""
    return None


def redirect_back(form: Form[Any], to: str | None) -> Response:
    """Placeholder."""
    raise NotImplementedError
