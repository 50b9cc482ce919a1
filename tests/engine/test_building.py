"""The compiled URL builders against Werkzeug's own, on the same maps."""

from __future__ import annotations

import uuid
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import BuildError, Map, MapAdapter, Rule

from kolba.engine.building import Unsupported, UrlIndex, compile_builders
from kolba.engine.urls import builders
from tests.fuzz import STEADY, examples

from .generated_maps import CONVERTERS, ENDPOINTS, draw_bind, draw_crowd, draw_map

Outcome = tuple[Any, ...]

SOME_UUID = uuid.UUID(int=7)
VALUES: tuple[Any, ...] = (
    *("a", "b", "x-y", "", "a/b", "/a", "//a", "a b", "é", "a&b=c#d?e", "\ud800", "%41", "1", "-1"),
    *(1, 2, 42, -5, 0, True, 1.5, Decimal("1.5"), 10**30, None, ["a", None], ("a", 1), {"a"}, []),
    *(SOME_UUID, Markup("<b>"), "ab", "A", "1-2", b"a"),
)
KEYS = ("v0", "v1", "v2", "d", "extra", "q", "é k", "self", "_")


def outcome(build: Any) -> Outcome:
    """Return all of a build that an app can see."""
    try:
        url = build()
    except BuildError as error:
        suggested = error.suggested and id(error.suggested)
        seen = (error.endpoint, error.values, error.method, id(error.adapter), suggested)
        return (BuildError, error.args, *seen)
    except Exception as error:
        return type(error), str(error)
    return type(url), url


def compare(index: UrlIndex, adapter: MapAdapter, *args: Any, **kwargs: Any) -> str | None:
    """Build both ways; return None, or what differs in words."""
    plain = outcome(lambda: adapter.build(*args, **kwargs))
    compiled = outcome(lambda: index.build(adapter, *args, **kwargs))
    if plain == compiled:
        return None
    return f"{adapter.map!r}\n{vars(adapter)}\n{args} {kwargs}\n{plain}\n{compiled}"


def draw_values(rng: Random, url_map: Map, endpoint: Any) -> Any:
    """Return values that often suffice for a rule of the endpoint."""
    values: dict[Any, Any] = {}
    rules = url_map._rules_by_endpoint.get(endpoint)
    if rules and rng.random() < 0.9:
        values = {name: rng.choice(VALUES) for name in sorted(rng.choice(rules).arguments)}
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        values[rng.choice(KEYS)] = rng.choice(VALUES)
    if rng.random() < 0.02:
        values[5] = "no keyword"
    match rng.randrange(12):
        case 0:
            return MultiDict(values)
        case 1:
            return ImmutableMultiDict([*values.items(), *values.items()])
        case 2 if not values:
            return None
    return values


def difference(rng: Random, builds: int = 12) -> str | None:
    """Draw a map and some builds; return the first difference in words."""
    drawn = draw_crowd(rng) if rng.random() < 0.1 else draw_map(rng)
    if drawn is None:
        return None
    url_map, specs = drawn
    index = compile_builders(url_map)
    endpoints = [*url_map._rules_by_endpoint, *ENDPOINTS, "unknown"]
    for _ in range(builds):
        endpoint = rng.choice(endpoints)
        adapter = url_map.bind(**draw_bind(rng, url_map.host_matching, rng.choice(specs)))
        values = draw_values(rng, url_map, endpoint)
        method = rng.choice((*[None] * 4, "GET", "POST", "get", ""))
        options: dict[str, Any] = {}
        if rng.random() < 0.2:
            options["force_external"] = rng.random() < 0.8
        if rng.random() < 0.2:
            options["append_unknown"] = rng.random() < 0.3
        if rng.random() < 0.2:
            options["url_scheme"] = rng.choice(("https", "http", "ws", "wss", "ftp", ""))
        if found := compare(index, adapter, endpoint, values, method, **options):
            return found
    return None


@settings(
    max_examples=examples(120),
    deadline=None,
    derandomize=STEADY,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.randoms(use_true_random=False))
def test_every_url_is_werkzeugs(rng: Random) -> None:
    """Whatever the map, endpoint and values, both build the same URL or raise the same."""
    assert difference(rng) is None


def test_many_random_urls_are_werkzeugs() -> None:
    """Thousands of builds from fixed seeds give Werkzeug's URLs."""
    for seed in range(250):
        assert (found := difference(Random(seed), 20)) is None, f"seed {seed}\n{found}"


def some_map() -> Map:
    """Return a map with one rule of each sort that is built differently."""
    return Map(
        [
            Rule("/", endpoint="index"),
            Rule("/item/<int:n>", endpoint="item", methods=["GET"]),
            Rule("/item/<int:n>", endpoint="saved", methods=["POST"]),
            Rule("/<path:name>", endpoint="file"),
            Rule("/users/", endpoint="users", defaults={"page": 1}),
            Rule("/users/<int:page>", endpoint="users"),
            Rule("/live", endpoint="live", websocket=True),
            Rule("/", endpoint="api", subdomain="api"),
            Rule("/", endpoint="home", subdomain="<user>"),
        ],
        converters=CONVERTERS,
    )


RELATIVE: list[tuple[str, Any, str | None, Any]] = [
    ("index", {}, None, ("", "/")),
    ("index", {"q": "a b", "none": None}, None, ("", "/?q=a+b")),
    ("item", {"n": 5}, None, ("", "/item/5")),
    ("item", {"n": "007"}, "GET", ("", "/item/7")),
    ("item", {"n": 5, "q": [1, 2]}, None, ("", "/item/5?q=1&q=2")),
    ("saved", {"n": 5}, None, ("", "/item/5")),
    ("file", {"name": "//a b"}, None, ("", "/a%20b")),
    ("file", {"name": Markup("a")}, None, ("", "/a")),
    ("users", {}, None, ("", "/users/")),
    ("users", {"page": 1}, None, ("", "/users/")),
    ("users", {"page": 2}, None, ("", "/users/2")),
    ("api", {}, None, ("api", "/")),
    ("home", {"user": "me"}, None, ("me", "/")),
    ("item", {}, None, None),
    ("item", {"n": None}, None, None),
    ("item", {"n": 5}, "POST", None),
    ("item", MultiDict({"n": 5}), None, None),
    ("index", {5: 5}, None, None),
    ("live", {}, None, None),
    ("unknown", {}, None, None),
]


@pytest.mark.parametrize(("endpoint", "values", "method", "built"), RELATIVE)
def test_a_url_is_built_without_an_adapter(
    endpoint: str, values: Any, method: str | None, built: Any
) -> None:
    """The table says what is known without a request, and None where Werkzeug is asked."""
    index = compile_builders(some_map())
    assert index.relative(endpoint, values, "GET", method) == built


@pytest.mark.parametrize("script_name", ["/", "/app", "/app/", "//x/"])
@pytest.mark.parametrize("subdomain", ["", "api", "me"])
def test_the_join_of_script_name_and_path_is_werkzeugs(script_name: str, subdomain: str) -> None:
    """What `relative`'s docstring promises of its result holds for every row of the table."""
    url_map = some_map()
    index = compile_builders(url_map)
    adapter = url_map.bind("x.org", script_name, subdomain)
    for endpoint, values, method, built in RELATIVE:
        assert compare(index, adapter, endpoint, values, method) is None
        if built is not None and built[0] == subdomain:
            joined = adapter.script_name.rstrip("/") + built[1]
            assert adapter.build(endpoint, values, method) == joined


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("rule", ["/<v>", "/a-<int:v>", "/<path:v>/b", "/<float:v>", "/<uuid:v>"])
def test_a_value_becomes_werkzeugs_text(value: Any, rule: str) -> None:
    """Each value, as a part of the path and in the query, is written or refused as there."""
    url_map = Map([Rule(rule, endpoint="one")])
    index, adapter = compile_builders(url_map), url_map.bind("x.org")
    assert compare(index, adapter, "one", {"v": value}) is None
    assert compare(index, adapter, "one", {"v": 1, "q": value, str(value): 1}) is None


@pytest.mark.parametrize("asked", [True, False])
def test_changes_of_a_rule_act_at_once(asked: bool) -> None:
    """Methods, converters and the order of parameters are those of the build, also of the first."""
    url_map = some_map()
    index, adapter = compile_builders(url_map), url_map.bind("x.org")
    if asked:
        assert index.relative("item", {"n": 5}, "GET") == ("", "/item/5")
    rule = next(url_map.iter_rules("item"))
    assert rule.methods is not None
    rule.methods.add("POST")
    assert index.relative("item", {"n": 5}, "GET", "POST") == ("", "/item/5")
    rule._converters["n"].fixed_digits = 3  # type: ignore[attr-defined]
    assert index.relative("item", {"n": 5}, "GET") == ("", "/item/005")
    rule._converters["n"].to_url = lambda value: "seven"  # type: ignore[method-assign]
    assert index.relative("item", {"n": 5}, "GET") == ("", "/item/seven")
    url_map.sort_parameters = True
    values = {"n": 5, "z": 1, "a": 2}
    assert index.relative("item", values, "GET") == ("", "/item/seven?a=2&z=1")
    assert compare(index, adapter, "item", values) is None


def test_builders_are_made_when_asked_for_and_once() -> None:
    """Of many endpoints few are built; names that there are not are not kept, being anybody's."""
    url_map = some_map()
    index = compile_builders(url_map)
    assert not index._ways
    for _ in range(2):
        assert index.relative("item", {"n": 5}, "GET") == ("", "/item/5")
        assert index.relative("no such", {}, "GET") is None
    assert [*index._ways] == ["item"]


def test_values_are_left_as_they_were() -> None:
    """Building changes neither the caller's dict nor its order."""
    values = {"q": None, "n": 5, "a": "b"}
    compile_builders(some_map()).relative("item", values, "GET")
    assert list(values.items()) == [("q", None), ("n", 5), ("a", "b")]


class SlowRule(Rule):
    """Overrides what a build calls."""

    def suitable_for(self, values: Any, method: str | None = None) -> bool:
        """Refuse the default method."""
        return method != "GET" and super().suitable_for(values, method)

    def build(self, values: Any, append_unknown: bool = True) -> Any:
        """Put something before the path."""
        domain, path = super().build(values, append_unknown) or ("", "")
        return domain, f"/slow{path}"


class OtherUpdate(Map):
    """Changes what a build begins with."""

    def update(self) -> None:
        """Do something else first."""
        super().update()


def test_an_overridden_rule_is_asked_and_an_overridden_map_refused() -> None:
    """A rule's own `build` and `suitable_for` act; a map's own `update` is named."""
    url_map = Map([Rule("/a/<x>", endpoint="a"), SlowRule("/b/<x>", endpoint="a")])
    url_map.add(SlowRule("/c", endpoint="c"))
    index, adapter = compile_builders(url_map), url_map.bind("x.org")
    for endpoint in "ac":
        for method in (None, "GET", "POST"):
            assert compare(index, adapter, endpoint, {"x": "1"}, method) is None
    with pytest.raises(Unsupported) as refused:
        compile_builders(OtherUpdate([]))
    assert refused.value.reason == "OtherUpdate.update replaces Map.update"


PLANTS: list[tuple[str, Any]] = [
    ("quote_text", str),
    ("query_of", lambda rule, values, used: ""),
    ("_QUERY_SAFE", ""),
    ("_PATH_SAFE", "/"),
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant[0])
def test_a_planted_mistake_is_found(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search above is not blind: a wrong piece in the builders makes it fail."""
    monkeypatch.setattr(builders, *plant)
    builders._factory.cache_clear()
    try:
        assert any(difference(Random(seed), 20) for seed in range(300))
    finally:
        builders._factory.cache_clear()
