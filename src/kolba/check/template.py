"""A template under check: parsed once, walked once along the page that it makes.

What rules ask of it: the nodes by type, and each value with the place in HTML where it
stands. Nothing of it is rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from jinja2 import nodes

from kolba.check import jinja
from kolba.check.html_forms import BY_SCRIPT, HtmlForm, forms
from kolba.check.reads import Source
from kolba.check.values import Value, Walk, place
from kolba.escaping.analysis import by_type, words
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin
from kolba.urls.links import in_templates
from kolba.urls.links.in_templates import Facts


class Template:
    """A parsed template.

    Args:
        path: as it was found.
        source: its text.
        folder: the template folder that it was found in.
        name: what `render_template` calls it.
        library: all templates of that folder by their names; this one is added by who made it.
        first_line: where it begins, if it stands in a Python file.
        indent: what stands before it on that line.

    Raises:
        TemplateSyntaxError, RecursionError: it cannot be parsed.
    """

    def __init__(
        self,
        path: str,
        source: str,
        folder: str,
        name: str,
        library: Mapping[str, Template],
        first_line: int = 0,
        indent: int = 0,
    ) -> None:
        self.path = path
        self.source = source
        self.folder = folder
        self.name = name
        self._library = library
        self.first_line = first_line
        self._indent = indent
        self.tree = jinja.parse(source, first_line or 1, indent)
        self.is_of_kolba = False
        """Whether an app of `kolba.Kolba` renders it, which mends some things by itself."""
        self.given: dict[str, Source] = {}
        """What of the request views hand over, by name; see `renders`."""
        self.nodes: dict[type[nodes.Node], list[Any]] = by_type(self.tree)

    @cached_property
    def parent(self) -> Template | None:
        """The template that it extends, if that is one and can be told."""
        extended = self.nodes.get(nodes.Extends, [])
        if len(extended) != 1 or not isinstance(extended[0].template, nodes.Const):
            return None
        return self._library.get(str(extended[0].template.value))

    @cached_property
    def parents(self) -> list[Template]:
        """Its parent, and theirs; with itself at the end, if they extend each other."""
        found: list[Template] = []
        one = self.parent
        while one is not None and one not in found:
            found.append(one)
            one = None if one is self else one.parent
        return found

    @cached_property
    def facts(self) -> Facts:
        """What it says of links."""
        return in_templates.facts(self.tree, self.path, self.source)

    @cached_property
    def forms(self) -> list[HtmlForm]:
        """Its HTML forms."""
        return list(forms(self.source, self.first_line or 1))

    @cached_property
    def sends_by_script(self) -> bool:
        """Whether a script in it may send its forms."""
        return BY_SCRIPT.search(self.source) is not None

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that it gives a meaning of its own."""
        names = {one.name for one in self.nodes.get(nodes.Name, []) if one.ctx != "load"}
        names |= {one.target for one in self.nodes.get(nodes.Import, [])}
        for some in self.nodes.get(nodes.FromImport, []):
            names |= {one if isinstance(one, str) else one[1] for one in some.names}
        return frozenset(names | {one.name for one in self.nodes.get(nodes.Macro, [])})

    @cached_property
    def asked(self) -> frozenset[str]:
        """What its conditions look at more closely than whether it is there."""
        found: set[str] = set()
        for kind in (nodes.If, nodes.CondExpr):
            for one in self.nodes.get(kind, []):
                for close in one.test.find_all((nodes.Compare, nodes.Call, nodes.Filter)):
                    found |= {words(part) for part in close.find_all(nodes.Expr)}
                if isinstance(one.test, nodes.Compare | nodes.Call | nodes.Filter):
                    found |= {words(part) for part in one.test.find_all(nodes.Expr)}
        return frozenset(found)

    @property
    def values(self) -> list[Value]:
        """The values that it puts into the page, with their places there."""
        return self._walk.found

    def before(self, node: nodes.Node) -> str:
        """What stands on a node's line before it, without the marks that open its expression."""
        line, column = place(node)
        text = " " * self._indent + self.source
        return jinja.lines(text)[line - (self.first_line or 1)][: column - 1].rstrip("{ -+(")

    def values_in(self, where: Context, *origins: Origin) -> Iterator[Value]:
        """Its values at such places and of such an origin."""
        return (v for v in self.values if v.context is where and v.origin in origins)

    @cached_property
    def _walk(self) -> Walk:
        # Where the blocks of its parents stand.
        parent = None if self in self.parents else self.parent
        name = None if self.first_line else self.name
        walk = Walk(name, self.path, {} if parent is None else parent._walk.blocks)
        walk.run(self.tree)
        return walk
