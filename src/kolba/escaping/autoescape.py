"""Which templates are escaped: all, except those whose name says that they are plain text.

One decision, one table. A name such as `letter.txt.j2` is a text; `page.jinja` is not.
"""

from __future__ import annotations

from collections.abc import Collection

TEXT_TYPES: tuple[str, ...] = (
    *(".txt", ".text", ".md", ".rst", ".csv", ".tsv", ".log", ".po", ".tex", ".ics", ".vcf"),
    *(".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".properties"),
    *(".js", ".mjs", ".ts", ".css", ".scss", ".less", ".sql", ".sh", ".py", ".graphql"),
)
"""The default of `KOLBA_TEXT_TEMPLATES`: types in which HTML's escapes would be wrong."""

# What people put behind the type of what a template makes.
_TEMPLATE_MARKS = (".j2", ".jinja2", ".jinja", ".tmpl", ".tpl", ".template")


def is_escaped(name: str | None, text_types: Collection[str] = TEXT_TYPES) -> bool:
    """Whether values in the template `name` are escaped; None is a template without a name."""
    if name is None:
        return True
    bare = name.lower()
    for mark in _TEMPLATE_MARKS:
        bare = bare.removesuffix(mark)
    return not bare.endswith(tuple(text_types))
