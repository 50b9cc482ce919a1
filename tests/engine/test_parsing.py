"""Query strings, cookies and forms: what Kolba reads is what Werkzeug reads."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Request as FlaskRequest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableDict, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Request
from werkzeug.wsgi import LimitedStream

from kolba.engine import parsing
from tests.fuzz import examples

from .outcomes import CHECKED, FOUND, outcome

Property = Callable[[], None]


class Own(ImmutableMultiDict[str, str]):
    """A storage class of an app."""


class Picky(MultiDict[str, str]):
    """A storage class that refuses what it is given."""

    def __init__(self, items: Any = ()) -> None:
        items = list(items)
        if len(items) > 1:
            raise ValueError("one field only")
        super().__init__(items)


CLASSES = st.sampled_from([ImmutableMultiDict] * 6 + [MultiDict, ImmutableDict, dict, Own, Picky])


def seen(storage: Any) -> Any:
    """Return everything there is to a storage object."""
    if not isinstance(storage, MultiDict):
        return type(storage), dict(storage)
    lists = list(dict.items(storage))
    shared = len({id(values) for _, values in lists}) != len(lists)
    pickled = None if isinstance(storage, Picky) else pickle.loads(pickle.dumps(storage))
    copied = None if isinstance(storage, Picky) else repr(copy.copy(storage))
    return type(storage), lists, vars(storage), shared, pickled, copied


def drawn_from(pieces: list[Any], glue: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for rows of the pieces; a byte each, since lists are slow to draw."""
    return st.binary(max_size=14).map(lambda row: glue.join(pieces[n % len(pieces)] for n in row))


# Query strings


def reference_args(query: bytes, cls: Any) -> Any:
    """What `werkzeug.sansio.request.Request.args` does."""
    return cls(parse_qsl(query.decode(), keep_blank_values=True, errors="werkzeug.url_quote"))


PIECES = [
    *(b"a", b"b", b"A", b"=", b"=", b"&", b"&", b"+", b";", b" ", b"\n", b"\x00", b"%", b"%%"),
    *(b"%41", b"%26", b"%3D", b"%2B", b"%25", b"%00", b"%4", b"%zz", b"%ff", b"%FF", b"%0a"),
    *(b"%D0%9C", b"%D0", b"%9c", b"%e2%82%ac", b"%e2%82", b"%ed%a0%80", b"%f4%90%80%80", b"%c0%80"),
    *("é".encode(), "М".encode(), "😀".encode(), b"\xff", b"\xd0", "\u0661".encode(), b"[b]"),
]
QUERIES = drawn_from(PIECES, b"") | st.binary(max_size=24)


def args_property(parse: Callable[[bytes, Any], Any], rules: settings = CHECKED) -> Property:
    """Build the property that `parse` reads any bytes as Werkzeug does."""

    @settings(rules, max_examples=examples(1500))
    @given(QUERIES, CLASSES)
    @example(b"%D0a%9C", ImmutableMultiDict)
    @example(b"a=1&a=2&b", ImmutableMultiDict)
    @example(b"%e2%82a=%f4%90%80%80b", ImmutableMultiDict)
    def check(query: bytes, cls: Any) -> None:
        expected = outcome(lambda: reference_args(query, cls), seen)
        assert outcome(lambda: parse(query, cls), seen) == expected

    return check


def test_args_are_werkzeugs() -> None:
    """Any query string gives the fields, storage and errors that Werkzeug gives."""
    args_property(parsing.parse_args)()


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"a=%ff%fe",
        b"a=%",
        b"=&&&=&a",
        b"a=1&" * 15_000,
        b"a=1&a=2",
        b"a=%ed%a0%80",
        b"a[b]" * 4000 + b"=1",
        b"a=\xff",
        b"a=x%00y",
        b"a;b=1",
        b"%61=%62&a=c",
    ],
    ids=lambda query: query[:16].decode("latin1"),
)
def test_known_bad_query_strings(query: bytes) -> None:
    """Query strings that have broken frameworks read as under Werkzeug."""
    expected = outcome(lambda: reference_args(query, ImmutableMultiDict), seen)
    assert outcome(lambda: parsing.parse_args(query, ImmutableMultiDict), seen) == expected


def _plus_after_unquoting(query: bytes, cls: Any) -> Any:
    pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    return cls([(name.replace("+", " "), value.replace("+", " ")) for name, value in pairs])


def _replaces_bad_bytes(query: bytes, cls: Any) -> Any:
    return cls(parse_qsl(query.decode(), keep_blank_values=True, errors="replace"))


def _drops_blank_values(query: bytes, cls: Any) -> Any:
    return cls(parse_qsl(query.decode(), errors="werkzeug.url_quote"))


@pytest.mark.parametrize("wrong", [_plus_after_unquoting, _replaces_bad_bytes, _drops_blank_values])
def test_wrong_parsers_of_args_are_caught(wrong: Callable[[bytes, Any], Any]) -> None:
    """The property fails for parsers that are wrong in one detail."""
    with pytest.raises(AssertionError):
        args_property(wrong, FOUND)()


def test_args_share_nothing() -> None:
    """Two requests with one query string get lists of their own."""
    first, second = (parsing.parse_args(b"a=1&a=2", ImmutableMultiDict) for _ in range(2))
    dict.__getitem__(first, "a").append("3")
    assert second.getlist("a") == ["1", "2"]


# Cookies

COOKIE_PIECES = [
    *("a", "b", "session", "A1.b-c_d", "=", "=", "=", ";", ";", "; ", " ", "\t", '"', '"', "\\"),
    *('"x"', '"x y"', '""', '"a;b"', '\\"', "\\054", "\\400", "\\0", "\\é", ",", "$Version", ":"),
    *(
        "\xe9",
        "☃",
        "\n",
        "\r",
        "\x00",
        "\x0b",
        "\xa0",
        "\u2003",
        "\udcff",
        "%41",
        "\\342\\230\\203",
    ),
]
COOKIES = drawn_from(COOKIE_PIECES, "") | st.text(max_size=12)


def cookies_property(parse: Callable[[str, Any], Any], rules: settings = CHECKED) -> Property:
    """Build the property that `parse` reads any Cookie header as Werkzeug does."""

    @settings(rules, max_examples=examples(2000))
    @given(COOKIES, CLASSES)
    @example('a="b;c"; d=e', ImmutableMultiDict)
    @example("a b=c; d = e ;=f; g", ImmutableMultiDict)
    @example('a=b"c"; d=""; e="', ImmutableMultiDict)
    @example('"a"=b; c', ImmutableMultiDict)
    def check(header: str, cls: Any) -> None:
        expected = outcome(lambda: parse_cookie(header, cls), seen)
        assert outcome(lambda: parse(header, cls), seen) == expected

    return check


def test_cookies_are_werkzeugs() -> None:
    """Any Cookie header gives the pairs, storage and errors that Werkzeug gives."""
    cookies_property(parsing.parse_cookies)()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "abc",
        "=",
        "=__Host-sid=evil",
        "==__Host-sid=bad; __Host-sid=good",
        'a="b; sid=x',
        'a="\\012\\015X: y"',
        'a="\\' * 2000,
        "; ".join(f"c{n}=1" for n in range(2000)),
        "a=" + "b" * 30_000,
        "session=bad; session=alsobad",
        "a=caf\xe9",
        "a=\xe2\x98\x83",
        "a=1,b=2",
        "$Version=1; a=b; $Path=/",
        "bad:cookie=yes; good=1",
        "SESSION=x; session=",
        ";" * 20_000,
        "session=../../../../etc/passwd",
        "session=a\\015\\012FLUSHALL",
        "session=....",
        'theme="dark mode"; session=.eJx.x.x',
    ],
    ids=lambda header: header[:16],
)
def test_known_bad_cookies(header: str) -> None:
    """Cookie headers that have broken frameworks read as under Werkzeug."""
    expected = outcome(lambda: parse_cookie(header, ImmutableMultiDict), seen)
    assert outcome(lambda: parsing.parse_cookies(header, ImmutableMultiDict), seen) == expected


def _splits_quoted_values(header: str, cls: Any) -> Any:
    parts = (part.strip(" \t").partition("=") for part in header.split(";"))
    return cls([(name, value.strip('"')) for name, _, value in parts if name])


def _keeps_quotes(header: str, cls: Any) -> Any:
    return parse_cookie(header.replace('"', ""), cls)


@pytest.mark.parametrize("wrong", [_splits_quoted_values, _keeps_quotes])
def test_wrong_parsers_of_cookies_are_caught(wrong: Callable[[str, Any], Any]) -> None:
    """The property fails for parsers that are wrong in one detail."""
    with pytest.raises(AssertionError):
        cookies_property(wrong, FOUND)()


# Forms


class Dribble:
    """A WSGI input without readinto: gives a few bytes at a time, then nothing or an error."""

    def __init__(self, body: bytes, step: int, error: Exception | None) -> None:
        self.body = io.BytesIO(body)
        self.step = step
        self.error = error
        self.asked: list[int] = []

    def read(self, size: int = -1) -> bytes:
        self.asked.append(size)
        data = self.body.read(self.step if size < 0 else min(size, self.step))
        if not data and self.error is not None:
            raise self.error
        return data


class Buffered(Dribble):
    """The same with readinto, as sockets have it."""

    def readinto(self, buffer: bytearray) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass
class Post:
    """A form post, to be made anew for each reader since a body is read once."""

    body: bytes
    stream: str = "bytes"
    step: int = 1 << 20
    error: Exception | None = None
    length: str | None = "right"
    content_type: str | None = parsing.FORM_TYPE
    headers: dict[str, Any] = field(default_factory=dict)
    max_content_length: int | None = None
    max_form_memory_size: int | None = 500_000
    cls: Any = ImmutableMultiDict

    def request(self) -> Request:
        """Return a request whose body nobody has read."""
        length = str(len(self.body)) if self.length == "right" else self.length
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": self.input(),
            **self.headers,
        }
        if length is not None:
            environ["CONTENT_LENGTH"] = length
        if self.content_type is not None:
            environ["CONTENT_TYPE"] = self.content_type
        kind: Any = type(
            "Limited",
            (Request,),
            {
                "max_content_length": self.max_content_length,
                "max_form_memory_size": self.max_form_memory_size,
                "max_form_parts": 1000,
                "parameter_storage_class": self.cls,
            },
        )
        return kind(environ)

    def input(self) -> Any:
        """Return the stream."""
        if self.stream == "dribble":
            return Dribble(self.body, self.step, self.error)
        if self.stream == "buffered":
            return Buffered(self.body, self.step, self.error)
        plain = io.BytesIO(self.body)
        if self.stream == "closed":
            plain.close()
        return io.BufferedReader(plain) if self.stream == "file" else plain


def read_with_werkzeug(request: Request) -> bool:
    """Let Werkzeug's own method, which Flask's calls, read the form."""
    request._load_form_data()
    return True


def read_with_kolba(request: Request) -> bool:
    """Read the form as the engine does; False when it would have been left to Flask."""
    parts = parsing.load_form(
        request.__dict__,
        request.environ,
        request.parameter_storage_class,
        max_content_length=request.max_content_length,
        max_form_memory_size=request.max_form_memory_size,
    )
    if parts is None:
        return False
    request.__dict__.update(zip(("form", "files"), parts, strict=True))
    return True


def after(request: Request) -> Any:
    """Return all there is to see of a request whose form was read, and of its stream."""
    raw, stream = request.environ["wsgi.input"], request.stream
    position = None if getattr(raw, "closed", False) else getattr(raw, "body", raw).tell()
    facts = [seen(request.form), seen(request.files), type(stream), position]
    facts.append(getattr(raw, "asked", None))
    if isinstance(stream, LimitedStream):
        facts += [stream.tell(), stream.limit, stream.is_exhausted, stream._limit_is_max]
    facts.append(outcome(stream.read))
    facts.append(outcome(lambda: request.get_data()))
    facts.append(outcome(lambda: (request.mimetype, request.mimetype_params)))
    facts.append(
        [request.__dict__.get(name) for name in ("content_length", "_parsed_content_type")]
    )
    return facts


def read(post: Post, reader: Callable[[Request], bool]) -> tuple[bool, Any]:
    """Return whether the reader took the post, and all that could be seen afterwards."""
    request = post.request()
    taken = True

    def call() -> Any:
        nonlocal taken
        taken = reader(request)
        return after(request) if taken else None

    facts = outcome(call, lambda facts: facts)
    return taken, facts


LENGTHS = st.sampled_from(
    ["right"] * 8
    + [None, "", "0", "1", "3", "99", "007", "-1", "x", "+3", "３", "3 ", " 3", "3_0", "²", "1e1"]
    + ["99999999999999999999", "70000"]
)
TYPES = st.sampled_from(
    [parsing.FORM_TYPE] * 8
    + [
        parsing.FORM_TYPE + options
        for options in (";", " ", "\t;", "; charset=utf-8", ";charset=x")
    ]
    + [parsing.FORM_TYPE + options for options in ("; charset", '; charset="utf-8"', "; a=b")]
    + [parsing.FORM_TYPE.upper(), " " + parsing.FORM_TYPE, "text/plain", "multipart/form-data", ""]
    + ["application/x-www-form-urlencodeD; CHARSET=UTF-7", "application/x-url-encoded", None]
)
HEADERS = st.sampled_from(
    [{}] * 4
    + [{"wsgi.input_terminated": True}] * 4
    + [{"wsgi.input_terminated": False}, {"HTTP_TRANSFER_ENCODING": "chunked"}]
    + [{"HTTP_TRANSFER_ENCODING": ""}, {"HTTP_TRANSFER_ENCODING": "gzip"}]
    + [{"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}]
)
LIMITS = st.sampled_from([None, None, None, 0, 1, 3, 8, 1000])
ERRORS = st.sampled_from([None, None, OSError("gone"), ValueError("closed"), KeyError("bug")])
POSTS = st.builds(
    Post,
    body=QUERIES | st.just(b"a=" + b"b" * 70_000),
    stream=st.sampled_from(["bytes", "bytes", "file", "dribble", "buffered", "closed"]),
    step=st.sampled_from([1, 2, 7, 1 << 20]),
    error=ERRORS,
    length=LENGTHS,
    content_type=TYPES,
    headers=HEADERS,
    max_content_length=LIMITS,
    max_form_memory_size=LIMITS,
    cls=CLASSES,
)


def forms_property(reader: Callable[[Request], bool], rules: settings = CHECKED) -> Property:
    """Build the property that `reader` takes a post as Flask does, or does not touch it."""

    @settings(rules, max_examples=examples(1000))
    @given(POSTS)
    @example(Post(b"a=%ff", stream="dribble", step=2, length="4"))
    @example(Post(b"a=1", stream="dribble", length="3", error=OSError("gone"), step=1))
    @example(Post(b"a=\xff"))
    def check(post: Post) -> None:
        taken, facts = read(post, reader)
        if taken:
            assert facts == read(post, read_with_werkzeug)[1]
        else:
            assert facts == read(post, lambda request: False)[1]

    return check


def test_forms_are_flasks() -> None:
    """A form that is read without Werkzeug leaves form, files, stream and errors as Flask does."""
    forms_property(read_with_kolba)()


TABLE = {
    "plain": (Post(b"a=1&b=2"), True),
    "empty": (Post(b""), True),
    "long": (Post(b"a=" + b"b" * 400_000), True),
    "charset": (Post(b"a=1", content_type=parsing.FORM_TYPE + "; charset=UTF-8"), True),
    "utf-7 is read as utf-8": (
        Post(b"a=+ADw-", content_type=parsing.FORM_TYPE + ";charset=utf-7"),
        True,
    ),
    "other parameter": (Post(b"a=1", content_type=parsing.FORM_TYPE + '; a="\\"' * 9), False),
    "trailing blank": (Post(b"a=1", content_type=parsing.FORM_TYPE + " "), False),
    "file": (Post(b"a=1", stream="file"), True),
    "two bytes at a time": (Post(b"a=1&b=2", stream="dribble", step=2), True),
    "two bytes at a time, with readinto": (Post(b"a=1&b=2", stream="buffered", step=2), True),
    "short": (Post(b"a=1", length="10"), True),
    "short, two bytes at a time": (Post(b"a=1", length="10", stream="dribble", step=2), True),
    "OSError": (Post(b"a=1", length="9", stream="dribble", error=OSError("gone")), True),
    "ValueError": (Post(b"a=1", length="9", stream="dribble", error=ValueError("x")), True),
    "another error": (Post(b"a=1", length="9", stream="dribble", error=KeyError("x")), True),
    "long body, short length": (Post(b"a=1&b=2", length="3"), True),
    "no length": (Post(b"a=1", length=None), False),
    "length -1": (Post(b"a=1", length="-1"), False),
    "length x": (Post(b"a=1", length="x"), False),
    "length +3": (Post(b"a=1", length="+3"), False),
    "length of full width": (Post(b"a=1", length="３"), False),
    "chunked": (Post(b"a=1", headers={"HTTP_TRANSFER_ENCODING": "chunked"}), False),
    "terminated": (Post(b"a=1", headers={"wsgi.input_terminated": True}), True),
    "terminated and short": (
        Post(b"a=1", length="9", headers={"wsgi.input_terminated": True}),
        True,
    ),
    "terminated and over": (
        Post(b"a=1&b", length="3", headers={"wsgi.input_terminated": True}),
        True,
    ),
    "terminated, limited": (
        Post(b"a=1", headers={"wsgi.input_terminated": True}, max_content_length=9),
        True,
    ),
    "terminated, over the limit": (
        Post(b"a=1&b=2", length="3", headers={"wsgi.input_terminated": True}, max_content_length=4),
        True,
    ),
    "over the limit": (Post(b"a=1", max_content_length=2), False),
    "at the limit": (Post(b"a=1", max_content_length=3), True),
    "over the form limit": (Post(b"a=1", max_form_memory_size=2), False),
    "bad UTF-8": (Post(b"a=\xff&b=1"), True),
    "lone percent": (Post(b"a=%&b=%zz"), True),
    "bad UTF-8, quoted": (Post(b"a=%ff%fe"), True),
    "nested brackets": (Post(b"a" + b"[b]" * 3000 + b"=1"), True),
    "NUL": (Post(b"a=x%00y"), True),
    "JSON": (Post(b"{}", content_type="application/json"), False),
    "no type": (Post(b"a=1", content_type=None), False),
}


@pytest.mark.parametrize(("post", "taken"), TABLE.values(), ids=TABLE)
def test_table_of_posts(post: Post, taken: bool) -> None:
    """Each kind of post is read as Flask reads it, and the usual ones without Werkzeug."""
    took, facts = read(post, read_with_kolba)
    assert took is taken
    if taken:
        assert facts == read(post, read_with_werkzeug)[1]


def test_a_client_that_leaves_is_a_400() -> None:
    """A body that ends early raises what Flask answers with 400."""
    request = Post(b"a=1", length="10").request()
    with pytest.raises(ClientDisconnected) as caught:
        read_with_kolba(request)
    assert caught.value.code == 400


def _ignores_short_bodies(request: Request) -> bool:
    stream = request.environ["wsgi.input"]
    request.__dict__.update(stream=stream, files=request.parameter_storage_class())
    request.__dict__["form"] = parsing.parse_urlencoded(
        stream.read(), request.parameter_storage_class
    )
    return True


def _forgets_the_position(request: Request) -> bool:
    if not read_with_kolba(request):
        return False
    if isinstance(request.stream, LimitedStream):
        request.stream._pos = 0
    return True


@pytest.mark.parametrize("wrong", [_ignores_short_bodies, _forgets_the_position])
def test_wrong_readers_of_forms_are_caught(wrong: Callable[[Request], bool]) -> None:
    """The property fails for readers that are wrong in one detail."""
    with pytest.raises(AssertionError):
        forms_property(wrong, FOUND)()


def test_only_stock_request_classes_qualify(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request class, or a parser, with form code of its own is left to Flask."""

    class Renamed(FlaskRequest):
        """Nothing of its own."""

    class OwnParser(FlaskRequest):
        form_data_parser_class = type("P", (FormDataParser,), {})

    class OwnStream(FlaskRequest):
        @property
        def stream(self) -> Any:
            return io.BytesIO(b"a=own")

    assert parsing.has_stock_forms(FlaskRequest)
    assert parsing.has_stock_forms(Renamed)
    assert not parsing.has_stock_forms(OwnParser)
    assert not parsing.has_stock_forms(OwnStream)
    assert not parsing.has_stock_forms(dict)
    monkeypatch.setattr(FormDataParser, "parse", lambda *args, **options: None)
    assert not parsing.has_stock_forms(FlaskRequest)
