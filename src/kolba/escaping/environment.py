"""A Jinja environment whose templates are analysed as they are compiled.

Stands on what `Environment.parse` and `compile` share; a class made of the app's own
environment class, so that one of its own, or a sandboxed one, stays what it is.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import Environment, nodes

from kolba import safety
from kolba.escaping.autoescape import TEXT_TYPES, is_escaped
from kolba.escaping.filters import GUARD, filters
from kolba.escaping.findings import Finding, UnsafeTemplate
from kolba.escaping.sources import analyse
from kolba.places import is_own
from kolba.safety import Mode, Refusal

logger = logging.getLogger("kolba.escaping")

if TYPE_CHECKING:
    _Base = Environment
else:
    _Base = object


class _Analysing(_Base):
    app: Flask

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = super()._parse(source, name, filename)
        mode = safety.mode(self.app, GUARD)
        if mode is Mode.OFF or not is_analysed(self.app, name):
            return tree
        findings = analyse(self, tree, name, filename).findings
        harmful = [finding for finding in findings if not finding.note]
        if harmful:
            _tell(self.app, harmful, mode)
        return tree


@cache
def environment_class(cls: type[Any]) -> type[Any]:
    """The class of environments like `cls` that analyse their templates."""
    if issubclass(cls, _Analysing) or not issubclass(cls, Environment):
        return cls
    names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    return type(cls.__name__, (_Analysing, cls), names)


def equip(app: Flask, environment: Environment) -> None:
    """Give an environment the filters that analysed templates ask for."""
    environment.filters.update(filters(app))


def is_analysed(app: Flask, name: str | None) -> bool:
    """Whether a template makes HTML, or a script."""
    lowered = (name or "").lower()
    if lowered.endswith((".js", ".mjs", ".js.j2", ".js.jinja")):
        return True
    return is_escaped(
        name, app.config.get("KOLBA_TEXT_TEMPLATES", TEXT_TYPES)
    ) and not lowered.endswith(".xml")


def _tell(app: Flask, findings: list[Finding], mode: Mode) -> None:
    """Raise in development and tests what the developer can mend; log the rest, once each."""
    own = findings[0].file is None or is_own(findings[0].file) or findings[0].name is None
    if mode is Mode.ENFORCE and own and (app.debug or app.testing):
        raise UnsafeTemplate(findings)
    told: set[str] = app.extensions.setdefault("kolba.escaping", set())
    for finding in findings:
        if str(finding) not in told and len(told) < 10_000:
            told.add(str(finding))
            logger.warning("%s", finding)
            refusal = Refusal(
                GUARD, None, finding.place, f"{finding.code}: {finding.what}", finding.mend, mode
            )
            safety.refused.send(app, refusal=refusal)
