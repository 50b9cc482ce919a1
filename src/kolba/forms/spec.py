"""What a form asks for: a tree of `Spec`, made once from a model's JSON schema.

JSON Schema is the vocabulary because it is public, the same for every kind of model, and
says exactly what HTML wants to know (type, format, limits, choices). Nothing here knows
pydantic or a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from kolba.forms.attributes import Attributes, limits_of

# What an `Input(...)` or `File(...)` in an annotation leaves in the schema.
HINTS = "x-kolba"
MANY_CHOICES = 4


class Kind(Enum):
    """What a field is on a page. A closed set."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"  # one checkbox
    CHOICE = "choice"  # one of: radio buttons or a select
    CHOICES = "choices"  # some of: checkboxes
    TEXTS = "texts"  # a list of single values
    FILE = "file"
    FILES = "files"
    GROUP = "group"  # a nested model
    ROWS = "rows"  # a list of nested models
    JSON = "json"  # anything else

    # PERF: Enum's own hash is Python code, and members are looked up in sets all the time.
    __hash__ = object.__hash__


class _Missing:
    """No default: the model says nothing."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: what HTML sends, what the model takes, what the person reads."""

    key: str
    value: Any
    label: str


@dataclass(frozen=True, eq=False)
class Spec:
    """One field of a form.

    Attributes:
        name: the key that the model reads.
        kind: what it is on the page.
        label: the model's title, or the name in words.
        hint: the model's description.
        input_type: HTML's `type` (`text`, `email`, `date`, ...), or `textarea`.
        required: an empty answer is refused.
        takes_empty: an empty text is a value, not the lack of one.
        nullable: the model takes None.
        secret: never written back to a page or kept.
        default: the model's, as JSON; `MISSING` if it has none.
        attributes: HTML attributes that follow from the model.
        choices: for `CHOICE` and `CHOICES`.
        children: the fields of a `GROUP` or of one of the `ROWS`; one for `TEXTS`.
        hints: what `Input(...)` or `File(...)` said.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    input_type: str = "text"
    required: bool = False
    takes_empty: bool = False
    nullable: bool = False
    secret: bool = False
    default: Any = MISSING
    attributes: Attributes = ()
    choices: tuple[Choice, ...] = ()
    children: tuple[Spec, ...] = ()
    hints: Mapping[str, Any] = field(default_factory=dict)
    max_items: int | None = None
    min_items: int = 0

    @cached_property
    def is_group(self) -> bool:
        """Whether it is several controls that share a label."""
        if self.kind is Kind.CHOICE:
            asked = self.hints.get("widget")
            return asked == "radio" or (asked is None and len(self.choices) <= MANY_CHOICES)
        return self.kind in {Kind.CHOICES, Kind.TEXTS, Kind.GROUP, Kind.ROWS}

    @cached_property
    def layout(self) -> str:
        """What a look makes of it: `text`, `flag`, `choice`, `texts`, `group` or `rows`."""
        if self.kind in {Kind.CHOICE, Kind.CHOICES}:
            return "choice" if self.is_group else "text"
        kinds = {Kind.FLAG: "flag", Kind.TEXTS: "texts", Kind.GROUP: "group", Kind.ROWS: "rows"}
        return kinds.get(self.kind, "text")

    @cached_property
    def is_upload(self) -> bool:
        """Whether files are sent in it, here or further down."""
        return self.kind in {Kind.FILE, Kind.FILES} or any(c.is_upload for c in self.children)


YES_NO = (Choice("true", True, "Yes"), Choice("false", False, "No"))


def in_words(name: str) -> str:
    """`first_name` as a person reads it: `First name`."""
    words = re.sub(r"[_\W]+", " ", name).strip() or name
    return words[:1].upper() + words[1:]


def specs_of(schema: Mapping[str, Any]) -> tuple[Spec, ...]:
    """The fields of a model, in its order."""
    definitions = schema.get("$defs", {})
    # Only a model that contains itself is a `$ref` from the start.
    return _Reader(definitions, (schema.get("$ref", ""),)).fields(_deref(schema, definitions))


def walk(specs: tuple[Spec, ...], prefix: str = "") -> Iterator[tuple[str, Spec]]:
    """Every field with its path, groups before what is in them; rows are not entered."""
    for spec in specs:
        yield prefix + spec.name, spec
        if spec.kind is Kind.GROUP:
            yield from walk(spec.children, f"{prefix}{spec.name}.")


def _deref(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a `$ref` points to, with what stands beside the `$ref`."""
    ref = schema.get("$ref")
    if ref is None:
        return schema
    return {
        **definitions[ref.rpartition("/")[2]],
        **{k: v for k, v in schema.items() if k != "$ref"},
    }


class _Reader:
    """Reads the fields of one model; knows which models it is in, so that none goes on for ever."""

    def __init__(self, definitions: Mapping[str, Any], inside: tuple[str, ...] = ()) -> None:
        self.definitions = definitions
        self.inside = inside

    def fields(self, schema: Mapping[str, Any]) -> tuple[Spec, ...]:
        needed = set(schema.get("required", ()))
        return tuple(
            self.field(name, property_, name in needed)
            for name, property_ in schema.get("properties", {}).items()
        )

    def field(self, name: str, schema: Mapping[str, Any], needed: bool) -> Spec:
        core, nullable = self._core(schema)
        hints = {**core.get(HINTS, {}), **schema.get(HINTS, {})}
        values = self._by_type(core, hints)
        if values["kind"] is Kind.FLAG and nullable:
            values = {"kind": Kind.CHOICE, "choices": YES_NO}
        kind = values["kind"]
        hints = {**values.pop("item_hints", {}), **hints}
        attributes = values.pop("attributes", ())
        return Spec(
            name=name,
            label=_label(name, schema),
            hint=schema.get("description", ""),
            nullable=nullable,
            required=not nullable and needed and _refuses_empty(kind, core, attributes),
            takes_empty=kind is Kind.TEXT and core.get("format") in {None, "password", "binary"},
            secret=bool(core.get("writeOnly")) or hints.get("secret", False),
            default=schema.get("default", MISSING),
            attributes=attributes,
            hints=hints,
            max_items=core.get("maxItems"),
            min_items=core.get("minItems", 0),
            **values,
        )

    def _core(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """The schema without `$ref`, without `| None`; and whether None was in it."""
        schema = self._enter(schema)
        options = schema.get("anyOf")
        if options is None:
            return schema, schema.get("type") == "null"
        rest = [option for option in options if option.get("type") != "null"]
        nullable = len(rest) < len(options)
        outer = {k: v for k, v in schema.items() if k != "anyOf"}
        if len(rest) == 1:
            inner = self._enter(rest[0])
            hints = {**inner.get(HINTS, {}), **outer.get(HINTS, {})}
            return {**inner, **outer, HINTS: hints}, nullable
        numbers = [option for option in rest if option.get("type") == "number"]
        # Decimal: a number, or a string that looks like one.
        if len(rest) == 2 and numbers and any(option.get("type") == "string" for option in rest):
            return {**numbers[0], "decimal": True, **outer}, nullable
        kinds = {option.get("type") for option in rest}
        plain = kinds <= {"string", "integer", "number"}
        return {"type": "string" if plain else "any", **outer}, nullable

    def _enter(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        one = schema.get("allOf")
        if one and len(one) == 1:
            schema = {**{k: v for k, v in schema.items() if k != "allOf"}, **one[0]}
        ref = schema.get("$ref", "")
        if ref and ref in self.inside:
            return {"type": "any"}
        return {**_deref(schema, self.definitions), "ref": ref}

    def _by_type(self, core: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
        if (choices := _choices(core, hints)) is not None:
            return {"kind": Kind.CHOICE, "choices": choices}
        match core.get("type"):
            case "boolean":
                return {"kind": Kind.FLAG}
            case "integer" | "number":
                return {"kind": Kind.NUMBER, "input_type": "number", "attributes": limits_of(core)}
            case "string" if hints.get("file"):
                return {"kind": Kind.FILE, "input_type": "file"}
            case "string":
                return {
                    "kind": Kind.TEXT,
                    "input_type": hints.get("widget") or _text_type(core),
                    "attributes": limits_of(core),
                }
            case "array" if isinstance(core.get("items"), Mapping):
                return self._list(core, hints)
            case "object" if core.get("properties"):
                return {"kind": Kind.GROUP, "children": self._inner(core).fields(core)}
        return {"kind": Kind.JSON, "input_type": "textarea"}

    def _list(self, core: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
        items = core["items"]
        if "labels" in hints:  # said of the list, meant for its choices
            items = {**items, HINTS: {"labels": hints["labels"], **items.get(HINTS, {})}}
        child = self.field("", items, True)
        match child.kind:
            case Kind.CHOICE:
                return {"kind": Kind.CHOICES, "choices": child.choices}
            case Kind.FILE:
                return {"kind": Kind.FILES, "input_type": "file", "item_hints": child.hints}
            case Kind.TEXT | Kind.NUMBER:
                return {"kind": Kind.TEXTS, "input_type": child.input_type, "children": (child,)}
            case Kind.GROUP:
                return {"kind": Kind.ROWS, "children": child.children}
        return {"kind": Kind.JSON, "input_type": "textarea"}

    def _inner(self, core: Mapping[str, Any]) -> _Reader:
        return _Reader(self.definitions, (*self.inside, core.get("ref", "")))


def _choices(core: Mapping[str, Any], hints: Mapping[str, Any]) -> tuple[Choice, ...] | None:
    values = core.get("enum", [core["const"]] if "const" in core else None)
    if values is None or (core.get("type") == "boolean" and len(values) == 1):
        return None
    labels = hints.get("labels", {})
    return tuple(
        Choice(key_of(value), value, labels.get(value, in_words(key_of(value)))) for value in values
    )


def key_of(value: Any) -> str:
    """How a choice's value is written in HTML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _text_type(core: Mapping[str, Any]) -> str:
    if core.get("writeOnly"):
        return "password"
    types = {
        "email": "email",
        "uri": "url",
        "date": "date",
        "date-time": "datetime-local",
        "time": "time",
    }
    return types.get(core.get("format", ""), "text")


def _refuses_empty(kind: Kind, core: Mapping[str, Any], attributes: Attributes) -> bool:
    if kind is Kind.FLAG:
        return core.get("const") is True
    if kind is Kind.TEXT and core.get("format") in {None, "password"}:
        return bool(core.get("minLength")) or "pattern" in core
    if kind in {Kind.CHOICES, Kind.TEXTS, Kind.FILES, Kind.ROWS}:
        return bool(core.get("minItems"))
    return kind is not Kind.GROUP


def _label(name: str, schema: Mapping[str, Any]) -> str:
    title: str = schema.get("title", "")
    # What pydantic makes of a name when nobody gave a title.
    made = "$ref" not in schema and title == name.title().replace("_", " ").strip()
    return in_words(name) if made or not title else title
