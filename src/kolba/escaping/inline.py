"""`html("<p>Hello {name}</p>", name=...)`: small pages in views, escaped by where values stand.

The text is the developer's, the values may be anybody's. The places of the values are
judged as in templates (`judge`), once for each text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any

from markupsafe import EscapeFormatter, Markup, escape

from kolba.errors import KolbaError
from kolba.escaping.addresses import NEUTRAL, is_harmful
from kolba.escaping.contexts import takes_media
from kolba.escaping.expressions import Origin
from kolba.escaping.judge import ADDRESS, judge
from kolba.escaping.positions import DATA, Position, advance, after_value, begun

_format = EscapeFormatter(escape=escape)


class UnsafePlace(KolbaError, ValueError):
    """`html` was given a text with a value where escaping does not make it safe."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A constant, and the value after it.

    Attributes:
        text: the constant.
        field: the value's name, with its parts (`user.name`); None after the last constant.
        conversion: `!r`, `!s` or `!a`, without the mark.
        spec: how it is formatted.
        address: the text before it in its URL, where it may be the beginning of one.
        continues: whether another value stands before that text.
        after: what stands after it there.
        media: whether that URL is a picture's.
    """

    text: str
    field: str | None = None
    conversion: str | None = None
    spec: str = ""
    address: str | None = None
    continues: bool = False
    after: str = ""
    media: bool = False


def html(template: Any, /, **values: Any) -> Markup:
    """Returns HTML made of a constant text and of escaped values.

    Args:
        template: the text, with `{name}` for values as `str.format` has them, and `{{` for a
            brace. Never a text that somebody else has a part in. On Python 3.14 a template
            string too: `html(t"<p>Hello {name}</p>")`.
        **values: what stands for the names. What has `__html__` (`Markup`, a form's field)
            stands as it is.

    Raises:
        UnsafePlace: a value stands where escapes do not make it safe: in an attribute
            without quotes, in a script, a style sheet or an event handler.
        KeyError: a name has no value.
    """
    if isinstance(template, str):
        return Markup("".join(_filled(_pieces(template), values)))
    return Markup("".join(_filled(*_of_template_string(template))))


def _filled(pieces: tuple[_Piece, ...], values: Mapping[str, Any]) -> Iterator[str]:
    url = ""
    for piece in pieces:
        yield piece.text
        if piece.field is None:
            continue
        value, _ = _format.get_field(piece.field, (), values)
        if piece.address is not None:
            url = (url if piece.continues else "") + piece.address
            if is_harmful(value, url, piece.after, media=piece.media):
                yield NEUTRAL
                continue
            url += str(value)
        yield _shown(piece, value)


def _shown(piece: _Piece, value: Any) -> str:
    if piece.conversion:
        value = _format.convert_field(value, piece.conversion)
    if hasattr(value, "__html__") and not piece.spec:
        return str(value.__html__())
    return str(_format.format_field(value, piece.spec))


@lru_cache(maxsize=512)
def _pieces(template: str) -> tuple[_Piece, ...]:
    """The pieces of a text, judged."""
    parsed = list(Formatter().parse(template))
    following = [*(literal for literal, *_ in parsed[1:]), ""][: len(parsed)]
    pieces: list[_Piece] = []
    position = DATA
    for (literal, field, spec, conversion), after in zip(parsed, following, strict=True):
        position = advance(position, literal)
        if field is None:
            pieces.append(_Piece(literal))
            continue
        if not field or field[0].isdigit():
            raise UnsafePlace(f"html(): {{{field}}} in {template!r} has no name: write {{name}}")
        pieces.append(_judged(literal, field, conversion, spec or "", position, after))
        position = after_value(position)
    return tuple(pieces)


def _judged(
    text: str, field: str, conversion: str | None, spec: str, position: Position, after: str
) -> _Piece:
    verdict = judge(position, Origin.ANY)
    if verdict.code and not verdict.note:
        raise UnsafePlace(f"html(): {verdict.code}: {{{field}}} {verdict.what}. {_MENDS}")
    if ADDRESS not in verdict.filters:
        return _Piece(text, field, conversion, spec)
    mark = "'" if position.kind.name.startswith("SINGLE") else '"'
    ahead = after.partition(mark)[0][:50]
    continues, before = begun(position.before)
    return _Piece(text, field, conversion, spec, before, continues, ahead, takes_media(position))


_MENDS = "Put quotes around the attribute, or hand the value over in a data- attribute"


def _of_template_string(template: Any) -> tuple[tuple[_Piece, ...], dict[str, Any]]:
    """The pieces and the values of a `string.templatelib.Template` (PEP 750)."""
    strings = getattr(template, "strings", None)
    interpolations = getattr(template, "interpolations", None)
    if strings is None or interpolations is None:
        raise TypeError(f"html() takes a str or a template string, not {type(template).__name__}")
    position, pieces, values = DATA, [], {}
    for number, value in enumerate(interpolations):
        position = advance(position, strings[number])
        field = f"v{number}"
        piece = _judged(
            strings[number],
            field,
            value.conversion,
            value.format_spec,
            position,
            strings[number + 1],
        )
        values[field] = value.value
        pieces.append(piece)
        position = after_value(position)
    pieces.append(_Piece(strings[-1]))
    return tuple(pieces), values
