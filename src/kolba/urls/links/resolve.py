"""Whether a link can be made: against the app's URL map, as far as constants tell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.routing import converters as stock

from kolba.urls.links.link import OPTIONS, UNKNOWN, Link
from kolba.urls.problems import Problem, at
from kolba.urls.static import folders

_STOCK = frozenset(stock.DEFAULT_CONVERTERS.values())


def problem(app: Flask, link: Link, certain: bool) -> Problem | None:
    """What is wrong with a link, or None."""
    if link.endpoint is None or (app.url_build_error_handlers and not link.endpoint):
        return None
    targets = endpoints(app, link.endpoint)
    if not targets:
        # A handler of build errors may know links that the map does not.
        return None if app.url_build_error_handlers else _unknown(app, link, certain)
    if (missing := _missing_file(app, link)) is not None:
        return missing
    whys = [_why_not(app, link, endpoint) for endpoint in targets]
    if None in whys or app.url_build_error_handlers:
        return None
    why = str(whys[0])
    return _problem("link-arguments", link, why, "Give it what the route needs", certain)


def endpoints(app: Flask, written: str) -> list[str]:
    """The endpoints that a link may mean; `.name` is one of whatever blueprint it runs in."""
    known = app.url_map._rules_by_endpoint
    if not written.startswith("."):
        return [written] if written in known else []
    return [e for e in known if isinstance(e, str) and f".{e}".endswith(written)]


def _unknown(app: Flask, link: Link, certain: bool) -> Problem:
    written = str(link.endpoint)
    known = [e for e in app.url_map._rules_by_endpoint if isinstance(e, str)]
    near = difflib.get_close_matches(written, known, n=1, cutoff=0.5)
    mend = f"Did you mean {near[0]!r}?" if near else "Register a route of that name, or mend it"
    return _problem("unknown-endpoint", link, f"there is no endpoint {written!r}", mend, certain)


def _missing_file(app: Flask, link: Link) -> Problem | None:
    """A constant link to a static file that is not there: the page is shown without it."""
    endpoint, filename = str(link.endpoint), link.values.get("filename")
    scaffold = folders.owner(app, endpoint)
    if scaffold is None or not isinstance(filename, str):
        return None
    if folders.exists(app, endpoint, filename):
        return None
    if folders.is_folder(scaffold.static_folder, filename):
        return None
    merged = re.sub("/+", "/", filename).lstrip("/")
    if app.url_map.merge_slashes and folders.exists(app, endpoint, merged):
        why = f"the file is {merged!r}: each visitor is redirected to it"
        return _problem("missing-static-file", link, why, f"Write {merged!r}", False)
    why = f"there is no file {filename!r} in {scaffold.static_folder!r}"
    return _problem("missing-static-file", link, why, "Put it there, or mend the name", False)


def _problem(code: str, link: Link, why: str, mend: str, certain: bool) -> Problem:
    where = at(link.file, link.line)
    certain = certain and not link.guarded
    return Problem(code, f"{where}: {link.text}: {why}", mend, certain, subject=where)


def _why_not(app: Flask, link: Link, endpoint: str) -> str | None:
    """Why no rule of the endpoint can be built from the arguments, or None if one can."""
    rules: list[Rule] = app.url_map._rules_by_endpoint[endpoint]
    given = {name: value for name, value in link.values.items() if name not in OPTIONS}
    if link.open or _defaults_may_fill(app, endpoint):
        return next(iter(_unconvertible(rules, given)), None)
    suitable = [rule for rule in rules if not _lacking(rule, given)]
    if not suitable:
        fewest: list[str] = min((_lacking(rule, given) for rule in rules), key=len)
        names = ", ".join(map(repr, fewest))
        return f"the route {rules[0].rule} needs {names} too"
    return next(iter(_unconvertible(suitable, given)), None)


def _lacking(rule: Rule, given: dict[str, Any]) -> list[str]:
    return sorted(rule.arguments - given.keys() - set(rule.defaults or ()))


def _defaults_may_fill(app: Flask, endpoint: str) -> bool:
    names = endpoint.split(".")[:-1]
    scopes = {None, *(".".join(names[: n + 1]) for n in range(len(names)))}
    functions = [f for scope in scopes for f in app.url_default_functions.get(scope, ())]
    return any(not getattr(f, "_kolba_static", False) for f in functions)


def _unconvertible(rules: Iterable[Rule], given: dict[str, Any]) -> list[str]:
    """Why each rule refuses a constant; empty as soon as one rule takes them all."""
    whys: list[str] = []
    for rule in rules:
        why = next((w for w in (_refused(rule, *item) for item in given.items()) if w), None)
        if why is None:
            return []
        whys.append(why)
    return whys


def _refused(rule: Rule, name: str, value: Any) -> str | None:
    converter = rule._converters.get(name)
    if value is UNKNOWN or converter is None or type(converter) not in _STOCK:
        return None
    if value is None:
        return f"{name!r} is None, and the route {rule.rule} needs it"
    try:
        converter.to_url(value)
    except (TypeError, ValueError, AttributeError):
        return f"{name}={value!r} is not what the route {rule.rule} takes"
    return None
