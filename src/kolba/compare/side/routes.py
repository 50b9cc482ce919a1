"""The application's GET routes, each with a URL that it answers, where one can be made."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.routing.converters import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    NumberConverter,
    PathConverter,
    UnicodeConverter,
    UUIDConverter,
)

UUID = "00000000-0000-4000-8000-000000000001"
LARGEST_FILE = 256 * 1024


def listed(app: Flask, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describes every route that takes GET: its rule, endpoint, and path, or why there is none."""
    return [
        describe(app, rule, given)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.websocket and not is_without_files(app, rule)
    ]


def describe(app: Flask, rule: Rule, given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"rule": rule.rule, "endpoint": str(rule.endpoint), "path": None}
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        value = value_of(app, rule, name, converter, given)
        if value is None:
            kind = type(converter).__name__
            found["why"] = (
                f"{kind} does not take {given[name]!r} for {name!r} here: ask it by --request"
                if name in given
                else f"no value for {name!r} ({kind}): --fill {name}=VALUE"
            )
            return found
        values[name] = value
    try:
        built = rule.build(values, append_unknown=False)
    except Exception:
        built = None  # a converter of the application's own that does not take it back
    if built is None:
        found["why"] = "no URL can be built for it"
        return found
    domain, found["path"] = built
    found["host"] = host_of(app, domain)
    return found


def value_of(
    app: Flask, rule: Rule, name: str, converter: BaseConverter, given: Mapping[str, str]
) -> Any:
    """A value that the converter takes; None if it is not known how to make one."""
    if name in given:
        try:
            return converter.to_python(given[name])
        except Exception:  # one of the application's own may look it up, and wants a request
            return None
    if is_static(app, rule):
        return some_file(app, rule)
    return made(converter)


def made(converter: BaseConverter) -> Any:
    """A value for one of Werkzeug's own converters."""
    match converter:
        case AnyConverter():
            return sorted(converter.items)[0]
        case UUIDConverter():
            return UUID
        case IntegerConverter() | FloatConverter():
            return number(converter)
        case PathConverter():
            return "a"
        case UnicodeConverter():
            return text(converter)
    return None


def number(converter: NumberConverter) -> Any:
    least = converter.min if converter.min is not None else 1
    most = converter.max if converter.max is not None else least
    return converter.num_convert(str(min(max(1, least), max(most, least))))


def text(converter: UnicodeConverter) -> str | None:
    """The shortest text of letters, as long as the converter wants it."""
    return next((t for t in ("a" * n for n in range(1, 65)) if fits(converter, t)), None)


def fits(converter: UnicodeConverter, value: str) -> bool:
    return re.fullmatch(converter.regex, value) is not None


def is_without_files(app: Flask, rule: Rule) -> bool:
    """Whether this serves a static folder that is not there: Flask has the route all the same."""
    return is_static(app, rule) and not os.path.isdir(folder_of(app, rule) or "")


def is_static(app: Flask, rule: Rule) -> bool:
    return str(rule.endpoint) == "static" or str(rule.endpoint).endswith(".static")


def folder_of(app: Flask, rule: Rule) -> str | None:
    """The folder that a static route serves."""
    blueprint = str(rule.endpoint).rpartition(".")[0]
    holder = app.blueprints.get(blueprint, app) if blueprint else app
    return holder.static_folder


def some_file(app: Flask, rule: Rule) -> str | None:
    """A file of the static folder that this route serves; the first by name."""
    folder = folder_of(app, rule) or ""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(where, name)
            if not name.startswith(".") and os.path.getsize(path) <= LARGEST_FILE:
                return os.path.relpath(path, folder).replace(os.sep, "/")
    return None


def host_of(app: Flask, domain: str) -> str | None:
    """The host to ask for, if the route is bound to one."""
    if app.url_map.host_matching:
        return domain or None
    server = app.config.get("SERVER_NAME")
    if domain and server:
        return f"{domain}.{server}"
    return None
