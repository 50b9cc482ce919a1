"""A template's text without what surely makes no link: most of the work of reading it is saved.

PERF: an app's start reads every template. What goes is `{{ user.name }}`, `{{ title|upper }}`,
and conditions and loops around nothing but such values and text. Lines stay where they are.
The invariant: the links, macros, imports and calls of the short text are those of the whole.
"""

from __future__ import annotations

import re

from jinja2 import Environment

_VALUE = r"\{\{[-+]?[ \t]*[\w.]+(?:[ \t]*\|[ \t]*\w+)*[ \t]*[-+]?\}\}"
_TEXT = r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"""
# Other marks are passed over whole, so that what stands in their texts stays.
_PIECE = re.compile(
    rf"({_VALUE})|\{{%(?:[^\"'%]|{_TEXT}|%(?!\}}))*%\}}"
    rf"|\{{\{{(?:[^\"'}}]|{_TEXT}|\}}(?!\}}))*\}}\}}|\{{#.*?#\}}",
    re.DOTALL,
)
# A head that calls nothing, holds no text, and names nothing that the template may bind.
_HEAD = r"\{%[-+]?[ \t]*(?P<kind>if|for)[ \t][^%{}(\"']*[-+]?%\}"
_AROUND_TEXT = re.compile(
    rf"{_HEAD}[^{{]*(?:\{{%[-+]?[ \t]*else[ \t]*[-+]?%\}}[^{{]*)?"
    r"\{%[-+]?[ \t]*end(?P=kind)[ \t]*[-+]?%\}"
)


def may_link(source: str) -> bool:
    """Whether a template can make a link: itself, or by a macro that it imports."""
    return "url_for" in source or "import" in source


def is_usual(environment: Environment) -> bool:
    """Whether an environment's templates are written as Jinja's are by default."""
    return (
        environment.block_start_string == "{%"
        and environment.variable_start_string == "{{"
        and environment.comment_start_string == "{#"
        and environment.line_statement_prefix is None
        and environment.line_comment_prefix is None
    )


def shortened(source: str) -> str:
    """The text, shorter; with as many lines."""
    longer, text = "", _PIECE.sub(lambda found: "" if found[1] else found[0], source)
    while text != longer:
        longer, text = text, _AROUND_TEXT.sub(_lines, text)
    return text


def _lines(found: re.Match[str]) -> str:
    text = found[0]
    # `{% for url_for in ... %}` says that the name is no link's here.
    return text if "url_for" in text else "\n" * text.count("\n")
