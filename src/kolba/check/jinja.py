"""Jinja's own lexer and parser, for templates of an app that is not there.

Tags of extensions that nobody knows here are read over; what stands between such a tag and
its end is read as the rest. The `lineno` of each node is a `Line`, which has its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

_NEWLINE = re.compile(r"\r\n|\r|\n")
_EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.i18n", "jinja2.ext.loopcontrols", "jinja2.ext.debug")
_TAGS = frozenset(
    (
        *("for", "if", "block", "extends", "print", "macro", "include", "from", "import", "set"),
        *("with", "autoescape", "call", "filter", "elif", "else", "pluralize"),
    )
)
_END = re.compile(r"\{%[-+]?\s*(end_?(\w+))")


_DEEPEST = 200


class Line(int):
    """The number of a line, and the column of what stands there, both from 1."""

    column: int = 1


class _Environment(Environment):
    first_line = 1
    indent = 0

    def _tokenize(
        self,
        source: str,
        name: str | None,
        filename: str | None = None,
        state: str | None = None,
    ) -> TokenStream:
        source = "\n".join(lines(source))
        found = self.lexer.tokeniter(source, name, filename, state)
        tokens = _placed(found, source, self.first_line, self.indent)
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)


def _placed(
    tokens: Iterator[tuple[int, str, str]], source: str, first_line: int, indent: int
) -> Iterator[tuple[int, str, str]]:
    """The tokens, with the columns that the lexer does not tell."""
    at = looked = 0
    line_begins = 0
    for number, kind, value in tokens:
        found = source.find(value, at)
        at = at if found < 0 else found
        line_begins = source.rfind("\n", looked, at) + 1 or line_begins
        looked = at
        line = Line(number + first_line - 1)
        line.column = at - line_begins + 1 + (0 if line_begins else indent)
        yield line, kind, value
        at += len(value)


class _Parser(Parser):
    def __init__(self, environment: Environment, source: str) -> None:
        super().__init__(environment, source)
        self._ends = {tag: end for end, tag in _END.findall(source)}

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        tag = self.stream.current.value
        if self.stream.current.type != "name" or tag in _TAGS:
            return super().parse_statement()
        if tag in self.extensions or tag.startswith("end"):
            return super().parse_statement()
        return self._of_extension(tag)

    def _of_extension(self, tag: str) -> list[nodes.Node]:
        end = self._ends.get(tag)
        self._skip()
        if end is None:
            return []
        body = self.parse_statements((f"name:{end}",), drop_needle=True)
        self._skip()
        return body

    def _skip(self) -> None:
        """What a tag is given: only its extension knows how that is written."""
        while self.stream.current.type not in ("block_end", "eof"):
            next(self.stream)


def lines(source: str) -> list[str]:
    """The lines of a template as Jinja counts them."""
    return _NEWLINE.split(source)


def environment() -> _Environment:
    made = _Environment(extensions=_EXTENSIONS)
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    return made


def parse(source: str, first_line: int = 1, indent: int = 0) -> nodes.Template:
    """The syntax tree of a template.

    Args:
        source: its text.
        first_line: the number of its first line.
        indent: how many characters stand before it there.

    Raises:
        TemplateSyntaxError, RecursionError: it cannot be parsed.
    """
    ENVIRONMENT.first_line, ENVIRONMENT.indent = first_line, indent
    tree = _Parser(ENVIRONMENT, source).parse()
    if _is_deep(tree):
        raise RecursionError
    return tree


def _is_deep(tree: nodes.Node) -> bool:
    """Whether what calls itself for each level would go too deep."""
    level: list[nodes.Node] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return False
    return True


ENVIRONMENT = environment()
