"""The HTML of single controls: `input`, `textarea`, `select` and the parts of a group.

What surrounds a control (labels, hints, errors, rows) is the look's, a macro file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from kolba.forms.attributes import written
from kolba.forms.spec import MISSING, Choice, Kind, Spec
from kolba.language import translate

if TYPE_CHECKING:
    from kolba.forms.fields import Field

# What a browser shows in each type of input. Anything else it would blank, and with it what
# the person typed: such a text is shown in a plain input.
_SHOWN = {
    "number": re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII),
    "date": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII),
    "time": re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?", re.ASCII),
    "datetime-local": re.compile(
        r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ](?:[01]\d|2[0-3]):[0-5]\d"
        r"(?::[0-5]\d(?:\.\d{1,3})?)?",
        re.ASCII,
    ),
}
_AUTOCOMPLETE = {"email": "email", "url": "url"}


def showable(text: str) -> str:
    """A text that can be sent in UTF-8: lone surrogates, which JSON can bring, are replaced."""
    return text.encode("utf-8", "replace").decode()


def control(field: Field, given: Mapping[str, Any]) -> Markup:
    """The control of a field that is a single one."""
    spec = field.spec
    match spec.kind:
        case Kind.FLAG:
            return checkbox(field, given)
        case Kind.CHOICE:
            return select(field, given)
    if spec.input_type == "textarea":
        return textarea(field, given)
    return text_input(field, given)


def text_input(field: Field, given: Mapping[str, Any], position: int = 0) -> Markup:
    """An `input` of one line; a text with line breaks gets a `textarea`, which keeps them."""
    spec = field.spec
    is_file = spec.kind in {Kind.FILE, Kind.FILES}
    text = "" if is_file or spec.secret else field.text(position)
    if "\n" in text or "\r" in text:
        return textarea(field, given)
    plain = field.is_plain(text)
    if not given and not position:
        # PERF: what does not change from request to request is written once.
        return Markup(f"<input{_fixed(spec, plain, field.required)}{_of_now(field, text)}>")
    own = {**_input_rules(spec, plain), **_common(field), "value": text or None}
    if position:
        own["id"] = f"{own['id']}-{position}"
    return Markup(f"<input{written(field.merged(own, given, 'input'))}>")


def is_shown(kind: str, text: str) -> bool:
    """Whether a browser shows this text in an `input` of this type."""
    shown = _SHOWN.get(kind)
    return shown is None or shown.fullmatch(text) is not None


def _input_rules(spec: Spec, plain: bool) -> dict[str, Any]:
    """The attributes of an `input` that follow from the model; `plain` is without a type."""
    own = dict(_rules(spec))
    if plain:
        own = {k: v for k, v in own.items() if k not in {"min", "max", "step"}}
    elif spec.input_type in {"time", "datetime-local"}:
        own.setdefault("step", "any")
    if spec.kind in {Kind.FILE, Kind.FILES}:
        own["multiple"] = spec.kind is Kind.FILES
        own["accept"] = ",".join(spec.hints.get("types", ())) or None
    return {"type": "text" if plain else spec.input_type, **own}


@lru_cache(maxsize=4096)
def _fixed(spec: Spec, plain: bool, required: bool) -> str:
    own = {**_input_rules(spec, plain), "required": required and spec.kind is not Kind.TEXTS}
    own.pop("class", None)
    return written(own.items())


def _of_now(field: Field, text: str) -> str:
    """The attributes of an `input` that this request decides."""
    wrong = bool(field.problems)
    classes = field.classes("input", wrong, field.spec.hints.get("attributes", {}).get("class", ""))
    described = field.described_by
    out = f' id="{escape(field.id)}" name="{escape(field.path)}"'
    if text:
        out += f' value="{escape(text)}"'
    if wrong:
        out += ' aria-invalid="true"'
    if described:
        out += f' aria-describedby="{escape(described)}"'
    return f'{out} class="{escape(classes)}"' if classes else out


def textarea(field: Field, given: Mapping[str, Any]) -> Markup:
    """A `textarea`. HTML drops the first line break in it, so one is written for that."""
    text = "" if field.spec.secret else field.text()
    own = {k: v for k, v in _common(field).items() if k not in {"pattern", "min", "max", "step"}}
    attributes = written(field.merged(own, given, "textarea"))
    return Markup(f"<textarea{attributes}>\n{escape(text)}</textarea>")


def checkbox(field: Field, given: Mapping[str, Any]) -> Markup:
    """One box; in a query form a hidden "no" goes before it, for when it is not ticked."""
    ticked = field.text().lower() in {"on", "true", "1", "yes", "y", "t"}
    own = {"type": "checkbox", **_common(field), "value": "true", "checked": ticked}
    box = f"<input{written(field.merged(own, given, 'check'))}>"
    if field.form.says_no and field.spec.default is True:
        box = f'<input type="hidden" name="{escape(field.path)}" value="false">{box}'
    return Markup(box)


def select(field: Field, given: Mapping[str, Any]) -> Markup:
    """A `select`; it begins with an empty option where nothing may be chosen, or nothing is yet."""
    chosen = field.text()
    spec = field.spec
    options = ""
    keys = {choice.key for choice in spec.choices}
    if "" not in keys and (spec.nullable or spec.default is MISSING or chosen not in keys):
        options = '<option value=""></option>'
    for choice in spec.choices:
        attributes = written((("value", choice.key), ("selected", choice.key == chosen)))
        options += f"<option{attributes}>{escape(words(choice))}</option>"
    return Markup(
        f"<select{written(field.merged(_common(field), given, 'select'))}>{options}</select>"
    )


def option(field: Field, choice: Choice, number: int, given: Mapping[str, Any]) -> Markup:
    """One radio button or checkbox of a group."""
    several = field.spec.kind is Kind.CHOICES
    own = {
        "type": "checkbox" if several else "radio",
        "id": field.id if number == 0 else f"{field.id}-{number}",
        "name": field.path,
        "value": choice.key,
        "checked": choice.key in field.texts,
        # A group of boxes cannot say `required` in HTML: each one would be.
        "required": field.required and not several,
        "aria-invalid": "true" if several and field.problems else None,
        "aria-describedby": field.described_by if several else None,
    }
    return Markup(f"<input{written(field.merged(own, given, 'check'))}>")


def words(choice: Choice) -> str:
    """A choice's label in the visitor's language."""
    return translate(choice.label, {"Yes": "Да", "No": "Нет"}.get(choice.label))


def _common(field: Field) -> dict[str, Any]:
    spec = field.spec
    own: dict[str, Any] = {
        "id": field.id,
        "name": field.path,
        "required": field.required and spec.kind is not Kind.TEXTS,
        **_rules(spec),
    }
    if field.problems:
        own["aria-invalid"] = "true"
    if described := field.described_by:
        own["aria-describedby"] = described
    return own


def _rules(spec: Spec) -> dict[str, Any]:
    """What the model and its `Input(...)` say, as attributes."""
    # The texts of a list share the rules of one.
    of = spec.children[0].attributes if spec.kind is Kind.TEXTS else spec.attributes
    own: dict[str, Any] = dict(of)
    if spec.input_type == "password":
        own["autocomplete"] = "new-password" if "minlength" in own else "current-password"
    elif spec.input_type in _AUTOCOMPLETE and spec.kind is Kind.TEXT:
        own["autocomplete"] = _AUTOCOMPLETE[spec.input_type]
    return {**own, **spec.hints.get("attributes", {})}
