"""The plan: what compile decided and run obeys. Values only, nothing of a request in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from kolba.engine.building import UrlIndex
    from kolba.engine.classes import Look
    from kolba.engine.counters import Count
    from kolba.engine.late import LateSessions
    from kolba.engine.matching import Matcher
    from kolba.engine.sessions import CookieSessions
    from kolba.engine.urls.lasts import Last


class Piece(StrEnum):
    """All that can be left to Flask's own code; `docs/fallbacks.md` explains each."""

    APP = "whole application"
    CONTEXT = "request context"
    DISPATCH = "dispatch"
    MATCHING = "matching"
    REQUEST = "request"
    APP_CONTEXT = "app context"
    SESSION = "session"
    HOOKS = "hooks"
    VIEW = "view"
    ASYNC = "async"
    FINALIZE = "finalize"
    MAKE_RESPONSE = "make response"
    PROCESS_RESPONSE = "process response"
    ANSWER = "answer"
    TEARDOWN = "teardown"
    POP = "end of the context"


@dataclass(frozen=True, slots=True)
class Fallback:
    """One piece of a request that is left to Flask's own code, and why."""

    piece: Piece
    reason: str

    def __str__(self) -> str:
        return f"{self.piece}: {self.reason}"


@dataclass(slots=True)
class RoutePlan:
    """One rule of the map, with everything about it that no request changes.

    Attributes:
        rule: Werkzeug's rule.
        endpoint: its endpoint.
        before: the scopes of hooks that run before the view: the app's, the blueprints'.
        after: the scopes of hooks that run after it, in reverse.
        view: the view, once it is known to be a function that can be called as it is.
        code: what that was known of: anybody may give a function another one.
    """

    rule: Rule
    endpoint: Any
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]
    view: Any = None
    code: Any = None


@dataclass(frozen=True, slots=True)
class MapIndex:
    """What is compiled from one `werkzeug.routing.Map`; kept with the map.

    `routes` finds the plan of a rule by the rule's id. It holds while the map has
    this `mark` and the classes of Werkzeug's routing have these `values`. `reason`
    says why there is no matcher, where there is none.
    """

    matcher: Matcher[RoutePlan] | None
    urls: UrlIndex | None
    routes: dict[int, RoutePlan]
    values: tuple[object, ...] = ()
    reason: str = ""
    mark: object = None


@dataclass(frozen=True, slots=True)
class Bind:
    """What a `Host` header means to one app: the parts of its URL adapter.

    Attributes:
        host: `request.host`.
        server_name: the adapter's.
        subdomain: the adapter's.
        domain: the part that rules are matched against.
        here: the part that a URL must have to be relative.
        pages: the routes without parameters, by PATH_INFO.
        lasts: the routes with one parameter, their last part, by what PATH_INFO has before it.
    """

    host: str
    server_name: str
    subdomain: str | None
    domain: str
    here: str | None
    pages: dict[str, tuple[RoutePlan, ...]]
    lasts: dict[str, Last[RoutePlan]]


# PERF: a tuple, not a dataclass: one is made for each request.
# What its host means, or None if Flask's own code makes its URL adapter; the route, or None
# as long as it is not known; the view's arguments, None if it has none, or, before they are
# converted in the context by converters of the app's own, the leaf and the raw values; the
# routing error, or None.
Place = tuple[Any, RoutePlan | None, Any, Any]
NOWHERE: Place = (None, None, None, None)


@dataclass(slots=True)
class AppPlan:
    """How one app's requests run, until something it was compiled from changes.

    `token`, `attributes` and `seen` say for which state of the world it holds:
    `seen` is what `look` gave for `looked_at`, which changes whenever one of `classes`
    does, whose attributes were `values`.
    `own_*` says which pieces of a request are Kolba's (True) or left to Flask's
    own code (False); `fallbacks` say why. `whole`, if not empty, is why nothing
    is Kolba's; `by_flask`, if not empty, why its requests count as fallbacks: so
    much is Flask's that the engine is not what runs them. `own_text` says that text
    from a view may be sent without a response; `own_quiet`, that nothing but hooks and
    receivers would look at it; `plain`, that all of it is Kolba's; `reads_cookies`,
    that opening the session reads `request.cookies`. A hook of type `sync_type`, coroutine
    functions aside, is called as it is. `urls`, if not None, builds links; `own_json`, that
    nothing tells how often a provider asks whether the app is in debug mode.
    """

    token: object
    attributes: int
    classes: tuple[type, ...]
    looked_at: tuple[type, ...]
    look: Look
    seen: object
    values: tuple[object, ...]
    whole: str
    by_flask: str
    fallbacks: tuple[Fallback, ...]
    index: MapIndex
    url_map: Any
    urls: UrlIndex | None
    lean: bool
    own_context: bool
    own_pop: bool
    own_app_context: bool
    own_match: bool
    own_full_dispatch: bool
    own_preprocess: bool
    own_dispatch: bool
    own_finalize: bool
    own_make_response: bool
    own_process_response: bool
    own_teardown_request: bool
    own_teardown_appcontext: bool
    own_ensure_sync: bool
    sync_type: Any
    own_options: bool
    own_response: bool
    own_text: bool
    own_quiet: bool
    own_json: bool
    plain: bool
    close_request: bool
    remembers_hosts: bool
    count: Count
    sessions: CookieSessions | LateSessions | None
    plain_queries: Callable[[str], bool] | None
    reads_cookies: bool
    request_class: Any
    response_class: Any
    json: Any
    app_bind: tuple[str, str, str] | None
    content_type: tuple[str, str]
    binds: dict[str, dict[str, Bind]]
