"""What a match finds: the rule, the engine's target, and the conversion of raw values.

A converter's `to_python` is looked up when it runs, so that one patched later acts. The built-in
string and int conversions are done in place while the converter instance has the very attributes
that it was compiled with.
Invariant: `convert` returns, or raises, what Werkzeug's matcher makes of the same raw values.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from werkzeug.routing import BaseConverter, IntegerConverter, Rule, UUIDConverter, ValidationError
from werkzeug.routing.converters import NumberConverter

from kolba.readings import as_written

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
Convert = Callable[[Sequence[str]], dict[str, Any]]

#: How one value is converted: as it is, by int() alone, by the converter's own method.
SAME, INT, CALL = "same", "int", "call"

_unchanged = as_written(BaseConverter.to_python)
_BUILT_IN = (_unchanged, as_written(NumberConverter.to_python), as_written(UUIDConverter.to_python))


class Leaf(Generic[T]):
    """The end of a match.

    Attributes:
        rule: Werkzeug's rule, whose methods are read at every match.
        target: what the engine hung on the rule.
        convert: raw values -> keyword arguments of the view, defaults included. Raises
            `werkzeug.routing.ValidationError` where Werkzeug would give up the match (see
            `Matcher.refusal`), and whatever else a converter raises.
        pure: all converters were Werkzeug's own at compile time, so that converting needs no
            context. It is a fact of the compile: a `to_python` that is put on a converter
            instance later does act, but it may then run before the context is there.
        plain: nothing follows the conversion. Otherwise (an alias, `redirect_to`, another rule
            of the endpoint with defaults) the answer is `Matcher.match`'s.
    """

    __slots__ = ("convert", "plain", "pure", "rule", "target")
    convert: Convert

    def __init__(self, rule: Rule, target: T, plain: bool) -> None:
        self.rule = rule
        self.target = target
        self.plain = plain
        self.pure = all(map(_is_built_in, rule._converters.values()))

    def __getattr__(self, name: str) -> Convert:
        # PERF: of many routes most are never asked for, and the slot is empty until then.
        # A third of what 10,000 routes cost to compile (python -m bench --only growth).
        if name != "convert":
            raise AttributeError(name)
        convert = self.convert = make_convert(self.rule)
        return convert


def make_convert(rule: Rule) -> Convert:
    """Return the conversion of `rule`'s raw values, as its converters are now."""
    converters: dict[str, Any] = rule._converters
    kinds = tuple([_kind(converter) for converter in converters.values()])
    slow = _slow(rule, converters)
    # A name used twice has one converter and two values; the loop of zip is right for it.
    if len(converters) > 8 or sum(is_dynamic for is_dynamic, _ in rule._trace) != len(converters):
        return slow
    return _factory(kinds)(rule, slow, [*converters], [*converters.values()])


def _is_built_in(converter: object) -> bool:
    cls = type(converter)
    return (
        # By identity: a proxy that an agent has put around a method says that it equals it.
        any(getattr(cls, "to_python", None) is written for written in _BUILT_IN)
        and cls.__getattribute__ is object.__getattribute__
        and "to_python" not in getattr(converter, "__dict__", {"to_python": None})
        and (not isinstance(converter, NumberConverter) or converter.num_convert in (int, float))
    )


def _kind(converter: Any) -> str:
    if not _is_built_in(converter):
        return CALL
    if type(converter).to_python is _unchanged:
        return SAME
    if type(converter) is IntegerConverter and converter.num_convert is int:
        is_bounded = converter.fixed_digits or converter.min is not None
        return CALL if is_bounded or converter.max is not None else INT
    return CALL


def _slow(rule: Rule, converters: Mapping[str, Any]) -> Convert:
    def convert(raw: Sequence[str]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in zip(converters.keys(), raw, strict=False):
            result[str(name)] = converters[name].to_python(value)
        if rule.defaults:
            result.update(rule.defaults)
        return result

    return convert


@cache
def _factory(kinds: tuple[str, ...]) -> Callable[..., Convert]:
    """Write the conversion for one sequence of kinds; each rule then gets its own closure."""
    source = _source(kinds)
    # A name in angle brackets that linecache knows, so that tracebacks show these lines.
    filename = f"<kolba convert {' '.join(kinds)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"ValidationError": ValidationError}
    exec(compile(source, filename, "exec"), namespace)
    factory: Callable[..., Convert] = namespace["factory"]
    return factory


def _source(kinds: tuple[str, ...]) -> str:
    numbers = range(len(kinds))
    lines = ["def factory(rule, slow, names, converters):", " live = rule._converters.get"]
    guards = [f"live(name{number}) is not conv{number}" for number in numbers]
    for number, kind in enumerate(kinds):
        lines.append(f" name{number} = names[{number}]; conv{number} = converters[{number}]")
        if kind != CALL:
            # PERF: one comparison, of the same values nearly always.
            lines.append(f" own{number} = vars(conv{number}); was{number} = own{number}.copy()")
            guards.append(f"own{number} != was{number}")
    lines.append(" def convert(raw):")
    if guards:
        lines.append(f"  if {' or '.join(guards)}:\n   return slow(raw)")
    if kinds:
        lines.append(f"  {''.join(f'v{number}, ' for number in numbers)} = raw")
    for number, kind in enumerate(kinds):
        if kind == INT:
            lines.append(f"  try:\n   v{number} = int(v{number})")
            lines.append("  except ValueError as error:\n   raise ValidationError() from error")
        elif kind == CALL:
            lines.append(f"  v{number} = conv{number}.to_python(v{number})")
    lines.append(f"  result = {{{', '.join(f'name{n}: v{n}' for n in numbers)}}}")
    lines.append("  if rule.defaults:\n   result.update(rule.defaults)")
    lines.append("  return result\n return convert\n")
    return "\n".join(lines)
