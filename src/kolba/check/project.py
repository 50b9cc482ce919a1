"""All files under check together: what rules ask that look between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from kolba.check.endpoints import Endpoints
from kolba.check.module import Module
from kolba.check.renders import Render
from kolba.check.template import Template
from kolba.check.views import APPS


@dataclass(slots=True)
class Project:
    """What is checked.

    Attributes:
        modules: the Python files that mention Flask.
        templates: the templates of its Flask apps.
        renders: the calls of `render_template`, by the name that they say.
        unread: Python files that could not be parsed: of them nothing is known.
    """

    modules: list[Module] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    renders: dict[str, list[Render]] = field(default_factory=dict)
    unread: int = 0
    _endpoints: Endpoints | None = field(default=None, repr=False)

    @property
    def endpoints(self) -> Endpoints:
        """What is known of its endpoints, found when a rule first asks."""
        if self._endpoints is None:
            self._endpoints = Endpoints(self)
        return self._endpoints

    def introduce(self) -> None:
        """Tell each file which names are apps and blueprints in the others."""
        owners: set[str] = set()
        others: set[str] = set()
        for module in self.modules:
            for name, value in module.assignments.get(module.tree, ()):
                is_owner = isinstance(value, ast.Call) and module.of(value.func) in APPS
                (owners if is_owner else others).add(name)
        for module in self.modules:
            module.owners = frozenset(owners - others)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules)
