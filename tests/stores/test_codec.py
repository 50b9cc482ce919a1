"""Values to bytes and back: equal and of the same type, or an error that names the place."""

from __future__ import annotations

import contextlib
import math
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from kolba.stores import CannotRead, CannotStore, decode, encode
from kolba.stores.codec import MAX_DEPTH
from tests.fuzz import examples

TEXT = st.text(st.characters(exclude_categories=())) | st.sampled_from([" tuple", " dict", " x"])
ZONES = st.none() | st.just(UTC) | st.sampled_from(["Europe/Moscow", "Europe/Berlin"]).map(ZoneInfo)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | TEXT
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=ZONES)
    | st.timedeltas()
    | TEXT.map(Markup)
)
HASHABLE = st.recursive(
    SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(TEXT, inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.tuples(inner, inner)
        | st.sets(HASHABLE, max_size=3)
        | st.frozensets(HASHABLE, max_size=3)
    ),
    max_leaves=8,
)


def types(value: Any) -> Any:
    """The types of a value and of all that is in it, in no order of sets."""
    if isinstance(value, dict):
        return dict, [(types(k), types(v)) for k, v in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [types(part) for part in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(str(types(part)) for part in value)
    return type(value)


@settings(max_examples=examples(60), deadline=None)
@given(VALUES)
def test_what_goes_in_comes_out(value: Any) -> None:
    """Any value of the known types comes back equal, of the same types all through."""
    back = decode(encode(value))
    assert back == value
    assert types(back) == types(value)


@settings(max_examples=examples(40), deadline=None)
@given(VALUES)
def test_equal_bytes_for_what_came_back(value: Any) -> None:
    """Encoding what was decoded gives the same bytes: nothing seems changed that is not."""
    data = encode(value)
    assert encode(decode(data)) == data


def test_the_forms_that_stores_rely_on() -> None:
    """An int is its decimal, a list a compact array, whatever is in it."""
    assert encode(-42) == b"-42"
    assert encode([]) == b"[]"
    assert encode([1, "a", (2,)]) == b'[1,"a",{" tuple":[2]}]'
    parts = [1, "]", {"a": [None]}, Decimal("1.0")]
    assert encode(parts) == b"[" + b",".join(map(encode, parts)) + b"]"


@pytest.mark.parametrize("value", [math.inf, -math.inf, 10**4000, -(2**64), 1e308, 5e-324, -0.0])
def test_numbers_at_the_edge(value: float) -> None:
    """Infinities, large ints and denormals come back as they were, with their sign."""
    back = decode(encode(value))
    assert (back, str(back)[:1]) == (value, str(value)[:1])
    assert type(back) is type(value)


def test_not_a_number() -> None:
    """NaN stays NaN, a float and a Decimal."""
    assert math.isnan(decode(encode(math.nan)))
    assert decode(encode(Decimal("NaN"))).is_nan()


@pytest.mark.parametrize("text", ["\ud800", "\ud83d\ude00", "\x00", "😀", "\u2028", '"\\/\n'])
def test_odd_text(text: str) -> None:
    """Lone surrogates, also two that would make a pair, and control characters come back."""
    for value in (text, {text: text}, [text], Markup(text)):
        assert decode(encode(value)) == value


def test_moments() -> None:
    """Zones keep their names, of two equal clock times it is the same one, offsets are exact."""
    berlin = ZoneInfo("Europe/Berlin")
    for fold in (0, 1):
        back = decode(encode(datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=berlin)))
        assert (back.fold, back.tzinfo.key) == (fold, "Europe/Berlin")
    odd = timezone(timedelta(hours=5, minutes=53, seconds=28))
    assert decode(encode(datetime(1900, 1, 1, tzinfo=odd))).utcoffset() == odd.utcoffset(None)
    assert decode(encode(time(1, 2, tzinfo=berlin))).tzinfo.key == "Europe/Berlin"


def test_another_zone_becomes_its_offset() -> None:
    """A time zone of another library comes back as the same moment."""

    class Zone(tzinfo):
        def utcoffset(self, when: datetime | None) -> timedelta:
            return timedelta(hours=3)

    moment = datetime(2026, 1, 1, tzinfo=Zone())
    assert decode(encode(moment)) == moment


def test_html_is_markup() -> None:
    """As in Flask's cookie, what says that it is HTML is stored as Markup."""

    class Label:
        def __html__(self) -> str:
            return "<b>x</b>"

    back = decode(encode([Label()]))
    assert back == [Markup("<b>x</b>")]
    assert type(back[0]) is Markup


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Mode(StrEnum):
    ON = "on"


@dataclass
class Article:
    price: int


Point = namedtuple("Point", "x y")


class Text(str):
    pass


@pytest.mark.parametrize(
    ("value", "kind", "advice"),
    [
        (Colour.RED, "Colour", "it is not data"),
        (Level.HIGH, "Level", r"Write value\.value"),
        (Mode.ON, "Mode", r"Write value\.value"),
        (Article(1), "Article", "Store its id"),
        (Point(1, 2), "Point", r"Write tuple\(value\)"),
        (Text("x"), "Text", r"Write str\(value\)"),
        (OrderedDict(a=1), "OrderedDict", r"Write dict\(value\)"),
        (defaultdict(list), "defaultdict", r"Write dict\(value\)"),
        (Article, "type", "it is not data"),
        (len, "builtin_function_or_method", "it is not data"),
        (1j, "complex", "it is not data"),
        (bytearray(b"x"), "bytearray", "it is not data"),
        (iter([]), "list_iterator", "it is not data"),
        pytest.param(10**5000, "int", r"Write hex\(value\)", id="thousands of digits"),
    ],
)
@pytest.mark.parametrize(
    ("wrap", "path"),
    [
        (lambda v: v, ""),
        (lambda v: [0, v], "[1]"),
        (lambda v: {"cart": [{"article": v}]}, "['cart'][0]['article']"),
        (lambda v: {1: (v,)}, "[1][0]"),
        (lambda v: {"x": {(1, 2): v}}, "['x'][(1, 2)]"),
    ],
)
def test_what_cannot_be_stored(value: Any, kind: str, advice: str, wrap: Any, path: str) -> None:
    """A TypeError names the type, its place and what to write, and never shows the value."""
    with pytest.raises(CannotStore, match=advice) as caught:
        encode(wrap(value))
    assert isinstance(caught.value, TypeError)
    assert (caught.value.kind, caught.value.path) == (kind, path)
    assert f"a value of type {kind}" in str(caught.value)
    assert path in str(caught.value)


def test_depth() -> None:
    """The deepest value comes back; a deeper one, or one in itself, is refused."""
    value: list[Any] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(CannotStore, match="levels deep"):
        encode([value])
    value.append(value)
    with pytest.raises(CannotStore, match="in itself"):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[", b"[1", b"[1,]", b"{", b"nul", b"1 2", b"\xff", b'{" uuid":1}', b'{" uuid":"x"}',
        b'{" set":[[1]]}', b'{" dict":[1]}', b'{" datetime":["x",0,null]}', b'{" bytes":"*"}',
        b'{" date":"2026-99-99"}', b'{" decimal":"x"}', b'{" datetime":["2026-01-01",0,"N/o"]}',
        b"[" * 100_000, b'{"a":' * 100_000, b'{" tuple":' * 100_000, b"9" * 5000,
        b"\x80\x04\x95.", b"\x80\x04cos\nsystem\n",
    ],
)  # fmt: skip
def test_damaged_bytes(data: bytes) -> None:
    """What was not encoded here is CannotRead, whatever it is."""
    with pytest.raises(CannotRead):
        decode(data)


def test_a_newer_format() -> None:
    """An unknown tag says that a newer Kolba wrote it."""
    with pytest.raises(CannotRead, match="newer Kolba"):
        decode(b'{" complex":[1,2]}')


def test_an_error_shows_no_value() -> None:
    """A damaged value may be anybody's secret: errors do not quote it."""
    for data in (b'"hunter2', b'{" uuid":"hunter2"}', b'["hunter2",]', b"hunter2"):
        with pytest.raises(CannotRead) as caught:
            decode(data)
        assert "hunter2" not in str(caught.value)


@given(st.binary(max_size=60))
@settings(max_examples=examples(60), deadline=None)
def test_any_bytes(data: bytes) -> None:
    """Any bytes give a value or CannotRead, nothing else."""
    with contextlib.suppress(CannotRead):
        decode(data)


def test_a_known_id() -> None:
    """UUIDs of any version and Flask's tags side by side with ours."""
    value = {"u": UUID(int=0), " u": "x", "nested": {" tuple": [1]}}
    assert decode(encode(value)) == value


def test_a_frozen_clock_of_tests() -> None:
    """What freezegun hands out in place of a date is stored as the date."""
    fake = type("FakeDate", (date,), {"__module__": "freezegun.api"})
    back = decode(encode(fake(2026, 1, 2)))
    assert (back, type(back)) == (date(2026, 1, 2), date)
