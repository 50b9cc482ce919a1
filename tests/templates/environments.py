"""A pair of environments that differ in nothing but the techniques."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import templating
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    DebugUndefined,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    Undefined,
)
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context

from kolba.templates.equipment import equip
from kolba.templates.techniques import ALL, Techniques

UNDEFINED = (Undefined, ChainableUndefined, DebugUndefined, StrictUndefined)
EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols")


class StockFlask(templating.Environment):
    """Flask's environment as it comes, whatever else this process has installed."""

    code_generator_class = CodeGenerator
    template_class = Template
    context_class = Context
    from_string = Environment.from_string
    _parse = Environment._parse
    get_or_select_template = Environment.get_or_select_template


class NamedLoader(BaseLoader):
    """Templates from a dict, each with its name for a file name, so that lines can be told."""

    def __init__(self, mapping: dict[str, str]) -> None:
        self.mapping = mapping

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        if template not in self.mapping:
            raise TemplateNotFound(template)
        return self.mapping[template], template, lambda: True

    def list_templates(self) -> list[str]:
        return sorted(self.mapping)


@cache
def environment_class(techniques: Techniques | None) -> type[Environment]:
    """A class of environments: stock for None."""
    cls = type("Environment", (Environment,), {})
    if techniques is not None:
        assert equip(cls, techniques) is None
    return cls


def environment(
    techniques: Techniques | None, mapping: dict[str, str], **options: Any
) -> Environment:
    """An environment over some templates, autoescaped unless the options say otherwise."""
    options = {"autoescape": True, "extensions": EXTENSIONS, **options}
    return environment_class(techniques)(loader=NamedLoader(mapping), **options)


def pair(
    mapping: dict[str, str], techniques: Techniques = ALL, **options: Any
) -> tuple[Environment, Environment]:
    """Stock, and with the techniques."""
    return environment(None, mapping, **options), environment(techniques, mapping, **options)
