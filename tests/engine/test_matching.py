"""The compiled matcher against Werkzeug's own, on the same maps."""

from __future__ import annotations

import gc
import re
import sys
import threading
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import IntegerConverter, Map, MapAdapter, RequestRedirect, Rule
from werkzeug.routing.matcher import StateMachineMatcher

from kolba.engine.matching import Ending, Matcher, Miss, Unsupported, compile_map
from kolba.engine.urls import affixes, edges, tree
from tests.fuzz import STEADY, examples

from .generated_maps import (
    CONVERTERS,
    METHODS,
    draw_bind,
    draw_crowd,
    draw_map,
    draw_path,
)

Outcome = tuple[Any, ...]


def outcome(match: Any) -> Outcome:
    """Return all of a match that an app can see."""
    try:
        rule, values = match()
    except Exception as error:
        seen = (type(error), str(error), getattr(error, "code", None))
        if isinstance(error, RequestRedirect):
            return (*seen, error.new_url)
        if isinstance(error, MethodNotAllowed):
            return (*seen, error.valid_methods)
        return seen
    return id(rule), [(name, type(value), value) for name, value in values.items()]


def compare(matcher: Matcher[Any], adapter: MapAdapter, **arguments: Any) -> str | None:
    """Match both ways; return None, or what differs in words."""
    plain = outcome(lambda: adapter.match(return_rule=True, **arguments))
    compiled = outcome(lambda: matcher.match(adapter, **arguments))
    if plain == compiled:
        return None
    return f"{adapter.map!r}\n{vars(adapter)}\n{arguments}\n{plain}\n{compiled}"


def difference(rng: Random, requests: int = 8) -> str | None:
    """Draw a map and some requests; return the first difference in words."""
    drawn = draw_crowd(rng) if rng.random() < 0.2 else draw_map(rng)
    if drawn is None:
        return None
    url_map, specs = drawn
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    for _ in range(requests):
        spec = rng.choice(specs)
        adapter = url_map.bind(**draw_bind(rng, url_map.host_matching, spec))
        arguments = {
            "path_info": draw_path(rng, spec),
            "method": rng.choice((*[None] * 6, *METHODS)),
            "query_args": rng.choice((None, None, "z=1", {"z": 1})),
            "websocket": rng.choice((*[None] * 8, True, False)),
        }
        if found := compare(matcher, adapter, **arguments):
            return found
    return None


@settings(
    max_examples=examples(120),
    deadline=None,
    derandomize=STEADY,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.randoms(use_true_random=False))
def test_every_match_is_werkzeugs(rng: Random) -> None:
    """Whatever the map, path, method and host, both matchers return or raise the same."""
    assert difference(rng) is None


@pytest.mark.parametrize("small", [affixes.SMALL, 0], ids=["plain", "all-indexed"])
def test_many_random_matches_are_werkzeugs(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of requests from fixed seeds match as in Werkzeug, also with every node indexed."""
    monkeypatch.setattr(affixes, "SMALL", small)
    monkeypatch.setattr(tree, "SMALL", small)
    for seed in range(150):
        assert (found := difference(Random(seed), 20)) is None, f"seed {seed}\n{found}"


def rules_of(*texts: str, **options: Any) -> Map:
    """Return a map of these rules, each with its text as endpoint."""
    return Map([Rule(text, endpoint=text) for text in texts], converters=CONVERTERS, **options)


CASES: list[tuple[str, list[str], str]] = [
    ("a static way that ends in a dead end goes back", ["/a/b/c", "/<x>/b/d"], "/a/b/d"),
    ("the lighter converter wins, whatever the order", ["/<x>", "/<int:x>"], "/12"),
    ("a failed conversion is final", ["/<int(max=5):x>", "/<x>"], "/9"),
    ("so is one of 5,000 digits", ["/<int:x>", "/<x>"], "/" + "9" * 5000),
    ("a digit of any script is a digit", ["/<int:x>"], "/٣٤"),
    ("a superscript is none", ["/<int:x>", "/<x>"], "/²"),
    ("a line feed is no part of an int", ["/<int:x>", "/<x>"], "/1\n"),
    ("a path may begin with a line feed only", ["/<path:x>"], "/\na"),
    ("and not hold one later", ["/<path:x>"], "/a\nb"),
    ("an empty part is no string", ["/<x>/b"], "//b"),
    ("slashes are merged by a redirect", ["/a/b"], "/a//b"),
    ("but not for what matches as it is", ["/<path:x>"], "/a//b"),
    ("a missing slash is added", ["/a/"], "/a"),
    ("also behind a path", ["/<path:x>/"], "/a/b"),
    ("also behind merged slashes", ["/a/b/"], "/a//b"),
    ("an empty path is the root", ["/"], ""),
    ("the literal that is longer is no trap", ["/p1<int:x>", "/p<int:x>"], "/p12"),
    ("a suffix that overlaps its prefix", ["/ab<x>b", "/<x>"], "/ab"),
    ("a converter that breaks out of its group", ["/p<loose:x>-q", "/<x>"], "/b-q"),
    ("a rule that names a value twice", ["/<x>/<x>"], "/a/b"),
]


@pytest.mark.parametrize(("rules", "path"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_case_once_thought_hard_is_werkzeugs(
    rules: list[str], path: str, strict: bool, method: str
) -> None:
    """Each line of the table matches, or fails, as in Werkzeug."""
    url_map = Map(strict_slashes=strict, converters=CONVERTERS)
    for text in rules:
        # Only a default makes a second use of a name valid.
        defaults = {"x": "a"} if text.count("<x>") == 2 else None
        url_map.add(Rule(text, endpoint=text, methods=["GET"], defaults=defaults))
    matcher = compile_map(url_map, lambda rule: None)
    adapter = url_map.bind("x.org")
    assert compare(matcher, adapter, path_info=path, method=method) is None


@pytest.mark.parametrize("prefix", ["p", "p1", ""])
@pytest.mark.parametrize("suffix", ["", "-x", "x"])
def test_a_crowded_node_matches_in_werkzeugs_order(prefix: str, suffix: str) -> None:
    """An index of literals of one length, of many and of none finds what a plain loop finds."""
    texts = [f"/{prefix}{i}{mark}<x>{suffix}{j}" for i in range(12) for j in "ab" for mark in "-_"]
    url_map = rules_of(*texts, "/<x>", "/<path:x>/b", "/p<int:x>", "/<shout:x>-xa")
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    adapter = url_map.bind("x.org")
    for i in range(12):
        for path in (f"{prefix}{i}-1{suffix}a", f"{prefix}{i}-", f"p{i}", f"{i}/b", "A-xa"):
            assert compare(matcher, adapter, path_info=path) is None


def test_every_decimal_of_unicode_is_an_int_part() -> None:
    r"""The test that replaces `\d+` agrees with it on all code points."""
    digit = re.compile(r"\d+\Z")
    characters = map(chr, range(sys.maxunicode + 1))
    assert all((digit.match(c) is not None) == c.isdecimal() for c in characters)


def test_a_405_lists_methods_in_werkzeugs_order() -> None:
    """The Allow header is the same text, though it comes out of a set."""
    letters = [chr(ord("A") + i) * 3 for i in range(26)]
    url_map = Map([Rule("/<x>", methods=letters[i : i + 4]) for i in range(0, 24, 3)])
    matcher = compile_map(url_map, lambda rule: None)
    for merge in (True, False):
        url_map.merge_slashes = merge
        assert compare(matcher, url_map.bind("x.org"), path_info="/a", method="ZZ") is None


def test_changes_of_a_rule_act_at_once() -> None:
    """Methods, slashes and websocket are those of the moment of the match."""
    url_map = rules_of("/a/", "/b/<int:x>/", "/c//d")
    matcher = compile_map(url_map, lambda rule: None)
    adapter = url_map.bind("x.org")

    def agree() -> None:
        for path in ("/a", "/a/", "/b/1", "/b/1/", "//a/", "/c/d"):
            for method in ("GET", "PUT"):
                assert compare(matcher, adapter, path_info=path, method=method) is None

    changes: list[tuple[str, Any]] = [
        ("methods", {"GET"}),
        ("strict_slashes", False),
        ("merge_slashes", False),
        ("websocket", True),
    ]
    for name, value in changes:
        for rule in url_map.iter_rules():
            setattr(rule, name, value)
        agree()
    for rule in url_map.iter_rules():
        assert rule.methods is not None
        rule.methods.add("PUT")
        rule.websocket = False
    agree()
    url_map.merge_slashes = False
    agree()


@pytest.mark.parametrize("asked", [True, False])
def test_a_converter_patched_later_acts(asked: bool) -> None:
    """`to_python` and a number's limits are those of the converter's moment, also of the first."""
    url_map = rules_of("/<int:x>", "/a/<y>")
    matcher = compile_map(url_map, lambda rule: None)
    adapter = url_map.bind("x.org")
    number, text = [next(iter(rule._converters.values())) for rule in url_map.iter_rules()]
    if asked:
        assert matcher.match(adapter, "/4")[1] == {"x": 4}
        assert matcher.match(adapter, "/a/b")[1] == {"y": "b"}
    number.max = 3
    assert compare(matcher, adapter, path_info="/4") is None
    number.to_python = lambda value: [value]
    text.to_python = str.upper
    for path, values in [("/4", {"x": ["4"]}), ("/a/b", {"y": "B"})]:
        assert matcher.match(adapter, path)[1] == values
        assert compare(matcher, adapter, path_info=path) is None


def test_a_leaf_tells_what_may_run_early() -> None:
    """Own converters need their context, Werkzeug's do not; a plain leaf is the whole answer."""
    url_map = rules_of("/", "/i/<int:x>/<y>/<uuid:z>", "/e/<even:x>", "/s/<shout:x>")
    url_map.add(Rule("/to", endpoint="to", redirect_to="/"))
    leaves = {}
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    for path in ("/", "/i/1/a/" + "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "/e/2", "/s/A", "/to"):
        found = matcher.find("", path, "GET", False)
        assert not isinstance(found, Miss)
        leaves[found[0].target] = found[0]
    assert [leaf.pure for leaf in leaves.values()] == [True, True, False, True, True]
    assert [leaf.plain for leaf in leaves.values()] == [True, True, True, True, False]


def test_a_miss_is_told_without_an_adapter() -> None:
    """404 and 405 need no adapter; a redirect names the path that would match."""
    matcher = compile_map(rules_of("/a/"), lambda rule: None)
    missing = matcher.find("", "/b", "GET", False)
    assert isinstance(missing, Miss) and isinstance(missing.error(None), NotFound)
    slash = matcher.find("", "//a", "GET", False)
    assert isinstance(slash, Miss)
    assert (slash.ending, slash.path) == (Ending.REDIRECT, "/a/")
    with pytest.raises(TypeError, match="needs an adapter"):
        slash.error(None)


def test_a_match_leaves_no_cyclic_garbage() -> None:
    """Hits and misses are freed by their reference counts alone."""
    matcher = compile_map(rules_of("/a/<int:x>", "/b/<path:x>/c", "/d/"), lambda rule: None)
    paths = ("/a/1", "/b/x/y/c", "/nope", "/d", "//a/1")
    gc.collect()
    gc.disable()
    try:
        for path in paths * 10:
            matcher.find("", path, "GET", False)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_threads_share_one_matcher() -> None:
    """Eight threads that compile expressions at the same time get right answers only."""
    url_map = rules_of(*[f"/p{i}-<float:x>-<float:y>" for i in range(50)])
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    wrong: list[int] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        for i in range(50):
            found = matcher.find("", f"/p{i}-1.5-2.5", "GET", False)
            if isinstance(found, Miss) or found[1] != ("1.5", "2.5"):
                wrong.append(i)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


class OtherUpdate(Map):
    """Changes what a match begins with."""

    def update(self) -> None:
        """Do something else first."""
        super().update()


class OtherMatcher(StateMachineMatcher):
    """Changes the machine."""

    def match(self, *args: Any, **kwargs: Any) -> Any:
        """Match differently."""
        return super().match(*args, **kwargs)


class QuietMap(Map):
    """Overrides nothing of matching."""

    extra = 1


class QuietRule(Rule):
    """Overrides how a rule is made, and nothing that a match calls."""

    def get_empty_kwargs(self) -> Any:
        """Return the same."""
        return super().get_empty_kwargs()


def test_what_matches_differently_is_refused_with_a_reason() -> None:
    """A replaced method is named; a subclass that replaces nothing relevant is compiled."""
    with pytest.raises(Unsupported) as refused:
        compile_map(OtherUpdate([]), lambda rule: None)
    assert refused.value.reason == "OtherUpdate.update replaces Map.update"
    other = Map([])
    other._matcher = OtherMatcher(True)
    with pytest.raises(Unsupported, match=r"OtherMatcher\.match replaces"):
        compile_map(other, lambda rule: None)
    other._matcher = StateMachineMatcher(True)
    other._matcher.match = lambda *args: None  # type: ignore[method-assign,assignment]
    with pytest.raises(Unsupported, match="on the instance"):
        compile_map(other, lambda rule: None)
    quiet = QuietMap([QuietRule("/<int:x>", endpoint="x")])
    matcher = compile_map(quiet, lambda rule: None)
    assert compare(matcher, quiet.bind("x.org"), path_info="/1") is None


def accept_empty(self: Any, text: str) -> tuple[str, ...]:
    """Forget that a string is never empty."""
    return (text[len(self.head) : len(text) - len(self.tail)],)


PLANTS: list[tuple[Any, str, Any]] = [
    (edges.TextEdge, "take", accept_empty),
    (edges.IntEdge, "take", lambda self, text: (text,) if text.isdigit() else None),
    (edges.PathEdge, "take", lambda self, text: (text,) if text else None),
    (tree, "_with_slash", lambda *args: None),
    (tree.EdgeIndex, "fitting", lambda self, parts, at: ()),
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant[1])
def test_a_planted_mistake_is_found(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search above is not blind: a wrong piece in the matcher makes it fail."""
    monkeypatch.setattr(*plant)
    assert any(difference(Random(seed), 20) for seed in range(300))


def test_integers_are_werkzeugs_own() -> None:
    """A subclass of the int converter keeps what it changed."""

    class Doubled(IntegerConverter):
        def to_python(self, value: str) -> int:
            return 2 * int(value)

    class Hex(IntegerConverter):
        regex = "[0-9a-f]+"
        num_convert = staticmethod(lambda value: int(value, 16))

    url_map = Map(converters={"doubled": Doubled, "hex": Hex})
    url_map.add(Rule("/<doubled:x>/<hex:y>"))
    matcher = compile_map(url_map, lambda rule: None)
    assert compare(matcher, url_map.bind("x.org"), path_info="/4/ff") is None
