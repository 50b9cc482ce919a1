"""All files under check together: what rules ask that look between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kolba.check.module import Module


@dataclass(slots=True)
class Project:
    """What is checked.

    Attributes:
        modules: the Python files that mention Flask.
        unread: Python files that could not be parsed: of them nothing is known.
    """

    modules: list[Module] = field(default_factory=list)
    unread: int = 0

    def imports(self, package: str) -> bool:
        """Whether any file imports this package."""
        return any(package in module.packages for module in self.modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules)
