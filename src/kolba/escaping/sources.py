"""The analysis of a template with what it inherits: parents say where their blocks stand."""

from __future__ import annotations

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from kolba.escaping.analysis import Analysis, Blocks

_DEEPEST = 20
# Kept with the environment: where the blocks of its parent templates stand.
_KEPT = "_kolba_blocks"


def analyse(
    environment: Environment, tree: nodes.Template, name: str | None, file: str | None
) -> Analysis:
    """Walk a template, and put filters into its tree where they are needed."""
    analysis = Analysis(environment, name, file, _inherited(environment, tree, name, 0))
    analysis.run(tree)
    return analysis


def _inherited(
    environment: Environment, tree: nodes.Template, name: str | None, depth: int
) -> Blocks:
    """Where the blocks of a template's parents stand; nothing where that cannot be told."""
    extends = tree.find(nodes.Extends)
    if extends is None or depth > _DEEPEST:
        return {}
    if not isinstance(extends.template, nodes.Const) or environment.loader is None:
        return {}
    parent = str(extends.template.value)
    if name is not None:
        parent = environment.join_path(parent, name)
    kept: dict[str, tuple[str, Blocks]] = environment.__dict__.setdefault(_KEPT, {})
    try:
        source, file, _ = environment.loader.get_source(environment, parent)
        if parent in kept and kept[parent][0] == source:
            return kept[parent][1]
        parent_tree = Parser(environment, source, parent, file).parse()
    except (TemplateNotFound, TemplateSyntaxError, UnicodeDecodeError, OSError):
        return {}
    blocks = _inherited(environment, parent_tree, parent, depth + 1)
    analysis = Analysis(environment, parent, file, blocks)
    analysis.run(parent_tree)
    kept[parent] = source, analysis.blocks
    return analysis.blocks
