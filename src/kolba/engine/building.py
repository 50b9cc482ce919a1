"""Build URLs from endpoints: a bound Werkzeug `Map`, compiled at one moment.

    index = compile_builders(url_map)
    index.relative(endpoint, values, default_method, method) -> (domain part, path) | None
    index.build(adapter, endpoint, values, ...)              # what adapter.build(...) returns

Read at every build: `rule.methods`, attributes of converter instances, `map.sort_parameters` and
`.sort_key`. What needs a new compile: `map.add`, `rule.bind` and `.refresh`, `rule.websocket`,
`.defaults`, `.arguments`, `map.host_matching`, methods patched on classes of rules or converters.

Invariant: what comes out is what `MapAdapter.build` of the same map would return or raise.
This module and `kolba.engine.urls` know Werkzeug only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.routing import Map, MapAdapter, Rule

from .urls.builders import Attempt, Built, make_attempt
from .urls.settled import settled
from .urls.unsupported import Unsupported, require_own

__all__ = ["Built", "Unsupported", "UrlIndex", "compile_builders"]

Way = Callable[[dict[str, Any], str, str | None], Built | tuple[()] | None]

# As it was when Kolba was imported: whoever patches MapAdapter.build to come here must not be
# asked by us again.
_ask_werkzeug = MapAdapter.build
_SECURE = frozenset(("https", "wss"))


class UrlIndex:
    """The builders of all endpoints; it never says anything else, so many threads may ask it."""

    __slots__ = ("_host_matching", "_rules", "_ways")

    def __init__(self, rules: Mapping[Any, Rule | tuple[Rule, ...]], host_matching: bool) -> None:
        self._rules = rules
        # PERF: made when first asked for: of many endpoints few are. A third of what 10,000
        # routes cost to compile (python -m bench --only growth).
        self._ways: dict[Any, Way] = {}
        self._host_matching = host_matching

    def _way_to(self, endpoint: Any) -> Way | None:
        rules = self._rules.get(endpoint)
        if rules is None:
            return None
        several = rules if isinstance(rules, tuple) else (rules,)
        way = self._ways[endpoint] = _way(several, self._host_matching)
        return way

    def relative(
        self,
        endpoint: Any,
        values: Mapping[str, Any],
        default_method: str,
        method: str | None = None,
    ) -> Built | None:
        """Return (domain part, path with query), or None: ask the adapter.

        The path begins with exactly one slash. Exceptions of converters pass through.

        `adapter.build(endpoint, values, method, force_external, url_scheme=scheme)` returns
        `adapter.script_name.rstrip("/") + path` exactly when this is not None, `force_external`
        is false, and the domain part equals `adapter.subdomain` (with host matching:
        `adapter.server_name`); the scheme then does not matter. `default_method` must be
        `adapter.default_method`. In every other case with a result the URL is absolute:
        `scheme://host + script_name.rstrip("/") + path`, see `build`.

        None comes for unknown endpoints and missing values (the adapter raises BuildError with
        its suggestion), websocket rules (their URLs are absolute with a scheme of their own),
        values that are not a plain dict, and several rules under host matching.
        """
        way = self._ways.get(endpoint) or self._way_to(endpoint)
        if way is None or values.__class__ is not dict:
            return None
        return way(values, default_method, method) or None

    def build(
        self,
        adapter: MapAdapter,
        endpoint: Any,
        values: Mapping[str, Any] | None = None,
        method: str | None = None,
        force_external: bool = False,
        append_unknown: bool = True,
        url_scheme: str | None = None,
    ) -> str:
        """Return, or raise, what `adapter.build` with the same arguments does."""
        built = None
        if append_unknown:
            built = self.relative(endpoint, values or {}, adapter.default_method, method)
        if built is None:
            return _ask_werkzeug(
                adapter, endpoint, values, method, force_external, append_unknown, url_scheme
            )
        domain, path = built
        here = adapter.server_name if self._host_matching else adapter.subdomain
        if not force_external and domain == here:
            return f"{adapter.script_name.rstrip('/')}{path}"
        scheme = adapter.url_scheme if url_scheme is None else url_scheme
        if scheme:
            scheme = "https:" if scheme in _SECURE else "http:"
        return f"{scheme}//{adapter.get_host(domain)}{adapter.script_name[:-1]}{path}"


def compile_builders(url_map: Map) -> UrlIndex:
    """Compile the builders of all endpoints of `url_map` as it is now.

    Raises:
        Unsupported: the map changes how building works.
        RuntimeError: another thread added a route while Werkzeug sorted the map.
    """
    require_own(url_map, Map, ("update",))
    host_matching = url_map.host_matching
    with settled(url_map):
        by_endpoint = {
            endpoint: rules[0] if len(rules) == 1 else tuple(rules)
            for endpoint, rules in url_map._rules_by_endpoint.copy().items()
        }
    return UrlIndex(by_endpoint, host_matching)


def _way(rules: Sequence[Rule], host_matching: bool) -> Way:
    if len(rules) == 1 and not rules[0].websocket:
        attempt, written = make_attempt(rules[0])
        # One rule that does not care for the method: trying it twice changes nothing.
        return attempt if written else _first_of([(rules[0], attempt)])
    if host_matching or any(rule.websocket for rule in rules):
        return _ask
    return _first_of([(rule, make_attempt(rule)[0]) for rule in rules])


def _ask(values: dict[str, Any], default_method: str, method: str | None) -> None:
    return None


def _first_of(attempts: Sequence[tuple[Rule, Attempt]]) -> Way:
    def build(
        values: dict[str, Any], default_method: str, method: str | None
    ) -> Built | tuple[()] | None:
        # Without a method, Werkzeug tries all rules with the default one, then with none.
        for wanted in (default_method, None) if method is None else (method,):
            for _, attempt in attempts:
                built = attempt(values, default_method, wanted)
                if built is None or built:
                    return built
        return None

    return build
