"""Signed session cookies: what Kolba signs and reads is what Flask and itsdangerous do."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import hashlib
import json
import struct
import threading
import time
import uuid
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from flask import Flask
from flask.json.provider import DefaultJSONProvider, JSONProvider
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface, _lazy_sha1
from hypothesis import example, given, settings
from hypothesis import strategies as st
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from markupsafe import Markup

from kolba.engine import signing
from kolba.engine.signing import CookieSigner, compile_signer
from tests.fuzz import examples

from .outcomes import CHECKED, FOUND, outcome

Property = Callable[[], None]
NOW = 1_800_000_000
SALT = "cookie-session"


@contextlib.contextmanager
def clock(second: float) -> Iterator[None]:
    """Hold the time that itsdangerous and the engine read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: second)
        yield


def flask_serializer(
    keys: tuple[Any, ...] = ("new key",),
    serializer: Any = SecureCookieSessionInterface.serializer,
    digest: Any = _lazy_sha1,
) -> URLSafeTimedSerializer:
    """Return what `SecureCookieSessionInterface.get_signing_serializer` builds."""
    return URLSafeTimedSerializer(
        list(keys),
        salt=SALT,
        serializer=serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": digest},
    )


def signer(
    keys: tuple[Any, ...] = ("new key",),
    serializer: Any = SecureCookieSessionInterface.serializer,
    digest: Any = _lazy_sha1,
) -> CookieSigner:
    """Return the engine's for the same configuration."""
    compiled = compile_signer(keys, SALT, "hmac", digest, serializer)
    assert compiled is not None
    return compiled


def seen(value: Any) -> Any:
    """Return the value with the exact types of all its parts."""
    if isinstance(value, dict):
        return type(value), [(seen(key), seen(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [seen(item) for item in value]
    return type(value), repr(value)


# Providers of the app's own


class Unsorted(DefaultJSONProvider):
    """Settings by subclass."""

    sort_keys = False
    ensure_ascii = False


class Shouting(DefaultJSONProvider):
    """Writes and reads in its own way."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs).replace("a", "\\u0061")

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        value = super().loads(s, **kwargs)
        return {**value, "read": "by me"} if isinstance(value, dict) else value


class OwnDefault(DefaultJSONProvider):
    """Writes what JSON cannot."""

    default = staticmethod(lambda value: f"<{type(value).__name__}>")


class Bytes(JSONProvider):
    """Writes bytes, against the rules."""

    def dumps(self, obj: Any, **kwargs: Any) -> Any:
        return json.dumps(obj, default=str).encode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s)


PROVIDERS = (None, DefaultJSONProvider, Unsorted, Shouting, OwnDefault, Bytes)


@contextlib.contextmanager
def app_with(provider: type[JSONProvider] | None) -> Iterator[Flask | None]:
    """Push an app whose JSON provider is this one; no app at all for None."""
    if provider is None:
        yield None
        return
    app = Flask(__name__)
    app.json = provider(app)
    with app.app_context():
        yield app


# Writing


class Level(IntEnum):
    LOW = 1


class Word(str):
    """A str of an app's own."""


class Html:
    def __html__(self) -> str:
        return "<b>html</b>"

    def __repr__(self) -> str:
        return "Html()"


@dataclass
class Point:
    x: int


def _cycle() -> list[Any]:
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


def _nest(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


LEAVES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1 << 63, 10**50, 0.1, -0.0, 1e22, 1e-7, 5e-324),
    *(float("nan"), float("inf"), "", "a", "<a>", "é☃", "\udcff", " t", '"\\', "x" * 60, "\u2028"),
    *(Word("w"), Level.LOW, b"", b"\x00\xff", bytearray(b"x"), Markup("<b>"), uuid.UUID(int=7)),
    *(Html(), Decimal("1.50"), Point(1), {1, 2}, object, _cycle(), _nest(40)),
    dt.datetime(2026, 1, 2, 3, 4, 5, 678),
    dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=3))),
    dt.date(2026, 1, 2),
    *({" t": 1}, {" t": [1], "b": 2}, {" di": "x"}, {" t__": 1}),
]
NAMES = ["a", "user_id", "_permanent", "_flashes", " t", " d", " di", "é", "\udcff", "b", "c"]
ODD_NAMES = [1, None, True, (1, 2), Word("k"), 1.5]


def _value(row: Iterator[int], depth: int) -> Any:
    """Make a value of the bytes in the row: quicker, and as shrinkable, as strategies of it."""
    kind = next(row, 0)
    if kind < 160 or not depth:
        return copy.deepcopy(LEAVES[kind % len(LEAVES)])
    size = next(row, 0) % 4
    if kind < 190:
        return [_value(row, depth - 1) for _ in range(size)]
    if kind < 220:
        return tuple(_value(row, depth - 1) for _ in range(size))
    names = ODD_NAMES + NAMES if kind > 250 else NAMES
    items = [(names[next(row, 0) % len(names)], _value(row, depth - 1)) for _ in range(size)]
    return OrderedDict(items) if kind > 245 else dict(items)


def _session(row: bytes) -> dict[Any, Any]:
    values = iter(row)
    size = next(values, 0) % 4
    names = ODD_NAMES + NAMES if next(values, 0) > 240 else NAMES
    return {names[next(values, 0) % len(names)]: _value(values, 4) for _ in range(size)}


SESSIONS = st.binary(max_size=24).map(_session) | st.dictionaries(
    st.text(max_size=4), st.text(max_size=8) | st.integers() | st.floats(), max_size=3
)


def dumps_property(
    dump: Callable[[Any, tuple[Any, ...]], str], rules: settings = CHECKED
) -> Property:
    """Build the property that `dump` signs any session as Flask does."""

    @settings(rules, max_examples=examples(1500))
    @given(
        SESSIONS,
        st.sampled_from(PROVIDERS + (DefaultJSONProvider,) * 4),
        st.sampled_from([("new key",), (b"old", "new key"), ("k" * 200,)]),
        st.integers(1, 1 << 33),
    )
    @example({"_flashes": [("message", "hello"), ("error", Markup("<b>"))]}, Unsorted, ("k",), NOW)
    @example({" t": [1, 2]}, DefaultJSONProvider, ("k",), NOW)
    @example({"a": "x" * 60, "n": float("nan")}, DefaultJSONProvider, ("k",), NOW)
    def check(session: Any, provider: Any, keys: Any, now: int) -> None:
        with app_with(provider), clock(now + 0.7):
            theirs = outcome(lambda: flask_serializer(keys).dumps(session))
            assert outcome(lambda: dump(session, keys)) == theirs

    return check


def test_dumps_is_flasks() -> None:
    """Any session, under any JSON provider, is written byte for byte as Flask writes it."""
    dumps_property(lambda session, keys: signer(keys).dumps(session))()


def _never_compresses(session: Any, keys: tuple[Any, ...]) -> str:
    serializer = flask_serializer(keys)
    data = base64_encode(serializer.serializer.dumps(session))
    return serializer.make_signer(SALT).sign(data).decode()


def _signs_with_the_first_key(session: Any, keys: tuple[Any, ...]) -> str:
    return flask_serializer(keys[::-1]).dumps(session)


def _forgets_tuples(session: Any, keys: tuple[Any, ...]) -> str:
    listed = {k: list(v) if isinstance(v, tuple) else v for k, v in session.items()}
    return flask_serializer(keys).dumps(listed)


@pytest.mark.parametrize("wrong", [_never_compresses, _signs_with_the_first_key, _forgets_tuples])
def test_wrong_writers_are_caught(wrong: Callable[[Any, tuple[Any, ...]], str]) -> None:
    """The property fails for writers that are wrong in one detail."""
    with pytest.raises(AssertionError):
        dumps_property(wrong, FOUND)()


def test_dumps_does_not_touch_the_session() -> None:
    """Writing a session leaves it and all it holds as they were."""
    session = {"cart": [{"id": 1}, (1, 2)], "when": dt.datetime(2026, 1, 1)}
    before = seen(session)
    signer().dumps(session)
    assert seen(session) == before


# Reading

TEXTS = st.sampled_from(
    [
        *(
            '{"a":1}',
            "{}",
            "[]",
            '"text"',
            "null",
            "not json",
            "",
            "{",
            '{"a":1} ',
            '\ufeff{"a":1}',
        ),
        *(
            '{" t":[1,2]}',
            '{"x":{" t":[1,{" b":"eA=="}]}}',
            '{" b":5}',
            '{" u":"zz"}',
            '{" d":"x"}',
        ),
        *('{" m":"<b>"}', '{" di":{" t__":1}}', '{"x":{" di":{" t__":[1]}}}', '{"\\u0020t":[1]}'),
        *('{"x":{"\\u0020t":[1]}}', '{" t":5}', '{"a":{" b":5},"a":1}', '{"a":{" t":[1]},"b":2}'),
        *(
            '{"_permanent":true}',
            '{"_permanent":{" t":[]}}',
            '{"_permanent":0}',
            '{"a":NaN,"a":-0}',
        ),
        *('{"a":[[[{"b":{" d":"Thu, 01 Jan 1970 00:00:00 GMT"}}]]]}', '{"n":1e999,"m":"é\\ud83d"}'),
        "[" * 120 + "]" * 120,
        '{"a":' + "[" * 700 + "]" * 700 + "}",
        '{"a":' + "[" * 200 + "]" * 200 + "}",
        '{"a":' + "1" * 5000 + "}",
        '{"list":[' + ",".join('{"id":[1]}' for _ in range(80)) + "]}",
    ]
)


def _written(session: dict[Any, Any]) -> str:
    try:
        return TaggedJSONSerializer().dumps(session)
    except (TypeError, ValueError, RecursionError):
        return "{}"


PAYLOADS = st.one_of(
    TEXTS.map(lambda text: base64_encode(text)),
    TEXTS.map(lambda text: b"." + base64_encode(zlib.compress(text.encode()))),
    TEXTS.map(lambda text: b"." + base64_encode(text)),
    st.sampled_from([b"", b".", b"!", b"a", b"e30=", b"e30.", b"e 30", b"\xff", b"...e30"]),
    st.binary(max_size=24).map(lambda row: base64_encode(_written(_session(row)))),
    st.binary(max_size=12).map(base64_encode),
)


def _packed(second: int) -> bytes:
    return base64_encode(struct.pack(">Q", second).lstrip(b"\0"))


STAMPS = st.one_of(
    st.integers(NOW - 100, NOW + 3).map(_packed),
    st.sampled_from([0, 1, NOW - 31, NOW - 30, (1 << 32) - 1, 1 << 32, 1 << 40, (1 << 64) - 1]).map(
        _packed
    ),
    st.sampled_from(
        [b"", b"!", b"A", b"AAAA", b"A" * 11, b"A" * 12, b"A" * 40, b"a=", b"\xff", b"a b"]
    ),
)


@dataclass
class Cookie:
    """A cookie to be made: who signs it, and what is done to it afterwards."""

    payload: bytes
    stamp: bytes
    key: str
    tampering: tuple[str, int]

    def text(self) -> str:
        """Return it as it comes in a request."""
        signer = TimestampSigner(
            self.key, salt=SALT, key_derivation="hmac", digest_method=_lazy_sha1
        )
        signed = self.payload + b"." + self.stamp
        return self.tampered((signed + b"." + signer.get_signature(signed)).decode("latin1"))

    def tampered(self, text: str) -> str:
        """Return the text with the tampering done."""
        what, at = self.tampering
        at %= len(text)
        if what == "flip":
            return text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        if what == "cut":
            return text[:at]
        if what == "insert":
            return text[:at] + "!.= \xe9A☃\udcff"[at % 8] + text[at:]
        if what == "append":
            return text + ["=", ".", "A", "==", "\n"][at % 5]
        if what == "last":  # the two spare bits of the last character: another way to write it
            return text[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at % 26]
        return text


TAMPERING = st.tuples(
    st.sampled_from(["none"] * 12 + ["flip", "cut", "insert", "append", "last"]),
    st.integers(0, 500),
)
COOKIES = st.builds(
    Cookie,
    payload=PAYLOADS,
    stamp=STAMPS,
    key=st.sampled_from(["new key"] * 4 + ["old key", "older key", "stranger"]),
    tampering=TAMPERING,
)
KEYS = ("older key", b"old key", "new key")
BAD_COOKIES = [
    *(
        "",
        "x",
        ".",
        "..",
        "....",
        "abc",
        "../../../../etc/passwd",
        "a\\015\\012FLUSHALL",
        ".eJx.x.x",
    ),
    *(
        "e30.AAAA.BBBB",
        "e30.AAAA.",
        "☃.☃.☃",
        "\udcff",
        "bad",
        "alsobad",
        "e30",
        "a" * 5000,
        "." * 300,
    ),
]


def loaded(load: Callable[[str, Any], Any], cookie: str, max_age: Any) -> Any:
    """Return all of what `load` does, and all that its errors carry."""

    def call() -> Any:
        try:
            return load(cookie, max_age)
        except BadSignature as error:
            facts = error.payload, getattr(error, "date_signed", None), repr(error.__cause__)
            raise type(error)(f"{error} {facts}") from None
        except Exception as error:
            cause = getattr(error, "original_error", None)
            raise type(error)(f"{error} {cause!r}") from None

    return outcome(call, seen)


def loads_property(
    load: Callable[[CookieSigner, str, Any], Any], rules: settings = CHECKED
) -> Property:
    """Build the property that `load` reads any cookie as Flask does, at first and again."""

    @settings(rules, max_examples=examples(1500))
    @given(
        COOKIES.map(Cookie.text) | st.sampled_from(BAD_COOKIES),
        st.sampled_from([None, 30, 30, 1 << 40, 0, -1, 30.5]),
        st.sampled_from(PROVIDERS + (DefaultJSONProvider,) * 6),
    )
    @example(Cookie(b"e30", _packed(NOW), "old key", ("last", 4)).text(), 30, None)
    @example(Cookie(b"e30", _packed(NOW + 1), "new key", ("none", 0)).text(), 30, None)
    def check(cookie: str, max_age: Any, provider: Any) -> None:
        with app_with(provider), clock(NOW + 0.5):
            mine = signer(KEYS)
            for _ in range(2):
                theirs = loaded(
                    lambda c, age: flask_serializer(KEYS).loads(c, max_age=age), cookie, max_age
                )
                assert loaded(lambda c, age: load(mine, c, age), cookie, max_age) == theirs
            entry = mine.verified(cookie, max_age)
            if entry is not None:
                session = mine.loads(cookie, max_age)
                assert seen(mine.session(entry)) == seen(session)
                assert entry.permanent == bool(session.get("_permanent", False))
                assert abs(NOW - entry.timestamp) <= 1 << 32

    return check


def test_loads_is_flasks() -> None:
    """Any cookie, signed by anybody, tampered with or not, reads or fails as under Flask."""
    loads_property(CookieSigner.loads)()


@pytest.mark.parametrize("cookie", BAD_COOKIES, ids=lambda cookie: ascii(cookie[:12]))
def test_known_bad_cookies(cookie: str) -> None:
    """Session cookies that have broken frameworks fail as under Flask, and are not kept."""
    mine = signer(KEYS)
    theirs = loaded(lambda c, age: flask_serializer(KEYS).loads(c, max_age=age), cookie, 30)
    assert loaded(mine.loads, cookie, 30) == theirs
    assert theirs[0] == "raised"
    assert mine._entries == {}


def _skips_the_time(mine: CookieSigner, cookie: str, max_age: Any) -> Any:
    return mine.loads(cookie, None)


def _knows_one_key(mine: CookieSigner, cookie: str, max_age: Any) -> Any:
    return flask_serializer(KEYS[-1:]).loads(cookie, max_age=max_age)


def _reads_tags_as_they_are(mine: CookieSigner, cookie: str, max_age: Any) -> Any:
    entry = mine.verified(cookie, max_age)
    return json.loads(entry.text) if entry else mine.loads(cookie, max_age)


@pytest.mark.parametrize("wrong", [_skips_the_time, _knows_one_key, _reads_tags_as_they_are])
def test_wrong_readers_are_caught(wrong: Callable[[CookieSigner, str, Any], Any]) -> None:
    """The property fails for readers that are wrong in one detail."""
    with pytest.raises(AssertionError):
        loads_property(wrong, FOUND)()


@settings(CHECKED, max_examples=examples(300))
@given(SESSIONS)
def test_sessions_come_back_new_each_time(session: Any) -> None:
    """What is done to a session that was read is not seen by who reads it next."""

    def spoil(value: Any) -> None:
        if isinstance(value, dict):
            for item in value.values():
                spoil(item)
            value["spoilt"] = True
        elif isinstance(value, (list, tuple)):
            for item in value:
                spoil(item)
            if isinstance(value, list):
                value.append("spoilt")

    mine = signer()
    try:
        cookie = mine.dumps(session)
        first = seen(flask_serializer().loads(cookie))
    except Exception:
        return
    for _ in range(3):
        again = mine.loads(cookie, None)
        assert seen(again) == first
        spoil(again)


# What changes while the signer lives


def test_times_are_checked_on_every_call() -> None:
    """A cookie that was read, and kept, expires all the same."""
    mine = signer()
    with clock(NOW):
        cookie = mine.dumps({"a": 1})
        assert mine.loads(cookie, 30) == {"a": 1}
    with clock(NOW + 30):
        entry = mine.verified(cookie, 30)
        assert entry is not None
    with clock(NOW + 31):
        assert mine.session(entry) == {"a": 1}, "Flask asked the clock when the request began"
        assert mine.verified(cookie, 30) is None
        with pytest.raises(SignatureExpired, match="Signature age 31 > 30 seconds"):
            mine.loads(cookie, 30)
        assert mine.loads(cookie, 31) == {"a": 1}
    with clock(NOW - 1), pytest.raises(SignatureExpired, match="Signature age -1 < 0 seconds"):
        mine.loads(cookie, 30)


class TagSet(JSONTag):
    """A tag of an app's own."""

    key = " s"

    def check(self, value: Any) -> bool:
        return isinstance(value, set)

    def to_json(self, value: Any) -> Any:
        return sorted(value)

    def to_python(self, value: Any) -> Any:
        return set(value)


class TagShort(JSONTag):
    """A tag for values that no tag has touched before."""

    key = " x"

    def check(self, value: Any) -> bool:
        return isinstance(value, str) and value == "secret"

    def to_json(self, value: Any) -> Any:
        return value[::-1]

    def to_python(self, value: Any) -> Any:
        return value[::-1]


@pytest.mark.parametrize("index", [None, 0])
def test_tags_registered_later_act_at_once(index: int | None) -> None:
    """A tag registered while cookies are known is used for the next one, both ways."""
    serializer = TaggedJSONSerializer()
    mine, theirs = signer(serializer=serializer), flask_serializer(serializer=serializer)
    session = {"a": "secret", "b": {" x": "terces"}}
    with clock(NOW):
        cookie = mine.dumps(session)
        assert mine.loads(cookie, 30) == session
        serializer.register(TagSet)
        serializer.register(TagShort, index=index)
        assert mine.loads(cookie, 30) == theirs.loads(cookie, max_age=30)
        assert mine.verified(cookie, 30) is None
        session["c"] = {1, 2}
        assert mine.dumps(session) == theirs.dumps(session)
        assert mine.loads(mine.dumps(session), 30) == session


def test_tags_changed_by_hand_act_at_once() -> None:
    """Tags put into the serializer's own table are used too."""
    serializer = TaggedJSONSerializer()
    mine, theirs = signer(serializer=serializer), flask_serializer(serializer=serializer)
    with clock(NOW):
        cookie = mine.dumps({"a": {" b": "eA=="}})
        assert mine.loads(cookie, 30) == theirs.loads(cookie, max_age=30)
        serializer.tags[" b"] = TagSet(serializer)
        assert mine.loads(cookie, 30) == theirs.loads(cookie, max_age=30)
        serializer.order[0] = TagShort(serializer)
        assert mine.dumps({"a": "secret"}) == theirs.dumps({"a": "secret"})


def test_the_provider_is_the_live_one() -> None:
    """Settings of app.json, its methods and the whole provider act at once."""
    mine, theirs = signer(), flask_serializer()
    session = {"b": "é", "a": {"d": 1, "c": 2}}
    app = Flask(__name__)
    changes: list[Callable[[], None]] = [
        lambda: None,
        lambda: setattr(app.json, "sort_keys", False),
        lambda: setattr(app.json, "ensure_ascii", False),
        lambda: setattr(app.json, "dumps", lambda value, **_: '{"patched":1}'),
        lambda: delattr(app.json, "dumps"),
        lambda: setattr(app.json, "loads", lambda text, **_: {"patched": text}),
        lambda: setattr(app, "json", Shouting(app)),
        lambda: setattr(app, "json", DefaultJSONProvider(app)),
    ]
    with app.app_context(), clock(NOW):
        for change in changes:
            change()
            cookie = mine.dumps(session)
            assert cookie == theirs.dumps(session)
            assert mine.loads(cookie, 30) == theirs.loads(cookie, max_age=30)


def test_the_cache_is_bounded_and_closed_to_forgers() -> None:
    """It keeps what was signed with the keys, and no more than its limit of it."""
    mine = signer()
    with clock(NOW):
        good = mine.dumps({"n": 1})
        for n in range(200):
            assert mine.verified(f"e30.{n}.{n}", None) is None
            assert mine.verified(good[:-1] + chr(33 + n), None) is None or good[-1] == chr(33 + n)
        assert len(mine._entries) <= 1
        for n in range(signing.MAX_ENTRIES + 10):
            mine.loads(mine.dumps({"n": n}), None)
        assert 0 < len(mine._entries) <= signing.MAX_ENTRIES
        mine._entries.clear()
        huge = mine.dumps({f"{n}": f"{n * n}" for n in range(3000)})
        assert len(huge) > signing.MAX_COOKIE
        assert mine.loads(huge, None) == flask_serializer().loads(huge)
        assert mine._entries == {}


def test_keys_rotate_as_in_flask() -> None:
    """New cookies are signed with the last key; those of earlier keys are read; others not."""
    mine = signer(KEYS)
    with clock(NOW):
        assert mine.dumps({"a": 1}) == flask_serializer(("new key",)).dumps({"a": 1})
        for key in KEYS:
            assert mine.loads(flask_serializer((key,)).dumps({"a": 1}), 30) == {"a": 1}
        with pytest.raises(BadSignature):
            mine.loads(flask_serializer(("removed key",)).dumps({"a": 1}), 30)
    assert mine.keys == KEYS


@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_digests(name: str) -> None:
    """Every digest that is compiled signs as itsdangerous does with it."""
    digest = getattr(hashlib, name)
    for keys in (("k",), ("k" * 300,), (b"\x00\xff",)):
        mine, theirs = signer(keys, digest=digest), flask_serializer(keys, digest=digest)
        with clock(NOW):
            cookie = theirs.dumps({"a": "b"})
            assert mine.dumps({"a": "b"}) == cookie
            assert mine.verified(cookie, 30) is not None


SERIALIZER = SecureCookieSessionInterface.serializer
REFUSED = {
    "no keys": ((), SALT, "hmac", _lazy_sha1, SERIALIZER),
    "empty key": (("",), SALT, "hmac", _lazy_sha1, SERIALIZER),
    "key of another type": ((1,), SALT, "hmac", _lazy_sha1, SERIALIZER),
    "key that is no UTF-8": (("\udcff",), SALT, "hmac", _lazy_sha1, SERIALIZER),
    "salt of bytes": (("k",), b"salt", "hmac", _lazy_sha1, SERIALIZER),
    "no salt": (("k",), None, "hmac", _lazy_sha1, SERIALIZER),
    "other derivation": (("k",), SALT, "django-concat", _lazy_sha1, SERIALIZER),
    "no derivation": (("k",), SALT, None, _lazy_sha1, SERIALIZER),
    "unknown digest": (("k",), SALT, "hmac", hashlib.md5, SERIALIZER),
    "digest of the app's own": (
        ("k",),
        SALT,
        "hmac",
        lambda data=b"": hashlib.sha1(data),
        SERIALIZER,
    ),
    "digest by name": (("k",), SALT, "hmac", [], SERIALIZER),
    "other serializer": (("k",), SALT, "hmac", _lazy_sha1, json),
    "subclass of the serializer": (
        ("k",),
        SALT,
        "hmac",
        _lazy_sha1,
        type("Sub", (TaggedJSONSerializer,), {})(),
    ),
}


@pytest.mark.parametrize("configuration", REFUSED.values(), ids=REFUSED)
def test_other_configurations_get_no_signer(configuration: Any) -> None:
    """What is not Flask's default, or a digest of hashlib beside it, is left to Flask."""
    assert compile_signer(*configuration) is None


def test_patched_itsdangerous_gets_no_signer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where itsdangerous or Flask's tags were patched, their code runs."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: 5)
    assert compile_signer(("k",), SALT, "hmac", _lazy_sha1, SERIALIZER) is None
    monkeypatch.undo()
    monkeypatch.setattr(TaggedJSONSerializer, "loads", lambda self, text: {})
    assert compile_signer(("k",), SALT, "hmac", _lazy_sha1, SERIALIZER) is None
    monkeypatch.undo()
    monkeypatch.setattr(URLSafeTimedSerializer, "default_fallback_signers", [{}])
    assert compile_signer(("k",), SALT, "hmac", _lazy_sha1, SERIALIZER) is None


def test_threads_share_a_signer() -> None:
    """Eight threads that write and read with one signer each get their own session back."""
    mine = signer()
    wrong: list[Any] = []

    def work(name: int) -> None:
        for n in range(200):
            session = {"name": name, "list": [n, {"n": n}]}
            if mine.loads(mine.dumps(session), 30) != session:
                wrong.append(session)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
