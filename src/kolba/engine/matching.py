"""Match paths to routes: a bound Werkzeug `Map`, compiled at one moment.

    matcher = compile_map(url_map, target)           # target(rule) -> what to hang on the rule
    found = matcher.find(domain, path, method, websocket)
    if found.__class__ is tuple:                     # a hit
        leaf, raw = found
        values = leaf.convert(raw)                   # needs no context if leaf.pure
        leaf.target, leaf.rule, leaf.plain
    else:                                            # a Miss
        raise found.error(adapter, query_args)

`domain` is the subdomain, or the host where host matching is on, as `MapAdapter.match` passes it;
`path` is "/" + path_info.lstrip("/") (or "" for an empty path_info); `method` is upper case.
If `leaf.plain` is False, or `convert` raises ValidationError, ask `matcher.match(adapter, ...)`
(or for the latter `raise matcher.refusal(...).error(adapter)`), which do what Werkzeug does.

What is read at every match, and so may change after the compile: `rule.methods`, `.websocket`,
`.strict_slashes`, `.merge_slashes`, `.defaults`, `map.merge_slashes`, attributes of converter
instances. What needs a new compile: `map.add`, `rule.bind` and `.refresh`, `rule.alias`,
`.redirect_to`, `.endpoint`, `.build_only`, methods patched on converter classes.

Invariant: what comes out is what `MapAdapter.match` of the same map would return or raise.
This module and `kolba.engine.urls` know Werkzeug only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urljoin

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, RequestRedirect, Rule, ValidationError
from werkzeug.routing.exceptions import WebsocketMismatch
from werkzeug.routing.matcher import StateMachineMatcher
from werkzeug.routing.rules import _simple_rule_re

from .urls.lasts import Last, last_parts
from .urls.leaves import Leaf
from .urls.settled import Unsettled, settled
from .urls.tree import Node, SlashRequired, copy_tree, walk
from .urls.unsupported import Unsupported, require_own

__all__ = ["Ending", "Leaf", "Matcher", "Miss", "Unsupported", "compile_map"]

T = TypeVar("T")
QueryArgs = Mapping[str, Any] | str | None

# https://url.spec.whatwg.org/#url-path-segment-string
_SAFE_IN_PATH = "!$&'()*+,/:;=@"


class Ending(Enum):
    """All that a match can come to, except a hit."""

    NOT_FOUND = "404"
    METHOD_NOT_ALLOWED = "405"
    WEBSOCKET_MISMATCH = "400"
    REDIRECT = "308"


@dataclass(frozen=True, slots=True)
class Miss:
    """Why nothing matched.

    Attributes:
        ending: which of the four.
        methods: of METHOD_NOT_ALLOWED, in Werkzeug's order of the Allow header.
        path: of REDIRECT, the path (not quoted) that would match.
    """

    ending: Ending
    methods: tuple[str, ...] = ()
    path: str = ""

    def error(self, adapter: MapAdapter | None, query_args: QueryArgs = None) -> HTTPException:
        """Return the exception that `adapter.match` would raise; only REDIRECT needs `adapter`."""
        error = self._error(adapter, query_args)
        error.__suppress_context__ = True  # Werkzeug raises it from None
        return error

    def _error(self, adapter: MapAdapter | None, query_args: QueryArgs) -> HTTPException:
        match self.ending:
            case Ending.NOT_FOUND:
                return NotFound()
            case Ending.METHOD_NOT_ALLOWED:
                return MethodNotAllowed(valid_methods=list(self.methods))
            case Ending.WEBSOCKET_MISMATCH:
                return WebsocketMismatch()
            case Ending.REDIRECT:
                if adapter is None:
                    raise TypeError(f"a redirect to {self.path!r} needs an adapter. Pass one.")
                if query_args is None:
                    query_args = adapter.query_args or {}
                path = quote(self.path, safe=_SAFE_IN_PATH)
                return RequestRedirect(adapter.make_redirect_url(path, query_args))


_NOT_FOUND = Miss(Ending.NOT_FOUND)

Hit = tuple[Leaf[T], tuple[str, ...]]


class Matcher(Generic[T]):
    """A compiled map; it never says anything else, so any number of threads may ask it."""

    __slots__ = ("_lasts", "_literal", "_pages", "_root", "_source", "_starts")

    def __init__(self, root: Node[T], source: StateMachineMatcher) -> None:
        self._root = root
        self._source = source
        # Of each literal domain: its paths without parameters, found by one look-up.
        self._literal: dict[str, dict[str, tuple[tuple[Rule, Hit[T]], ...]]] = {
            domain: _literal_paths(node) for domain, node in root.static.items()
        }
        # Made when first asked for, and once: hosts are the client's, and may be many.
        self._pages: dict[str, dict[str, tuple[T, ...]]] = {}
        self._lasts: dict[str, dict[str, Last[T]]] = {}
        # With literal domains alone, the walk may begin behind the domain.
        self._starts: Mapping[str, Node[T]] = {} if root.edges else root.static

    def find(self, domain: str, path: str, method: str, websocket: bool) -> Hit[T] | Miss:
        """Return (leaf, raw values), or the `Miss` that says what Werkzeug would raise."""
        paths = self._literal.get(domain)
        if paths is not None:
            # Werkzeug tries literal parts first, so a literal path that fits is its answer.
            for rule, hit in paths.get(path, ()):
                methods = rule.methods
                if (methods is None or method in methods) and rule.websocket == websocket:
                    return hit
        refused: list[Rule | None] = []
        try:
            found = self._search(domain, path, method, websocket, refused)
        except SlashRequired:
            return Miss(Ending.REDIRECT, path=f"{path}/")
        if found is not None:
            return found
        return self._missed(domain, path, method, websocket, refused)

    def pages(self, domain: str) -> dict[str, tuple[T, ...]]:
        """Return, for a literal domain, the paths that only plain rules without parameters answer.

        They are written as in PATH_INFO. What is found here `find` would find: the first whose
        rule's methods have the request's, if the request asks for no websocket.
        """
        known = self._pages.get(domain)
        if known is None and domain in self._literal:
            known = self._pages[domain] = {
                wire: tuple([leaf.target for _, (leaf, _) in hits])
                for path, hits in self._literal[domain].items()
                if (wire := _on_the_wire(path)) and all(_is_page(leaf) for _, (leaf, _) in hits)
            }
        return known or {}

    def lasts(self, domain: str) -> dict[str, Last[T]]:
        """Return, for a literal domain, the paths behind which one part is a parameter.

        They are written as in PATH_INFO, without the slash before that part.
        """
        known = self._lasts.get(domain)
        if known is None and domain in self._root.static:
            found = last_parts(self._root.static[domain])
            known = self._lasts[domain] = {
                wire[:-1]: last
                for path, last in found.items()
                if (wire := _on_the_wire(f"{path}/"))
            }
        return known or {}

    def refusal(self, domain: str, path: str, method: str, websocket: bool) -> Miss:
        """Return what a hit comes to whose conversion raised ValidationError."""
        refused: list[Rule | None] = []
        self._search(domain, path, method, websocket, refused)
        return _ending(refused)

    def match(
        self,
        adapter: MapAdapter,
        path_info: str | None = None,
        method: str | None = None,
        query_args: QueryArgs = None,
        websocket: bool | None = None,
    ) -> tuple[Rule, dict[str, Any]]:
        """Return, or raise, what `adapter.match(..., return_rule=True)` does."""
        if path_info is None:
            path_info = adapter.path_info
        if query_args is None:
            query_args = adapter.query_args or {}
        method = (method or adapter.default_method).upper()
        if websocket is None:
            websocket = adapter.websocket
        domain = adapter.server_name
        if not adapter.map.host_matching and adapter.subdomain is not None:
            domain = adapter.subdomain
        path = f"/{path_info.lstrip('/')}" if path_info else ""

        found = self.find(domain, path, method, websocket)
        if isinstance(found, Miss):
            raise found.error(adapter, query_args)
        leaf, raw = found
        try:
            values = leaf.convert(raw)
        except ValidationError:
            raise self.refusal(domain, path, method, websocket).error(adapter) from None
        rule = leaf.rule
        if not leaf.plain:
            _redirect_if_told(adapter, rule, values, f"{domain}|{path}", method, query_args)
        return rule, values

    def _search(
        self,
        domain: str,
        path: str,
        method: str,
        websocket: bool,
        refused: list[Rule | None],
    ) -> Hit[T] | None:
        node = self._starts.get(domain)
        if node is not None:
            return walk(node, path.split("/"), 0, (), method, websocket, refused)
        parts = [domain, *path.split("/")]
        return walk(self._root, parts, 0, (), method, websocket, refused)

    def _missed(
        self, domain: str, path: str, method: str, websocket: bool, refused: list[Rule | None]
    ) -> Miss:
        if not self._source.merge_slashes:
            return _ending(refused)
        if "//" not in path:
            # Werkzeug walks again and meets the same rules; twice matters to a set's order.
            return _ending(refused + refused)
        path = re.sub("/{2,}", "/", path)
        try:
            found = self._search(domain, path, method, websocket, refused)
        except SlashRequired:
            return Miss(Ending.REDIRECT, path=f"{path}/")
        if found is None or found[0].rule.merge_slashes is False:
            return _ending(refused)
        return Miss(Ending.REDIRECT, path=path)


def compile_map(url_map: Map, target: Callable[[Rule], T]) -> Matcher[T]:
    """Compile `url_map` as it is now, with `target(rule)` on each rule that can match.

    Raises:
        Unsupported: the map, or something in it, changes how matching works.
        Unsettled: a rule is half in it.
        RuntimeError: another thread added a route while Werkzeug sorted the map.
    """
    require_own(url_map, Map, ("update", "merge_slashes"))
    require_own(url_map._matcher, StateMachineMatcher, ("match", "add", "update"))
    with settled(url_map):
        return _compile_settled(url_map, target)


def _compile_settled(url_map: Map, target: Callable[[Rule], T]) -> Matcher[T]:
    leaf_of = {}
    for rules in url_map._rules_by_endpoint.copy().values():
        plain = True
        for rule in rules:
            if not rule.build_only:
                quiet = plain and not rule.alias and rule.redirect_to is None
                leaf_of[id(rule)] = Leaf(rule, target(rule), quiet)
            if _may_have_defaults(rule):
                # Rules behind this one may redirect to it.
                plain = False
    try:
        root = copy_tree(url_map._matcher._root, leaf_of)
    except KeyError as error:
        raise Unsettled("a rule was put into the matcher behind the map's back") from error
    return Matcher(root, url_map._matcher)


def _on_the_wire(path: str) -> str:
    """How a server writes this path of a rule in PATH_INFO; '' if it never leads there.

    SPEC: PEP 3333: its UTF-8 bytes, read as Latin-1. Slashes at the beginning count as one.
    """
    if path.startswith("//"):
        return ""
    try:
        return path.encode().decode("latin1")
    except UnicodeEncodeError:  # a surrogate, which no bytes are
        return ""


def _is_page(leaf: Leaf[T]) -> bool:
    rule = leaf.rule
    return leaf.plain and not rule.defaults and not rule.websocket and not rule._converters


def _may_have_defaults(rule: Rule) -> bool:
    if type(rule).provides_defaults_for is not Rule.provides_defaults_for:
        return True
    return bool(rule.defaults) and not rule.build_only


def _literal_paths(node: Node[T]) -> dict[str, tuple[tuple[Rule, Hit[T]], ...]]:
    paths: dict[str, tuple[tuple[Rule, Hit[T]], ...]] = {}
    stack = [(part, child) for part, child in node.static.items()]
    while stack:
        path, at = stack.pop()
        if at.leaves:
            paths[path] = tuple([(leaf.rule, (leaf, ())) for leaf in at.leaves])
        stack += [(f"{path}/{part}", child) for part, child in at.static.items()]
    return paths


def _ending(refused: list[Rule | None]) -> Miss:
    have_match_for: set[str] = set()
    mismatch = False
    for rule in refused:
        if rule is None:
            mismatch = True
        else:
            # The same updates in the same order as Werkzeug's give the set the same order.
            have_match_for.update(rule.methods or ())
    if have_match_for:
        return Miss(Ending.METHOD_NOT_ALLOWED, tuple(have_match_for))
    return Miss(Ending.WEBSOCKET_MISMATCH) if mismatch else _NOT_FOUND


def _redirect_if_told(
    adapter: MapAdapter,
    rule: Rule,
    values: dict[str, Any],
    place: str,
    method: str,
    query_args: Mapping[str, Any] | str,
) -> None:
    """Raise the redirect of an alias, of defaults or of `redirect_to`, in Werkzeug's order."""
    if rule.alias and rule.map.redirect_defaults:
        url = adapter.make_alias_redirect_url(place, rule.endpoint, values, method, query_args)
        raise RequestRedirect(url) from None
    if adapter.map.redirect_defaults:
        default_url = adapter.get_default_redirect(rule, method, values, query_args)
        if default_url is not None:
            raise RequestRedirect(default_url)
    if rule.redirect_to is not None:
        url = _redirect_target(adapter, rule, values)
        host = adapter.server_name
        if adapter.subdomain:
            host = f"{adapter.subdomain}.{host}"
        root = f"{adapter.url_scheme or 'http'}://{host}{adapter.script_name}"
        raise RequestRedirect(urljoin(root, url))


def _redirect_target(adapter: MapAdapter, rule: Rule, values: dict[str, Any]) -> str:
    if not isinstance(rule.redirect_to, str):
        assert rule.redirect_to is not None
        return rule.redirect_to(adapter, **values)

    def fill(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        return rule._converters[match.group(1)].to_url(value)

    return _simple_rule_re.sub(fill, rule.redirect_to)
