"""Set-Cookie headers and dates: what Kolba writes is what Werkzeug writes."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from werkzeug import http
from werkzeug.wrappers import Response

from kolba.engine import cookies
from tests.fuzz import examples

from .outcomes import CHECKED, FOUND, outcome

Property = Callable[[], None]


def in_one_second(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Call both until the clock did not tick in between: what they write contains it."""
    while True:
        before = int(time.time())
        results = first(), second()
        if int(time.time()) == before:
            return results


# Dates


class Odd(tzinfo):
    """UTC by another name."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        return timedelta(0)


class Later(datetime):
    """A datetime of an app's own."""


EDGES = [0, -1, 1, 0.5, 1.9999994, 1.9999995, 1.9999996, 1_700_000_000.999999, -0.5, 1e300]
EDGES += [(1 << 32) - 0.25, 1 << 32, 1 << 62, float("nan"), float("inf"), True, 253402300799]
ZONES = st.sampled_from([UTC, UTC, None, timezone(timedelta(hours=3)), Odd()])
MOMENTS = (
    st.integers(-(10**5), 1 << 33)
    | st.floats(0, float(1 << 32))
    | st.sampled_from(EDGES)
    | st.datetimes(timezones=ZONES)
    | st.builds(Later, st.integers(1970, 2100), st.just(2), st.just(3), tzinfo=ZONES)
    | st.dates()
    | st.integers(0, 1 << 31).map(time.gmtime)
    | st.sampled_from(["Thu", b"x", 1j])
)


def dates_property(write: Callable[[Any], str], rules: settings = CHECKED) -> Property:
    """Build the property that `write` writes any moment as Werkzeug does."""

    @settings(rules, max_examples=examples(1500))
    @given(MOMENTS)
    @example(1.9999996)
    @example(datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC))
    @example(datetime(2105, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    @example(date(1, 1, 1))
    def check(moment: Any) -> None:
        assert outcome(lambda: write(moment)) == outcome(lambda: http.http_date(moment))
        assert outcome(lambda: write(moment)) == outcome(lambda: http.http_date(moment))

    return check


def test_dates_are_werkzeugs() -> None:
    """Any moment, of any type, becomes the text or the error that Werkzeug makes of it."""
    dates_property(cookies.http_date)()


def test_the_present_date() -> None:
    """No moment at all means now."""
    ours, theirs = in_one_second(cookies.http_date, http.http_date)
    assert ours == theirs


def _rounds(moment: Any) -> str:
    return http.http_date(round(moment) if isinstance(moment, float) else moment)


def _forgets_the_zone(moment: Any) -> str:
    return http.http_date(
        moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else moment,
    )


@pytest.mark.parametrize("wrong", [_rounds, _forgets_the_zone])
def test_wrong_dates_are_caught(wrong: Callable[[Any], str]) -> None:
    """The property fails for dates that are wrong in one detail."""
    with pytest.raises(AssertionError):
        dates_property(wrong, FOUND)()


def test_threads_never_see_each_others_dates() -> None:
    """Eight threads that ask for more dates than are kept each get the date they asked for."""
    moments = [1_700_000_000 + 60 * n for n in range(2 * cookies._MAX_TEXTS)]
    expected = {moment: http.http_date(moment) for moment in moments}
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(5):
            wrong.extend(m for m in moments if cookies.http_date(m) != expected[m])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cookies._texts) <= cookies._MAX_TEXTS + len(threads)


# dump_cookie

PIECES = [
    *(
        "a",
        "B",
        "1",
        "_",
        "-",
        ".",
        "=",
        ";",
        ",",
        " ",
        '"',
        "\\",
        "\t",
        "\n",
        "\r",
        "\x00",
        "\x1a",
    ),
    *("\x7f", "\x80", "é", "☃", "😀", "\udcff", "%", "'", "{", "|", "~", "^", "`", "/", "?", "@"),
]
TEXTS = st.binary(max_size=8).map(lambda row: "".join(PIECES[n % len(PIECES)] for n in row))
FLAGS = st.sampled_from([False, False, True, True, None, 0, 1, "", "yes"])
ARGUMENTS = {
    "max_age": st.sampled_from([None, None, 0, 60, -1, 31_536_000, True, False, 1.5, 10**12, "60"])
    | st.timedeltas()
    | st.integers(-(10**9), 10**9),
    "expires": st.sampled_from([None, None, "", "Thu, 01 Jan 1970 00:00:00 GMT", "x"]) | MOMENTS,
    "path": st.sampled_from(["/", "/", None, "", "/a;b", "/é", "/a b", "//", b"/", b"/x", 0, True])
    | TEXTS,
    "domain": st.sampled_from([None, None, "", ".example.org", "a.b:80", "é.org", "x" * 64, ".", 0])
    | TEXTS,
    "secure": FLAGS,
    "httponly": FLAGS,
    "samesite": st.sampled_from(
        [None, "Lax", "lax", "STRICT", "None", "none", "", "x", 1, "stRict"]
    ),
    "partitioned": FLAGS,
}
VALUES = TEXTS | st.sampled_from(
    ["", "x" * 5000, "☃" * 2000, None, 1, b"x", "eyJhIjoxfQ.aSGx2A.x-_"]
)
KEYS = TEXTS | st.sampled_from(["session", "session", "é", "", "\udcff", None, b"x"])
SIZES = st.sampled_from([4093, 4093, 0, 10, 40, None, -1])


def dump_property(dump: Callable[..., str], rules: settings = CHECKED) -> Property:
    """Build the property that `dump` writes any cookie as Werkzeug does."""

    @settings(rules, max_examples=examples(2500))
    @given(
        KEYS,
        VALUES,
        st.fixed_dictionaries({}, optional={**ARGUMENTS, "max_size": SIZES, "sync_expires": FLAGS}),
    )
    @example("a", '"\x1a\x19', {})
    @example("a", "x" * 5000, {"max_size": 4093})
    @example("a", "b", {"domain": "", "max_age": True, "secure": 1})
    def check(key: Any, value: Any, options: dict[str, Any]) -> None:
        def run(write: Callable[..., str]) -> Any:
            return outcome(lambda: write(key, value, **options))

        ours, theirs = in_one_second(lambda: run(dump), lambda: run(http.dump_cookie))
        assert ours == theirs

    return check


def test_cookies_are_werkzeugs() -> None:
    """Any arguments give the header, the warning (and its line) and the error of Werkzeug."""
    dump_property(cookies.dump_cookie)()


def test_all_positions_are_werkzeugs() -> None:
    """Arguments by position mean what they mean to Werkzeug."""
    arguments = ("k", "v", 60, None, "/p", "example.org", True, True, False, 4093, "Lax", True)
    assert cookies.dump_cookie(*arguments) == http.dump_cookie(*arguments)
    assert cookies.dump_cookie("k") == http.dump_cookie("k")


def _keeps_control_bytes(key: str, value: str = "", **options: Any) -> str:
    if any(letter in value for letter in "\n\r\x00"):
        return f"{key}={value}; Path=/"
    return http.dump_cookie(key, value, **options)


def _warns_elsewhere(key: str, value: str = "", **options: Any) -> str:
    return cookies.dump_cookie(key, value, **options)


def _forgets_secure(key: str, value: str = "", **options: Any) -> str:
    return http.dump_cookie(key, value, **options).replace("; Secure; HttpOnly", "; HttpOnly")


@pytest.mark.parametrize("wrong", [_keeps_control_bytes, _warns_elsewhere, _forgets_secure])
def test_wrong_cookies_are_caught(wrong: Callable[..., str]) -> None:
    """The property fails for cookies that are wrong in one detail."""
    with pytest.raises(AssertionError):
        dump_property(wrong, FOUND)()


# Compiled cookies


@settings(CHECKED, max_examples=examples(800))
@given(
    KEYS,
    VALUES,
    ARGUMENTS["expires"],
    st.fixed_dictionaries(
        {},
        optional={
            name: value for name, value in ARGUMENTS.items() if name not in ("max_age", "expires")
        },
    ),
    SIZES,
)
@example("session", "x" * 5000, None, {"httponly": True, "samesite": "Lax"}, 4093)
@example("session", "é", datetime(2026, 1, 1, tzinfo=UTC), {"domain": ".example.org"}, 4093)
def test_compiled_cookies_are_werkzeugs(
    key: Any, value: Any, expires: Any, attributes: dict[str, Any], size: Any
) -> None:
    """A compiled cookie renders what dump_cookie writes; refused attributes are not compiled."""
    compiled = cookies.compile_cookie(key, max_size=size, **attributes)
    plain = outcome(lambda: http.dump_cookie(key, "", **attributes, max_size=0))
    assert (compiled is None) == (plain[0] == "raised")
    assume(compiled is not None)

    def reference() -> str:
        return http.dump_cookie(key, value, expires=expires, max_size=size, **attributes)

    def without_places(result: tuple[Any, ...]) -> Any:
        *rest, caught = result
        return rest, [(category, message) for category, message, _, _ in caught]

    theirs = outcome(reference)
    ours = outcome(lambda: compiled.render(value, expires))
    assert without_places(ours) == without_places(theirs)


def test_the_warning_comes_from_where_flask_gives_it() -> None:
    """A cookie that is too large warns from the line of Werkzeug's set_cookie, in its words."""

    class Tight(Response):
        max_cookie_size = 100

    compiled = cookies.compile_cookie("session", httponly=True, samesite="Lax", max_size=100)
    assert compiled is not None
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    plain = outcome(
        lambda: Tight().set_cookie(
            "session", "x" * 90, expires=expires, httponly=True, samesite="Lax"
        )
    )
    assert outcome(lambda: compiled.render("x" * 90, expires))[-1] == plain[-1] != []


def test_warnings_may_be_errors() -> None:
    """Where warnings are errors, a cookie that is too large raises as it does in Werkzeug."""
    compiled = cookies.compile_cookie("session")
    assert compiled is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="The 'session' cookie is too large"):
            compiled.render("x" * 5000)
        with pytest.raises(UserWarning, match="The 'session' cookie is too large"):
            cookies.dump_cookie("session", "x" * 5000)
