"""Which code renders which template, and what of the request it hands over.

The invariant: a name that code computes is no name, and a value that may have been looked at
on the way is not of the request (`flow`).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kolba.check.module import Module
from kolba.check.nodes import text
from kolba.check.reads import BY_LINK, Source
from kolba.check.template import Template

_CALLS = ("flask.render_template", "flask.stream_template")
_KINDS = BY_LINK | {"path_parameter"}


@dataclass(frozen=True, slots=True)
class Render:
    """A call of `render_template` with a constant name.

    Attributes:
        module: the file.
        call: the call.
        name: the template's name.
        only: whether it is the one that is asked for: a list has several.
    """

    module: Module
    call: ast.Call
    name: str
    only: bool

    def values(self) -> Iterator[tuple[str, ast.expr]]:
        """What it hands over by name."""
        for keyword in self.call.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value


def renders(modules: Iterable[Module]) -> Iterator[Render]:
    """All of them."""
    for module in modules:
        for name in _CALLS:
            for call in module.calls(name):
                given = call.args[0] if call.args else None
                several = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
                for one in several:
                    constant = text(one)
                    if constant is not None:
                        yield Render(module, call, constant, len(several) == 1)


def introduce(found: Mapping[str, list[Render]], templates: Sequence[Template]) -> None:
    """Tell each template what of the request it is given."""
    named = Counter(template.name for template in templates)
    for template in templates:
        for render in found.get(template.name, ()) if named[template.name] == 1 else ():
            given = dict(_sources(render))
            for one in [template, *template.parents]:
                one.given = {**given, **one.given}


def _sources(render: Render) -> Iterator[tuple[str, Source]]:
    flow = render.module.flow(render.call)
    for name, value in render.values():
        source = flow.source(value)
        if source is not None and source.kind in _KINDS:
            yield name, source


def by_name(found: Iterable[Render]) -> dict[str, list[Render]]:
    """The calls by the template that they name."""
    made: dict[str, list[Render]] = {}
    for render in found:
        made.setdefault(render.name, []).append(render)
    return made
