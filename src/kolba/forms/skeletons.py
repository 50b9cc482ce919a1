"""Fields of our own looks, written once and filled in for each request.

A macro's output for one field differs between requests only by the value and the errors, so
it is kept with two gaps in it. PERF: a refused form of five fields is written in a third of
the time (`python -m bench`, row "requests").

Nothing that a person typed is kept: a gap is a gap. An app's own look, or its own
translations, may depend on anything, and are written anew each time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from kolba.forms.fields import Field
from kolba.forms.spec import Kind

if TYPE_CHECKING:
    from kolba.forms.look import Look

VALUE, ERRORS = "\ue000", "\ue001"  # private use: in no text of a look or a model
MOST = 4096

_gaps = re.compile(f"([{VALUE}{ERRORS}])")


class _Gap:
    def __html__(self) -> str:
        return ERRORS


class _Stand(Field):
    """A field that has gaps where the value and the errors are."""

    def __init__(self, field: Field, text: str, plain: bool) -> None:
        super().__init__(
            field.form, field.spec, optional=field.optional, fresh=field.fresh, path=field.path
        )
        self._text = text
        self._plain = plain

    def text(self, position: int = 0) -> str:
        return self._text

    def is_plain(self, text: str) -> bool:
        return self._plain

    @property
    def errors(self) -> Any:
        return _Gap()


def field_html(field: Field) -> Markup:
    """The field as the look writes it."""
    look = field.form.look
    spoken, translates = field.form.voice
    if not look.is_ours or translates:
        return look.call("field", field)
    text = field.text()
    key = _key(field, text, spoken)
    if key is None:
        return look.call("field", field)
    pieces = look.skeletons.get(key)
    if pieces is None:
        pieces = _made(look, key, field, text)
    return Markup("".join([_filled(piece, field, text) for piece in pieces]))


def _filled(piece: str, field: Field, text: str) -> str:
    if piece == VALUE:
        return escape(text)
    return str(field.errors) if piece == ERRORS else piece


def _key(field: Field, text: str, spoken: str) -> tuple[Any, ...] | None:
    """What the rest of a field depends on; None if it is not kept."""
    spec, wrong = field.spec, bool(field.problems)
    match spec.kind:
        case Kind.TEXT | Kind.NUMBER | Kind.JSON:
            if spec.input_type != "textarea" and ("\n" in text or "\r" in text):
                return None
            kind: Any = (bool(text), field.is_plain(text))
        case Kind.CHOICE if not wrong and (not text or any(c.key == text for c in spec.choices)):
            kind = text
        case Kind.FLAG if not wrong:
            kind = text.lower() in {"on", "true", "1", "yes", "y", "t"}
        case _:
            return None
    return spec, field.form.name, field.path, field.required, field.fresh, wrong, spoken, kind


def _made(look: Look, key: tuple[Any, ...], field: Field, text: str) -> list[str]:
    if field.spec.kind in {Kind.CHOICE, Kind.FLAG}:
        html = look.call("field", field)
    else:
        gap = VALUE if text else ""
        html = look.call("field", _Stand(field, gap, field.is_plain(text)))
    if len(look.skeletons) >= MOST:
        look.skeletons.clear()
    pieces = look.skeletons[key] = [piece for piece in _gaps.split(str(html)) if piece]
    return pieces
