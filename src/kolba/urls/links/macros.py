"""Links through macros that pass one of their parameters on to `url_for`.

`{% macro nav(endpoint) %}{{ url_for(endpoint) }}{% endmacro %}` makes of `{{ nav("home") }}`,
here or in a template that imports it, a link to `home`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kolba.urls.links.in_templates import Facts
from kolba.urls.links.link import Link

Parameter = tuple[int, str]


def links(facts: Facts, file: str, others: Mapping[str, Facts]) -> Iterator[Link]:
    """The links that a template makes through macros, its own and imported ones.

    Args:
        facts: what it says.
        file: where it stands.
        others: what all templates say, by name.
    """
    known = _known(facts, others)
    for call in facts.calls:
        parameter = known.get((call.module, call.name))
        if parameter is None:
            continue
        place, name = parameter
        given = call.kwargs.get(name) or (call.args[place] if place < len(call.args) else None)
        if given:
            shown = f"{call.module}.{call.name}" if call.module else call.name
            yield Link(file, call.line, given, open=True, text=f"{shown}({given!r})")


def _known(facts: Facts, others: Mapping[str, Facts]) -> dict[tuple[str, str], Parameter]:
    """The macros that pass a parameter on, by how this template calls them."""
    known = {("", name): parameter for name, parameter in facts.passing.items()}
    for template, here, there in facts.imported:
        other = others.get(template)
        if other is None:
            continue
        for name, parameter in other.passing.items():
            if there is None:
                known[here, name] = parameter
            elif there == name:
                known["", here] = parameter
    return known
