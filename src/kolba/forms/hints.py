"""What a model may say about its looks: `Annotated[str, Input("textarea", rows=5)]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kolba.errors import ConfigError
from kolba.forms.attributes import named
from kolba.forms.spec import HINTS


class Input:
    """How one field is shown; the model's rules stay what they are.

    Args:
        widget: `textarea`, `radio`, `select`, or a `type` of HTML (`tel`, `search`, `hidden`,
            `password`, ...).
        labels: what a person reads for each choice, by its value.
        secret: never write the value back to a page, and never keep it.
        attributes: HTML attributes, as keyword arguments (`autocomplete="street-address"`).
    """

    def __init__(
        self,
        widget: str | None = None,
        *,
        labels: Mapping[Any, str] | None = None,
        secret: bool = False,
        **attributes: str | int | bool,
    ) -> None:
        plain = {k.value if isinstance(k, Enum) else k: v for k, v in (labels or {}).items()}
        self.hints: dict[str, Any] = {"attributes": named(attributes)}
        if widget:
            self.hints["widget"] = widget
        if labels:
            self.hints["labels"] = plain
        if secret or widget == "password":
            self.hints["secret"] = True

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        return {**schema, HINTS: {**schema.get(HINTS, {}), **self.hints}}


@dataclass(frozen=True)
class File:
    """What an upload field takes.

    Attributes:
        max_size: bytes of one file; more is not written to disk.
        types: media types (`image/png`, `image/*`) and endings (`.pdf`); empty is any.
    """

    max_size: int | None = None
    types: Sequence[str] = ()

    def __post_init__(self) -> None:
        for kind in self.types:
            if not (kind.startswith(".") or "/" in kind):
                raise ConfigError(
                    f"File(types=...) has {kind!r}, which is neither an ending nor a media type: "
                    f"write '.{kind}' or 'image/{kind}'"
                )

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        limits = {"max_size": self.max_size, "types": tuple(self.types)}
        return {**schema, HINTS: {**schema.get(HINTS, {}), **limits}}
