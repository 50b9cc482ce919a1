"""Which of the techniques are on: one frozen value, all of them unless a test says otherwise.

What is always there (output goes into a list instead of through generators) has no switch: it is
what the others stand on.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Techniques:
    """One switch for each way in which a template is made cheaper."""

    context: bool = True  # a context that fills itself in when touched, without ChainMap
    escape: bool = True  # escape by exact type, plain text instead of Markup
    attributes: bool = True  # a plain dict's item before the attribute it cannot have
    urls: bool = True  # constant url_for calls folded, if the engine tells the registry's revision
    calls: bool = True  # call plain functions without asking for pass_context
    lookups: bool = True  # templates straight from the cache
    loops: bool = True  # `loop` as counters
    macros: bool = True  # macros called without binding arguments again
    names: bool = True  # names straight from the context's dict
    inheritance: bool = True  # super() without BlockReference, short prologues
    rows: bool = True  # remember which immutable types lack an attribute
    flask_render: bool = True  # Flask's context processors and signals without their detours
    strings: bool = True  # render_template_string keeps the compiled code


ALL = Techniques()


def names() -> tuple[str, ...]:
    """The techniques' names, in their order."""
    return tuple(field.name for field in fields(Techniques))


def only(name: str) -> Techniques:
    """One technique on, all others off."""
    return Techniques(**{other: other == name for other in names()})
