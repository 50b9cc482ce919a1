"""Turn one rule into a function that builds its URL.

Most rules (Werkzeug's own `to_url`s, a fixed domain, no defaults) get a written function; the
others are asked through their own `suitable_for` and `build`.
Invariant: an attempt returns what Werkzeug would build, `UNSUITABLE` where Werkzeug would go on
to the next rule, or None where only Werkzeug itself can tell.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import quote, quote_plus

from werkzeug.routing import AnyConverter, BaseConverter, Rule, UUIDConverter
from werkzeug.routing.converters import NumberConverter

#: (domain part, path that begins with one slash and carries the query).
Built = tuple[str, str]
UNSUITABLE: tuple[()] = ()
Attempt = Callable[[dict[str, Any], str, str | None], Built | tuple[()] | None]

#: How one value becomes text: quoted, as an int, by the converter's own method.
TEXT, INT, CALL = "text", "int", "call"

# https://url.spec.whatwg.org/#url-path-segment-string and #percent-encoded-bytes
_PATH_SAFE = "!$&'()*+,/:;=@"
_QUERY_SAFE = "!$'()*,/:;?@"
_needs_no_path_quoting = re.compile(r"[A-Za-z0-9_.\-~!$&'()*+,/:;=@]*").fullmatch
_needs_no_query_quoting = re.compile(r"[A-Za-z0-9_.\-~!$'()*,/:;?@]*").fullmatch

_BUILT_IN: tuple[object, ...] = (
    BaseConverter.to_url,
    NumberConverter.to_url,
    AnyConverter.to_url,
    UUIDConverter.to_url,
)
_RULE_METHODS = ("build", "suitable_for", "_encode_query_vars", "_compile_builder", "compile")


def make_attempt(rule: Rule) -> tuple[Attempt, bool]:
    """Return the builder of `rule`, and whether it was written (False: the rule is asked)."""
    asked = _asked(rule)
    parts = _parts(rule)
    if parts is None:
        return asked, False
    domain, texts, names = parts
    converters: list[Any] = [rule._converters[name] for name in names]
    kinds = tuple([_kind(converter) for converter in converters])
    if None in kinds:
        return asked, False
    first = texts[0].lstrip("/")
    # A value right behind the first slash may begin with slashes, which Werkzeug strips.
    factory = _factory(kinds, bool(names) and not first)
    texts = [f"/{first}", *texts[1:]]
    owned = [vars(converter) for converter in converters]
    return factory(rule, asked, domain, texts, names, converters, owned), True


def _asked(rule: Rule) -> Attempt:
    def attempt(
        values: dict[str, Any], default_method: str, method: str | None
    ) -> Built | tuple[()] | None:
        values = {name: value for name, value in values.items() if value is not None}
        if not rule.suitable_for(values, method):
            return UNSUITABLE
        built = rule.build(values, True)
        if built is None:
            return UNSUITABLE
        domain, path = built
        return domain, f"/{path.lstrip('/')}"

    return attempt


def _parts(rule: Rule) -> tuple[str, list[str], list[str]] | None:
    """Return domain, texts around the values, and names; None for what is not written."""
    cls = type(rule)
    if any(getattr(cls, name) is not getattr(Rule, name) for name in _RULE_METHODS):
        return None
    if rule.defaults or any(name in vars(rule) for name in _RULE_METHODS):
        return None
    domain, texts, names = "", [""], []
    in_domain = True
    for is_dynamic, data in rule._trace:
        if in_domain:
            if is_dynamic:
                return None
            in_domain = data != "|"
            domain += quote(data, safe=_PATH_SAFE) if in_domain else ""
        elif is_dynamic:
            names.append(data)
            texts.append("")
        else:
            texts[-1] += quote(data, safe=_PATH_SAFE)
    if set(names) != rule.arguments or len(names) > 8:
        return None
    return domain, texts, names


def _kind(converter: Any) -> str | None:
    cls = type(converter)
    own = getattr(converter, "__dict__", {"to_url": None})
    to_url: object = getattr(cls, "to_url", None)
    if to_url not in _BUILT_IN or "to_url" in own:
        return None
    if cls.__getattribute__ is not object.__getattribute__:  # type: ignore[comparison-overlap]
        return None
    if to_url is BaseConverter.to_url:
        return TEXT
    if to_url is NumberConverter.to_url and converter.num_convert is int:
        return INT
    return CALL


def quote_text(value: Any) -> str:
    """Do what `BaseConverter.to_url` does."""
    if value.__class__ is str and _needs_no_path_quoting(value):
        return value
    return quote(str(value), safe=_PATH_SAFE)


def query_of(rule: Rule, values: dict[str, Any], used: tuple[str, ...]) -> str | None:
    """Return "?" and the encoded `values` that are not in `used`, or ""; None: ask Werkzeug."""
    rest = {}
    simple = not rule.map.sort_parameters
    for name, value in values.items():
        if value is None or name in used:
            continue
        if name.__class__ is not str:
            return None
        rest[name] = value
        simple = simple and (value.__class__ is str or value.__class__ is int)
    if not simple:
        encoded = rule._encode_query_vars(rest)
    else:
        encoded = "&".join(
            [f"{_quoted(name)}={_quoted(str(value))}" for name, value in rest.items()]
        )
    return f"?{encoded}" if encoded else ""


def _quoted(text: str) -> str:
    return text if _needs_no_query_quoting(text) else quote_plus(text, safe=_QUERY_SAFE)


@cache
def _factory(kinds: tuple[str, ...], strip: bool) -> Callable[..., Attempt]:
    """Write the builder for one sequence of kinds; each rule then gets its own closure."""
    source = _source(kinds, strip)
    filename = f"<kolba build {' '.join(kinds)}{' strip' if strip else ''}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"quote_text": quote_text, "query_of": query_of}
    exec(compile(source, filename, "exec"), namespace)
    factory: Callable[..., Attempt] = namespace["factory"]
    return factory


def _source(kinds: tuple[str, ...], strip: bool) -> str:
    count = len(kinds)
    lines = ["def factory(rule, asked, domain, texts, names, converters, owned):"]
    lines.append(" used = tuple(names); text0 = texts[0]; constant = (domain, text0)")
    for n in range(count):
        lines.append(f" name{n} = names[{n}]; conv{n} = converters[{n}]")
        lines.append(f" text{n + 1} = texts[{n + 1}]")
        lines.append(f" own{n} = owned[{n}]; size{n} = len(own{n})")
    lines.append(" def build(values, default_method, method):")
    lines.append("  if method is not None:\n   methods = rule.methods")
    lines.append("   if methods is not None and method not in methods:\n    return ()")
    if kinds:
        # A converter instance that was changed since: its own to_url may be another.
        changed = " or ".join([f"len(own{n}) != size{n}" for n in range(count)])
        lines.append(f"  if {changed}:\n   return asked(values, default_method, method)")
        lines.append("  try:")
        lines += [f"   v{n} = values[name{n}]" for n in range(count)]
        lines.append("  except KeyError:\n   return ()")
        # In a plain dict None means missing; in what came from a MultiDict it does not.
        lines.append(
            f"  if {' or '.join([f'v{n} is None' for n in range(count)])}:\n   return None"
        )
    lines.append(f"  if len(values) != {count}:")
    lines.append("   query = query_of(rule, values, used)\n   if query is None:\n    return None")
    if kinds:
        lines.append("  else:\n   query = ''")
    else:
        lines.append("   return domain, text0 + query\n  return constant")
    for n, kind in enumerate(kinds):
        if kind == TEXT:
            lines.append(f"  v{n} = quote_text(v{n})")
        elif kind == INT:
            plain = f"str(v{n}) if v{n}.__class__ is int and not conv{n}.fixed_digits"
            lines.append(f"  v{n} = {plain} else conv{n}.to_url(v{n})")
        else:
            lines.append(f"  v{n} = conv{n}.to_url(v{n})")
    if kinds:
        pieces = ", ".join([f"v{n}, text{n + 1}" for n in range(count)])
        path = f"''.join((text0, {pieces}, query))"
        if strip:
            path = f"'/' + {path}.lstrip('/')"
        lines.append(f"  return domain, {path}")
    lines.append(" return build\n")
    return "\n".join(lines)
