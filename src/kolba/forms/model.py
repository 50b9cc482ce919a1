"""The one file that knows pydantic: a model's fields, and its judgement of what was sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticUndefined, core_schema

from kolba.errors import ConfigError
from kolba.forms.problems import Problem
from kolba.forms.spec import Spec, specs_of


class _Lenient(GenerateJsonSchema):
    """A schema for every model: what JSON Schema cannot say is 'anything'."""

    def handle_invalid_for_json_schema(
        self, schema: core_schema.CoreSchema, error_info: str
    ) -> JsonSchemaValue:
        return {}

    def emit_warning(self, kind: Any, detail: str) -> None:
        """Defaults that are no JSON are found by `defaults()`."""


class Model:
    """What is known of a pydantic model or dataclass, once for all requests."""

    def __init__(self, type_: type[Any]) -> None:
        self.type = type_
        self.adapter = _adapter(type_)
        schema = self.adapter.json_schema(schema_generator=_Lenient)
        self.specs: tuple[Spec, ...] = specs_of(schema)
        if not self.specs:
            raise ConfigError(
                f"{type_.__qualname__} has no fields that a form could ask for: "
                "write a pydantic model or a dataclass"
            )
        config = getattr(type_, "model_config", {})
        self.takes_extra = config.get("extra") in {"forbid", "allow"}
        self.aliases = {
            name: alias
            for name, field in getattr(type_, "model_fields", {}).items()
            if isinstance(alias := field.validation_alias or field.alias, str)
        }

    def validate(self, data: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
        """The model's value and no problems, or None and all problems."""
        try:
            return self.adapter.validate_python(data), []
        except ValidationError as error:
            return None, [
                Problem(
                    path=tuple(found["loc"]),
                    kind=found["type"],
                    text=found["msg"],
                    values=found.get("ctx", {}),
                )
                for found in error.errors(include_url=False, include_input=False)
            ]

    def defaults(self) -> dict[str, Any]:
        """The defaults of the fields that have one, as JSON, made anew (`default_factory`)."""
        found: dict[str, Any] = {}
        for name, default in _defaults(self.type):
            try:
                found[self.aliases.get(name, name)] = _any.dump_python(default, mode="json")
            except Exception:  # no JSON: the field begins empty
                continue
        return found

    def dump(self, value: Any) -> dict[str, Any]:
        """A value of the model, a mapping or any object with the fields' names, as JSON."""
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json", by_alias=True, warnings=False)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        if not isinstance(value, Mapping):
            names = [*(spec.name for spec in self.specs), *self.aliases]
            value = {name: getattr(value, name) for name in names if hasattr(value, name)}
        plain: dict[str, Any] = _any.dump_python(dict(value), mode="json", fallback=str)
        return {self.aliases.get(name, name): item for name, item in plain.items()}


_any: TypeAdapter[Any] = TypeAdapter(Any)


def _defaults(type_: type[Any]) -> list[tuple[str, Any]]:
    fields = getattr(type_, "model_fields", None) or getattr(type_, "__pydantic_fields__", None)
    if fields is None:
        return [
            (f.name, f.default_factory() if callable(f.default_factory) else f.default)
            for f in dataclasses.fields(type_)
            if f.default is not dataclasses.MISSING or callable(f.default_factory)
        ]
    found = []
    for name, field in fields.items():
        if field.default_factory_takes_validated_data:
            continue
        default = field.get_default(call_default_factory=True)
        if default is not PydanticUndefined:
            found.append((name, default))
    return found


def _adapter(type_: type[Any]) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(type_)
    except PydanticSchemaGenerationError as error:
        raise ConfigError(
            f"Form[{getattr(type_, '__qualname__', type_)}]: {error}. "
            "Write a pydantic model or a dataclass whose fields pydantic knows"
        ) from error


@cache
def model_of(type_: type[Any]) -> Model:
    """The model of a type, compiled once."""
    return Model(type_)
