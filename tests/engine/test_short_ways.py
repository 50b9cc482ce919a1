"""The short ways to a route, a proxied object, a receiver and a body end where the long ones do."""

from __future__ import annotations

import importlib
import inspect
import io
import sys
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from blinker import Signal
from flask import Blueprint, Flask, Request, current_app, g, request, session, url_for
from flask.globals import request_ctx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.local import LocalProxy
from werkzeug.routing import Map, Rule
from werkzeug.utils import cached_property

from kolba import Kolba, engine
from kolba.engine import signals
from kolba.engine.matching import Miss, compile_map
from kolba.engine.refusals import redirect_page

from .generated_maps import METHODS, draw_map, draw_path

engine.install()


def wire(path: str) -> str:
    """A path as PATH_INFO has it; a surrogate comes in none."""
    return path.encode(errors="replace").decode("latin1")


def _shortcuts_agree(rng: Random) -> int:
    """How many of some drawn paths the short ways answered, each as the walk does."""
    drawn = draw_map(rng)
    if drawn is None:
        return 0
    url_map, specs = drawn
    matcher = compile_map(url_map, lambda rule: rule)
    answered = 0
    for domain in matcher._root.static:
        lasts, pages = matcher.lasts(domain), matcher.pages(domain)
        for spec in specs:
            path, method = f"/{draw_path(rng, spec).lstrip('/')}", rng.choice(METHODS)
            head, _, part = path.rpartition("/")
            last = lasts.get(wire(head))
            leaf = last and last.leaf_for(part, method)
            if leaf is not None:
                assert matcher.find(domain, path, method, False) == (leaf, (part,))
                answered += 1
            pages_there = pages.get(wire(path), ())
            fit = (r for r in pages_there if r.methods is None or method in r.methods)
            page = next(fit, None)
            if page is not None:
                found: Any = matcher.find(domain, path, method, False)
                assert found[0].target is page
                answered += 1
    return answered


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_what_a_shortcut_finds_the_walk_finds(rng: Random) -> None:
    """The route of a short way is the one that the whole tree gives, for any map."""
    _shortcuts_agree(rng)


def test_there_are_shortcuts_in_drawn_maps() -> None:
    """The claim above is about something: drawn maps do have short ways."""
    assert sum(_shortcuts_agree(Random(seed)) for seed in range(300)) > 20


def test_a_shortcut_gives_way_to_a_literal_part_and_to_a_wrong_kind() -> None:
    """`/item/new` is not an item's number, nor is a word; both take the walk."""
    url_map = Map([Rule("/item/<int:n>", endpoint="item"), Rule("/item/new", endpoint="new")])
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    url_map.bind("localhost")
    last = matcher.lasts("")["/item"]
    assert [last.leaf_for(part, "GET") is None for part in ("42", "new", "word", "")] == [
        False,
        True,
        True,
        True,
    ]
    assert isinstance(matcher.find("", "/item/word", "GET", False), Miss)


def test_a_shortcut_is_found_by_the_bytes_of_a_path() -> None:
    """As PATH_INFO has them; a path that begins with two slashes never leads to its rule."""
    rules = ("/а", "/Ð°", "//x", "/а/<v>", "//x/<v>", "//<v>")
    url_map = Map([Rule(rule, endpoint=rule) for rule in rules], merge_slashes=False)
    url_map.bind("localhost")
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    assert matcher.pages("") == {wire("/а"): ("/а",), wire("/Ð°"): ("/Ð°",)}
    assert [*matcher.lasts("")] == [wire("/а")]


def test_shortcuts_are_made_once() -> None:
    """A client that sends one host after the other does not make them anew, nor for no domain."""
    url_map = Map([Rule("/item/<int:n>", endpoint="item"), Rule("/", endpoint="home")])
    url_map.bind("localhost")
    matcher = compile_map(url_map, lambda rule: rule.endpoint)
    assert matcher.lasts("") is matcher.lasts("")
    assert matcher.pages("") is matcher.pages("")
    assert (matcher.lasts("no.such"), matcher.pages("no.such")) == ({}, {})
    assert not {"no.such"} & {*matcher._pages, *matcher._lasts}


def test_a_proxy_does_what_the_object_does() -> None:
    """Attributes, items and membership reach the object behind the proxy; errors come back."""
    target = {"a": 1}
    proxy: Any = LocalProxy(lambda: target)
    proxy["b"] = 2
    assert (proxy["b"], "b" in proxy, "c" in proxy, proxy.keys()) == (2, True, False, target.keys())
    assert (bool(proxy), bool(LocalProxy(dict))) == (True, False)
    with pytest.raises(KeyError):
        proxy["c"]
    with pytest.raises(AttributeError, match="'dict' object has no attribute 'nothing'"):
        proxy.nothing  # noqa: B018
    assert type(proxy) is LocalProxy
    assert isinstance(proxy, dict)


@pytest.mark.parametrize(
    "proxy", [request, session, g, current_app], ids=["request", "session", "g", "current_app"]
)
def test_a_proxy_outside_a_context_says_so(proxy: Any) -> None:
    """What Flask says of an unbound proxy it says on the short way too."""
    for use in (lambda: proxy.a, lambda: proxy["a"], lambda: "a" in proxy):
        with pytest.raises(RuntimeError, match="Working outside of"):
            use()
    with pytest.raises(RuntimeError, match="Working outside of"):
        proxy.a = 1
    assert not proxy


def test_a_shortcut_of_the_request_is_for_flasks_own_request() -> None:
    """Other proxies, and requests of other classes, are asked once, as `getattr` asks them."""
    asked: list[str] = []

    class Asked:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise AttributeError(name)

    class Own(Request):
        @property
        def form(self) -> Any:
            asked.append("own form")
            return self.nothing

    other: Any = LocalProxy(Asked)
    for name in ("args", "form", "nothing"):
        with pytest.raises(AttributeError, match=name):
            getattr(other, name)
    assert asked == ["args", "form", "nothing"]
    asked.clear()
    app = Flask("own")
    app.request_class = Own
    with app.test_request_context("/?a=1"):
        assert request.args.to_dict() == {"a": "1"}
        with pytest.raises(AttributeError, match="nothing"):
            request.form  # noqa: B018
    assert asked == ["own form"]


def test_a_request_class_says_for_itself_that_it_reads_plainly() -> None:
    """A class that declares it has the short way; one that is made of it is asked once."""
    asked: list[str] = []

    class Plain(Request):
        _kolba_reads_plainly = True

    class Heir(Plain):
        @property
        def args(self) -> Any:
            asked.append("args")
            return self.nothing

    for cls, expected in ((Plain, "1"), (Heir, "none")):
        app = Flask("plain")
        app.request_class = cls

        @app.get("/")
        def page() -> str:
            return str(getattr(request, "args", {"a": "none"})["a"])

        assert app.test_client().get("/?a=1").text == expected
    assert asked == ["args"]


@pytest.mark.parametrize("blueprint", ["", "shop."])
def test_defaults_of_urls_are_injected(blueprint: str) -> None:
    """Functions of `url_defaults` of the app and of a blueprint are called for each URL."""
    app, shop = Flask("defaults"), Blueprint("shop", __name__, url_prefix="/shop")
    app.url_defaults(lambda endpoint, values: values.setdefault("a", endpoint))
    shop.url_defaults(lambda endpoint, values: values.setdefault("b", "shop"))
    for scaffold in (app, shop):
        scaffold.add_url_rule("/here", "here", lambda: url_for(f"{blueprint}here"))
    app.register_blueprint(shop)
    expected = "/shop/here?a=shop.here&b=shop" if blueprint else "/here?a=here"
    assert app.test_client().get("/here").text == expected


def test_fields_of_a_query_string_that_somebody_has_set() -> None:
    """`request.query_string` and `request.args` that were set are what is parsed, or given."""
    app = Flask("set")

    @app.get("/")
    def index() -> Any:
        given: Any = request
        if "query" in given.headers:
            given.query_string = b"b=%d0%b0"
        if "args" in given.headers:
            given.args = None
        return repr(given.args and given.args.to_dict(flat=False))

    client = app.test_client()
    assert client.get("/?a=1&a=%d0%b0&c").text == "{'a': ['1', 'а'], 'c': ['']}"
    assert client.get("/?a=1", headers={"query": "1"}).text == "{'b': ['а']}"
    assert client.get("/?a=1", headers={"args": "1"}).text == "None"


def test_fields_that_were_asked_for_before_there_was_a_request_are_those_of_the_request() -> None:
    """`request.args` is one object, also when the request is made after it, and gives way."""
    app = Flask("early")

    @app.get("/<path:way>")
    def index(way: str) -> Any:
        given: Any = request
        early = given.args
        if way == "same":
            return repr((given._get_current_object().args is early is given.args, [*early.items()]))
        if way == "set":
            given.args = {"set": "by hand"}
        if way == "environ":
            given.environ["QUERY_STRING"] = "a=2"
        return repr((dict(given.args), given.query_string))

    client = app.test_client()
    assert client.get("/same?a=1&b").text == "(True, [('a', '1'), ('b', '')])"
    assert client.get("/set?a=1").text == "({'set': 'by hand'}, b'a=1')"
    assert client.get("/environ?a=1").text == "({'a': '1'}, b'a=1')"


@pytest.mark.parametrize("beside_flask_wtf", [False, True])
def test_fields_are_read_early_within_the_limit_of_the_class(
    beside_flask_wtf: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `Kolba` app makes no request for few fields, and refuses too many by their setting.

    Also beside Flask-WTF, whose forms are told of every request that was checked.
    """
    if beside_flask_wtf:
        importlib.import_module("flask_wtf")
    else:
        monkeypatch.delitem(sys.modules, "flask_wtf", raising=False)
    app = Kolba("limited")
    app.config["KOLBA_MAX_QUERY_FIELDS"] = 2

    @app.get("/")
    def index() -> str:
        fields = request.args.to_dict(flat=False)
        return repr((fields, "request" in vars(request_ctx._get_current_object())))

    client = app.test_client()
    assert client.get("/?a=1&a=%D0%B6").text == repr(({"a": ["1", "ж"]}, False))
    refused = client.get("/?a=1&b=2&c=3")
    assert (refused.status_code, "KOLBA_MAX_QUERY_FIELDS" in refused.text) == (400, True)


def test_fields_are_read_by_the_class_of_the_request() -> None:
    """A storage class, and an `args`, of the app's own are used on the short way too."""

    class Own(Request):
        parameter_storage_class = MultiDict  # type: ignore[assignment]

    class Counted(Request):
        @property
        def args(self) -> Any:
            return {"path": self.path}

    for cls, expected in ((Own, "MultiDict"), (Counted, "dict"), (Request, "ImmutableMultiDict")):
        app = Flask("own")
        app.request_class = cls
        app.add_url_rule("/", "index", lambda: type(request.args).__name__)
        assert app.test_client().get("/?a=1").text == expected


def test_methods_of_what_a_proxy_stands_for() -> None:
    """`get` and `pop` of `g` and of the session are theirs, and an app's own `g` has its own."""

    class Own:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"no {name}")

    app = Flask("methods")
    app.secret_key = "k"
    with app.test_request_context("/"):
        g.a, session["a"] = 1, 2
        assert (g.get("a"), g.pop("a"), g.get("a", 3)) == (1, 1, 3)
        assert (session.get("a"), session.pop("a"), session.get("a", 3)) == (2, 2, 3)
        with pytest.raises(AttributeError, match="'Request' object has no attribute 'get'"):
            request.get  # type: ignore[attr-defined]  # noqa: B018
    app.app_ctx_globals_class = Own  # type: ignore[assignment]
    with app.app_context(), pytest.raises(AttributeError, match="no get"):
        g.get("a")


class _Verb(Request):
    """Takes its method from a header, as some do for clients that know only POST."""

    @property
    def method(self) -> str:
        return self.headers.get("X-Method", self._sent)

    @method.setter
    def method(self, value: str) -> None:
        self._sent = value


@pytest.mark.parametrize(("cls", "expected"), [(Request, "seen"), (_Verb, "")])
def test_automatic_options_ask_the_request(cls: type[Request], expected: str) -> None:
    """Once a hook has made the request, it is its method that OPTIONS is told by."""
    app = Flask("verb")
    app.request_class = cls
    app.before_request(lambda: request._get_current_object() and None)  # type: ignore[attr-defined]
    app.add_url_rule("/", "index", lambda: "seen", methods=["GET"])
    client = app.test_client()
    answer = client.get("/", headers={"X-Method": "OPTIONS"})
    assert answer.text == expected
    assert ("Allow" in answer.headers) is (expected == "")
    assert "Allow" in client.options("/").headers


class _Slotted:
    __slots__ = ("_cache_value", "calls")

    def __init__(self) -> None:
        self.calls = 0

    @cached_property
    def value(self) -> int:
        self.calls += 1
        return self.calls


class _Plain(_Slotted):
    """Has a `__dict__`."""


@pytest.mark.parametrize("cls", [_Slotted, _Plain])
def test_a_cached_property_is_computed_once(cls: type[_Slotted]) -> None:
    """Once until it is deleted, on objects with a `__dict__` and with slots."""
    thing = cls()
    assert (thing.value, thing.value) == (1, 1)
    del thing.value
    assert thing.value == 2
    thing.value = 7
    assert thing.value == 7
    assert isinstance(vars(_Slotted)["value"], cached_property)


def _sent(send: Any) -> list[tuple[str, Any]]:
    """Who was called, in order, for a signal with receivers of every kind."""
    app, other, signal, calls = Flask("a"), Flask("b"), Signal(), []

    def strong(sender: Any, **extra: Any) -> None:
        calls.append(("strong", extra))

    class Receiver:
        def method(self, sender: Any, **extra: Any) -> None:
            calls.append(("method", extra))

    async def slow(sender: Any, **extra: Any) -> None:
        calls.append(("async", extra))

    receiver, gone = Receiver(), Receiver()
    signal.connect(strong, app)
    signal.connect(receiver.method)
    signal.connect(gone.method)
    signal.connect(slow, weak=False)
    signal.connect(lambda sender: calls.append(("elsewhere", {})), other, weak=False)
    del gone
    send(signal, app)
    with signal.muted():
        send(signal, app)
    # By name, since the order is that of a set of addresses.
    return sorted(calls, key=lambda call: call[0])


def test_receivers_are_called_as_blinker_calls_them() -> None:
    """Weak, bound, coroutine and foreign receivers, and a muted signal: as with blinker."""
    plain = _sent(lambda s, app: s.send(app, _async_wrapper=app.ensure_sync, error=1))
    assert _sent(lambda s, app: signals.send(s, app, error=1)) == plain
    assert [name for name, _ in plain] == ["async", "method", "strong"]


def test_a_signal_with_a_sender_of_its_own_uses_it() -> None:
    """Who replaces `send` on a signal, as tests do, is asked."""
    signal, seen = Signal(), []
    signal.send = lambda *given, **extra: seen.append((given, extra))  # type: ignore[method-assign,assignment]
    app = Flask("a")
    signals.send(signal, app, error=1)
    assert seen == [((app,), {"_async_wrapper": app.ensure_sync, "error": 1})]


def test_the_page_of_a_redirect_is_not_confused_with_that_of_markup() -> None:
    """A Markup equals its text, but is not escaped: neither page is given for the other."""
    assert b"&lt;" in redirect_page("/<")
    assert b"&lt;" not in redirect_page(Markup("/<"))
    assert b"&lt;" in redirect_page("/<")


def _app() -> Flask:
    app = Flask("bodies")

    @app.post("/data")
    def data() -> str:
        read: Any = request.get_data
        first = read(cache="cache" in request.args, as_text="text" in request.args)
        again = request.get_data()
        return repr((first, again, request.content_length, request.stream.read(), request.mimetype))

    @app.post("/json")
    def json() -> Any:
        return {"got": request.get_json(), "again": request.json}

    return app


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "(b'\\xc3\\xa9', b'', 2, b'', 'text/plain')"),
        ("cache", "(b'\\xc3\\xa9', b'\\xc3\\xa9', 2, b'', 'text/plain')"),
        ("text&cache", "('é', b'\\xc3\\xa9', 2, b'', 'text/plain')"),
    ],
)
def test_a_body_is_read_once(query: str, expected: str) -> None:
    """Cached or not, as bytes or as text; the stream is at its end afterwards."""
    answer = _app().test_client().post(f"/data?{query}", data="é", content_type="text/plain")
    assert answer.text == expected


@pytest.mark.parametrize(
    ("body", "content_type", "length", "status"),
    [
        (b'{"a": [1, 2.5, "\xc3\xa9"]}', "application/json", None, 200),
        (b'{"a": 1}', "application/problem+json; charset=utf-8", None, 200),
        (b"{", "application/json", None, 400),
        (b"{}", "text/plain", None, 415),
        (b"{}", "application/json", "40", 400),
        (b"{}", "application/json", "+2", 400),
        (b"{}" + b" " * 90, "application/json", None, 413),
    ],
)
def test_json_comes_in_and_goes_out(
    body: bytes, content_type: str, length: str | None, status: int
) -> None:
    """Good, broken, mistyped, short and too long bodies get the answers that Flask gives."""
    app = _app()
    app.config["MAX_CONTENT_LENGTH"] = 64
    answer = app.test_client().post(
        "/json",
        input_stream=io.BytesIO(body),
        content_type=content_type,
        environ_overrides={"CONTENT_LENGTH": length or str(len(body))},
    )
    assert answer.status_code == status
    if status == 200:
        assert answer.json is not None
        assert answer.json["got"] == answer.json["again"]


def test_a_json_answer_that_holds_itself_is_flasks_error() -> None:
    """The encoder that looks for no cycles hands such a value to the one that does."""
    app = Flask("cycle")
    app.testing = True

    @app.get("/")
    def cycle() -> Any:
        value: dict[str, Any] = {}
        value["self"] = [value]
        return value

    with pytest.raises(ValueError, match="Circular reference detected"):
        app.test_client().get("/")


@pytest.mark.parametrize("hooked", [False, True], ids=["plain", "hooked"])
@pytest.mark.parametrize("permanent", [False, True], ids=["session", "permanent"])
def test_a_page_of_text_carries_its_session(hooked: bool, permanent: bool) -> None:
    """Whether a hook sees the response or not, the answer has the headers that Flask gives it."""
    app = Flask("pages")
    app.secret_key = "a key of thirty-two characters!!"
    if hooked:
        app.after_request(lambda response: response)
    app.add_url_rule("/none", "none", lambda: "é")
    app.add_url_rule("/read", "read", lambda: str(session.get("n", 0)))

    @app.get("/write")
    def write() -> str:
        session.permanent = permanent
        session["n"] = 1
        return "é"

    @app.get("/clear")
    def clear() -> str:
        session.clear()
        return "cleared"

    client = app.test_client()

    def sent(path: str) -> tuple[str, ...]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.content_length == len(answer.data)
        assert answer.content_type == "text/html; charset=utf-8"
        return tuple(name for name, _ in answer.headers)

    plain, kept = ("Content-Type", "Content-Length"), ("Set-Cookie",)
    assert sent("/none") == plain
    assert sent("/read") == (*plain, "Vary")
    assert sent("/write") in ((*plain, "Vary", *kept), (*plain, *kept, "Vary"))
    resent = (*kept, "Vary") if permanent else ()
    assert sent("/none") == (*plain, *resent)
    assert sent("/read") == (*plain, "Vary", *(kept if permanent else ()))
    assert sent("/clear") in ((*plain, "Vary", *kept), (*plain, *kept, "Vary"))
    assert sent("/none") == plain


def test_a_session_that_expires_in_the_course_of_a_request_is_there() -> None:
    """Flask opens it when the request begins; who touches it later finds what it was then."""
    app = Flask("expiring")
    app.secret_key = "a key of thirty-two characters!!"
    app.permanent_session_lifetime = timedelta(seconds=60)
    with time_machine.travel(1_800_000_000, tick=False) as clock:

        @app.get("/write")
        def write() -> str:
            session["n"] = 1
            return "kept"

        @app.get("/read")
        def read() -> str:
            clock.shift(int(request.args["seconds"]))
            return str(session.get("n"))

        client = app.test_client()
        client.get("/write")
        assert client.get("/read?seconds=0").text == "1"
        assert client.get("/read?seconds=100").text == "1"
        assert client.get("/read?seconds=0").text == "None"


@pytest.mark.skipif(not signals.HAS_COROUTINE_MARKS, reason="marks are of Python 3.12 and later")
def test_a_function_is_known_for_a_coroutine_function_by_its_mark_alone() -> None:
    """A marked view or hook is awaited, as on Flask; other attributes of it change nothing."""
    app = Flask("marked")

    async def text() -> str:
        return "awaited"

    def marked() -> Any:
        return text()

    def plain() -> str:
        return "plain"

    plain.limit = 1  # type: ignore[attr-defined]
    app.add_url_rule("/marked", "marked", inspect.markcoroutinefunction(marked))  # type: ignore[attr-defined]
    app.add_url_rule("/plain", "plain", plain)
    client = app.test_client()
    assert [client.get(path).text for path in ("/marked", "/plain", "/marked")] == [
        "awaited",
        "plain",
        "awaited",
    ]
    assert signals.COROUTINE_MARK in vars(marked) and signals.COROUTINE_MARK not in vars(plain)
