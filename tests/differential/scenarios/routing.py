"""Which rule answers which path and method, with which values, and what the others get."""

from __future__ import annotations

import flask
from flask import request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.routing import (
    BaseConverter,
    EndpointPrefix,
    Map,
    PathConverter,
    Rule,
    RuleFactory,
    Subdomain,
    Submount,
    ValidationError,
)

from tests.differential.collect import table
from tests.differential.trace import Trace, error_text


def _shows(**values: object) -> str:
    return f"{request.endpoint} {request.url_rule} {values}"


def _routes(t: Trace, *rules: str, **options: object) -> flask.Flask:
    """An app where each rule is its own endpoint and the answer names rule and values."""
    app = t.app(**options)
    for rule in rules:
        app.add_url_rule(rule, rule.replace(".", "_"), _shows)
    return app


def _ask(
    t: Trace, app: flask.Flask, *paths: str | bytes, methods: tuple[str, ...] = ("GET",)
) -> None:
    for path in paths:
        for method in methods:
            t.send(app, path, method)


def integers(t: Trace) -> None:
    """The int converter takes what int() and its regex take: Unicode digits, limits, fixed width."""
    app = _routes(
        t,
        "/i/<int:n>",
        "/s/<int(signed=True):n>",
        "/f/<int(fixed_digits=3):n>",
        "/m/<int(min=2, max=9):n>",
        "/x/<int(fixed_digits=2, min=5):n>",
        "/sm/<int(signed=True, max=0):n>",
    )
    texts = [
        "0",
        "1",
        "007",
        "12",
        "123",
        "-1",
        "-0",
        "+1",
        "1.0",
        " 1",
        "1 ",
        "",
        "٣",
        "²",
        "१२३",
        "1e3",
        "1_000",
        "9" * 5000,
        "9" * 300,
        "0x1",
        "--1",
        "５",
    ]
    for prefix in ("i", "s", "f", "m", "x", "sm"):
        _ask(t, app, *(f"/{prefix}/{text}" for text in texts))


def floats(t: Trace) -> None:
    """The float converter wants digits around the dot, a sign only if asked, and keeps limits."""
    app = _routes(t, "/f/<float:x>", "/s/<float(signed=True):x>", "/m/<float(min=1.5, max=2.5):x>")
    texts = [
        "1.0",
        "1",
        ".5",
        "5.",
        "-1.5",
        "1.5e3",
        "nan",
        "inf",
        "1.50",
        "00.10",
        "٣.٣",
        "1.0.0",
        "2.5",
        "2.51",
        "9" * 400 + ".0",
        "1,5",
    ]
    for prefix in ("f", "s", "m"):
        _ask(t, app, *(f"/{prefix}/{text}" for text in texts))


def strings_and_others(t: Trace) -> None:
    """string with lengths, path, uuid, any and default converters match as Werkzeug's do."""
    app = _routes(
        t,
        "/d/<x>",
        "/l/<string(length=2):x>",
        "/r/<string(minlength=2, maxlength=4):x>",
        "/p/<path:x>",
        "/p/<path:x>/edit",
        "/u/<uuid:x>",
        "/a/<any(about, 'x.y', help):x>",
        "/a/<x>/more",
        "/mixed-<int:a>-<b>.<any(txt,md):c>",
        "/two/<a>/<b>",
        "/<path:x>/tail",
    )
    _ask(
        t,
        app,
        "/d/x",
        "/d/é",
        "/d/a b",
        "/d/",
        "/d",
        "/d/a/b",
        "/d/%2F",
        "/d/a\nb",
        "/l/ab",
        "/l/abc",
        "/l/é",
        "/l/éé",
        "/r/a",
        "/r/abcd",
        "/r/abcde",
        "/p/a",
        "/p/a/b/c",
        "/p/",
        "/p//",
        "/p/a/edit",
        "/p/edit",
        "/p/a/edit/edit",
        "/p/a/",
        "/p/a//b",
        "/u/12345678-1234-5678-1234-567812345678",
        "/u/12345678-1234-5678-1234-56781234567",
        "/u/12345678123456781234567812345678",
        "/u/ABCDEFAB-1234-5678-1234-567812345678",
        "/a/about",
        "/a/x.y",
        "/a/xzy",
        "/a/help/more",
        "/a/other/more",
        "/a/other",
        "/mixed-1-b.txt",
        "/mixed-1-b.c.md",
        "/mixed-x-b.txt",
        "/mixed-1-.txt",
        "/mixed-1-b.doc",
        "/two/a/b",
        "/two/a/",
        "/two//b",
        "/q/w/tail",
        "/tail",
        "//tail",
        "/x/tail/",
    )


def static_wins_over_dynamic(t: Trace) -> None:
    """Among rules that match, weight decides as in Werkzeug, whatever the order they came in."""
    rules = [
        "/<path:p>",
        "/<x>",
        "/<int:n>",
        "/about",
        "/<x>/<y>",
        "/a/<x>",
        "/<x>/b",
        "/a/b",
        "/a/<int:n>",
        "/<x>-<y>",
        "/a-<y>",
        "/<x>.html",
        "/a/<path:p>",
        "/<int:n>/b",
    ]
    paths = [
        "/about",
        "/7",
        "/x",
        "/a/b",
        "/a/x",
        "/x/b",
        "/7/b",
        "/a/7",
        "/a-b",
        "/x-y",
        "/x-y-z",
        "/x.html",
        "/a/b/c",
        "/7/c",
        "/x/y",
        "/x/y/z",
        "/-",
        "/7-7",
        "/",
    ]
    for ordered in (rules, rules[::-1]):
        _ask(t, _routes(t, *ordered), *paths)


def a_failed_conversion_is_final(t: Trace) -> None:
    """When to_python refuses, no other rule is tried: 404, unless other methods make it 405."""
    app = _routes(t, "/<int(max=5):n>", "/<x>", "/p/<int:n>", "/p/<path:x>")
    app.add_url_rule("/q/<int(max=5):n>", "q", _shows, methods=["POST"])
    app.add_url_rule("/q/<int(max=5):n>", "q2", _shows, methods=["PUT"])
    app.add_url_rule("/q/<x>", "q3", _shows, methods=["GET"])
    _ask(
        t,
        app,
        "/3",
        "/9",
        "/x",
        "/p/1",
        "/p/x",
        "/p/1/2",
        "/q/3",
        "/q/9",
        "/q/x",
        methods=("GET", "POST", "PUT", "DELETE", "OPTIONS"),
    )


def slashes_at_the_end(t: Trace) -> None:
    """Strict slashes redirect or refuse, by rule and by map, with query, method and body kept."""
    app = t.app()
    app.add_url_rule("/dir/", "dir", _shows, methods=["GET", "POST"])
    app.add_url_rule("/file", "file", _shows)
    app.add_url_rule("/loose/", "loose", _shows, strict_slashes=False)
    app.add_url_rule("/loosefile", "loosefile", _shows, strict_slashes=False)
    app.add_url_rule("/both", "both", _shows)
    app.add_url_rule("/both/", "both_dir", _shows)
    app.add_url_rule("/d/<x>/", "d", _shows)
    app.add_url_rule("/post/", "post", _shows, methods=["POST"])
    paths = [
        "/dir",
        "/dir/",
        "/file",
        "/file/",
        "/loose",
        "/loose/",
        "/loosefile/",
        "/both",
        "/both/",
        "/d/x",
        "/d/é",
        "/d/a%b",
        "/post",
        "/dir?a=1&b=é",
        "/dir?",
        "/d/x?y",
    ]
    _ask(t, app, *paths, methods=("GET", "POST", "HEAD", "OPTIONS"))
    app.url_map.strict_slashes = False
    _ask(t, app, *paths)
    loose = t.app()
    loose.url_map.strict_slashes = False
    loose.add_url_rule("/dir/", "dir", _shows)
    loose.add_url_rule("/file", "file", _shows)
    loose.add_url_rule("/strict/", "strict", _shows, strict_slashes=True)
    _ask(t, loose, "/dir", "/dir/", "/file", "/file/", "/strict", "/strict/")


def slashes_in_the_middle(t: Trace) -> None:
    """Double slashes are merged by a redirect, except where rule or map says otherwise."""
    app = t.app()
    app.add_url_rule("/a/b", "ab", _shows, methods=["GET", "POST"])
    app.add_url_rule("/keep/<path:x>", "keep", _shows, merge_slashes=False)
    app.add_url_rule("/p/<path:x>", "p", _shows)
    app.add_url_rule("/dir/", "dir", _shows)
    app.add_url_rule("/two//three", "two", _shows)
    paths = [
        "//a/b",
        "/a//b",
        "/a///b",
        "//",
        "///",
        "/keep//x",
        "/keep/a//b",
        "/keep///",
        "/p//x",
        "/p/a//b",
        "/dir//",
        "//dir",
        "/a/b//",
        "//evil.example/a",
        "/two//three",
        "/two/three",
        "/a//b?x=1",
        "/none//x",
    ]
    _ask(t, app, *paths, methods=("GET", "POST"))
    app.url_map.merge_slashes = False
    _ask(t, app, *paths)
    plain = t.app()
    plain.url_map.merge_slashes = False
    plain.add_url_rule("/a/b", "ab", _shows)
    plain.add_url_rule("/a//b", "aab", _shows)
    plain.add_url_rule("/m/<path:x>", "m", _shows, merge_slashes=True)
    _ask(t, plain, "/a/b", "/a//b", "/a///b", "/m//x")


def defaults(t: Trace) -> None:
    """Defaults redirect to the shorter URL, unless told not to, and reach the view."""
    app = t.app()
    app.add_url_rule("/pages/", "pages", _shows, defaults={"page": 1})
    app.add_url_rule("/pages/<int:page>", "pages", _shows)
    app.add_url_rule("/lang/", "lang", _shows, defaults={"lang": "en", "x": 2})
    app.add_url_rule("/lang/<lang>/", "lang", _shows, defaults={"x": 2})
    app.add_url_rule("/lang/<lang>/<int:x>", "lang", _shows)
    app.add_url_rule("/extra", "extra", _shows, defaults={"given": [1]})
    app.add_url_rule("/m/", "m", _shows, defaults={"a": 1}, methods=["POST"])
    app.add_url_rule("/m/<int:a>", "m", _shows, methods=["GET", "POST"])
    paths = [
        "/pages/",
        "/pages/1",
        "/pages/2",
        "/pages/1?q=1",
        "/lang/",
        "/lang/en/",
        "/lang/en",
        "/lang/de/",
        "/lang/en/2",
        "/lang/de/2",
        "/lang/de/3",
        "/extra",
        "/m/1",
        "/m/",
        "/m/2",
    ]
    _ask(t, app, *paths, methods=("GET", "POST"))
    app.url_map.redirect_defaults = False
    _ask(t, app, *paths)


def defaults_are_shared_objects(t: Trace) -> None:
    """A mutable default that a view changes is changed for the next request."""
    app = t.app()
    app.add_url_rule(
        "/", "index", lambda seen: seen.append(len(seen)) or str(seen), defaults={"seen": []}
    )
    for _ in range(3):
        t.send(app)


def redirecting_rules(t: Trace) -> None:
    """redirect_to as text or callable, and alias rules, redirect as Werkzeug does."""
    app = t.app()

    def elsewhere(adapter: object, n: int) -> str:
        t.note("redirect_to", type(adapter).__name__, n, request.url_rule)
        return f"/new/{n + 1}"

    app.add_url_rule("/old/<int:n>", "old", _shows, redirect_to="new/<n>")
    app.add_url_rule("/abs/<x>", "abs", _shows, redirect_to="/new/<x>/é")
    app.add_url_rule("/away", "away", _shows, redirect_to="https://other.example/x")
    app.add_url_rule("/call/<int:n>", "call", _shows, redirect_to=elsewhere)
    app.add_url_rule("/bad/<x>", "bad", _shows, redirect_to="new/<y>")
    app.add_url_rule("/fails/<int:n>", "fails", _shows, redirect_to=lambda adapter, n: 1 / 0)
    app.add_url_rule("/new/<int:n>", "new", _shows)
    app.add_url_rule("/list/", "list", _shows, defaults={"page": 1})
    app.add_url_rule("/list/index.html", "list", _shows, defaults={"page": 1}, alias=True)
    app.add_url_rule("/list/<int:page>", "list", _shows)
    app.add_url_rule("/alias-only", "lost", _shows, alias=True)
    app.add_url_rule("/item/<int:n>", "item", _shows)
    app.add_url_rule("/thing/<int:n>", "item", _shows, alias=True)
    app.before_request(
        lambda: t.note("before", request.endpoint, error_text(request.routing_exception))
    )
    paths = [
        "/old/3",
        "/abs/é",
        "/away",
        "/call/1",
        "/bad/x",
        "/fails/1",
        "/new/1",
        "/list/",
        "/list/index.html",
        "/list/index.html?a=1",
        "/list/1",
        "/list/2",
        "/alias-only",
        "/thing/4",
        "/item/4",
    ]
    _ask(t, app, *paths, methods=("GET", "POST"))
    t.send(app, "/old/3", script_name="/app", host="shop.example:8080", scheme="https")
    app.url_map.redirect_defaults = False
    _ask(t, app, *paths)


def converters_of_ones_own(t: Trace) -> None:
    """to_python runs in the pushed context with the session open; what it raises decides."""

    class Odd(BaseConverter):
        def to_python(self, value: str) -> object:
            t.note(
                "to_python",
                value,
                flask.has_request_context(),
                request.endpoint,
                flask.current_app.name,
            )
            if value == "session":
                return session.get("n", "empty")
            if value == "key":
                raise KeyError("no")
            if value == "abort":
                flask.abort(403)
            if value == "redirect":
                flask.abort(flask.redirect("/elsewhere"))
            if value == "invalid":
                raise ValidationError("bad")
            if value == "notfound":
                raise NotFound("mine")
            if value == "g":
                flask.g.seen = 1
            if value == "exit":
                raise SystemExit(3)
            return value.upper()

        def to_url(self, value: object) -> str:
            return str(value).lower()

    app = t.app()
    app.url_map.converters["odd"] = Odd
    app.add_url_rule("/<odd:x>", "x", _shows, methods=["GET"])
    app.add_url_rule("/<odd:x>", "x2", _shows, methods=["POST"])
    app.add_url_rule("/two/<odd:x>/<odd:y>", "two", lambda x, y: url_for("two", x=x, y=y))
    app.add_url_rule("/set", "set", lambda: session.__setitem__("n", 5) or "set")
    app.before_request(
        lambda: t.note(
            "before", request.endpoint, request.view_args, error_text(request.routing_exception)
        )
    )
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.register_error_handler(403, lambda e: ("handled 403", 403))
    t.watch_signals(app, "got-request-exception", "request-started")
    browser = t.browser(app)
    browser.send("/set")
    for value in (
        "session",
        "key",
        "abort",
        "redirect",
        "invalid",
        "notfound",
        "g",
        "plain",
        "exit",
    ):
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            browser.send(f"/{value}", method)
    browser.send("/two/a/invalid")
    browser.send("/two/a/b")


def converters_with_options(t: Trace) -> None:
    """A converter's regex, weight, part_isolating, arguments and to_url are honoured."""

    class Regex(BaseConverter):
        def __init__(self, map: Map, regex: str, *args: object, **kwargs: object) -> None:
            super().__init__(map)
            self.regex = regex
            t.note("made", regex, args, kwargs)

    class Listed(BaseConverter):
        part_isolating = False
        regex = r"[a-z]+(?:/[a-z]+)*"

        def to_python(self, value: str) -> list[str]:
            return value.split("/")

        def to_url(self, value: list[str]) -> str:
            return "/".join(value)

    class Heavy(BaseConverter):
        weight = 300
        regex = "[0-9]+"

    class Groups(PathConverter):
        regex = r"(?:x|y)(?P<name>z)?"

    app = t.app()
    app.url_map.converters.update(re=Regex, list=Listed, heavy=Heavy, groups=Groups)
    app.url_map.converters["default"] = type(
        "Def", (BaseConverter,), {"to_python": lambda self, v: f"<{v}>"}
    )
    for rule in (
        "/r/<re('[ab]{2}'):x>",
        "/r/<re('c+', 1, k=2):x>",
        "/l/<list:x>",
        "/l/<list:x>/end",
        "/<heavy:x>",
        "/<int:x>",
        "/g/<groups:x>",
        "/d/<x>",
    ):
        app.add_url_rule(rule, rule.replace(".", "_"), _shows)
    _ask(
        t,
        app,
        "/r/ab",
        "/r/abc",
        "/r/cc",
        "/l/a",
        "/l/a/b",
        "/l/a/b/end",
        "/l/a/",
        "/5",
        "/g/xz",
        "/g/y",
        "/d/q",
        "/l/A",
    )


def methods(t: Trace) -> None:
    """HEAD comes with GET, OPTIONS by itself, 405 carries Allow, and odd methods are odd."""
    app = t.app()
    app.add_url_rule("/get", "get", _shows)
    app.add_url_rule("/post", "post", _shows, methods=["post"])
    app.add_url_rule(
        "/all",
        "all",
        _shows,
        methods=[
            "GET",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "HEAD",
            "TRACE",
            "QUERY",
            "FOO",
        ],
    )
    app.add_url_rule("/head", "head", _shows, methods=["HEAD"])
    app.add_url_rule("/options", "options", _shows, methods=["OPTIONS"])
    app.add_url_rule("/split", "split_get", _shows, methods=["GET"])
    app.add_url_rule("/split", "split_put", _shows, methods=["PUT"])
    app.add_url_rule("/<x>", "dynamic_delete", _shows, methods=["DELETE"])
    app.add_url_rule("/empty", "empty", _shows, methods=[])
    verbs = (
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "QUERY",
        "FOO",
        "get",
        "Post",
        "",
        "--",
        "CONNECT",
    )
    _ask(
        t,
        app,
        "/get",
        "/post",
        "/all",
        "/head",
        "/options",
        "/split",
        "/other",
        "/empty",
        "/a/b",
        methods=verbs,
    )


def automatic_options(t: Trace) -> None:
    """provide_automatic_options by rule, view, class attribute and config decides who answers OPTIONS."""

    def own() -> str:
        return f"own {request.method}"

    def marked() -> str:
        return f"marked {request.method}"

    marked.provide_automatic_options = False  # type: ignore[attr-defined]
    marked.methods = ["GET", "OPTIONS"]  # type: ignore[attr-defined]

    def required() -> str:
        return f"required {request.method}"

    required.required_methods = ["PATCH"]  # type: ignore[attr-defined]
    for automatic in (True, False):
        app = t.app(PROVIDE_AUTOMATIC_OPTIONS=automatic)
        app.add_url_rule("/default", "default", own)
        app.add_url_rule("/off", "off", own, provide_automatic_options=False)
        app.add_url_rule("/on", "on", own, provide_automatic_options=True)
        app.add_url_rule(
            "/on-explicit",
            "on_explicit",
            own,
            provide_automatic_options=True,
            methods=["GET", "OPTIONS"],
        )
        app.add_url_rule("/own", "own", own, methods=["GET", "OPTIONS"])
        app.add_url_rule("/marked", "marked", marked)
        app.add_url_rule("/required", "required", required)
        app.after_request(lambda r: t.note("after", r.headers.get("Allow"), r.is_streamed) or r)
        for path in (
            "/default",
            "/off",
            "/on",
            "/on-explicit",
            "/own",
            "/marked",
            "/required",
            "/none",
        ):
            for method in ("OPTIONS", "GET", "PATCH", "HEAD"):
                t.send(app, path, method)


def no_rule_and_no_view(t: Trace) -> None:
    """An endpoint without a view fails in Flask's way, also for HEAD and OPTIONS."""
    app = t.app()
    app.add_url_rule("/lost", endpoint="lost")
    app.url_map.add(Rule("/raw", endpoint="raw"))
    app.url_map.add(Rule("/raw-get", endpoint="raw", methods=["GET"]))

    @app.endpoint("raw")
    def raw() -> str:
        return "raw"

    _ask(t, app, "/lost", "/raw", "/raw-get", methods=("GET", "HEAD", "OPTIONS", "POST", "FOO"))


def rules_built_by_factories(t: Trace) -> None:
    """Submount, EndpointPrefix, RuleTemplate-like factories and build_only rules work."""
    app = t.app()
    factory: RuleFactory = Submount(
        "/sub",
        [EndpointPrefix("p.", [Rule("/x/<int:n>", endpoint="x"), Rule("/", endpoint="root")])],
    )
    app.url_map.add(factory)
    app.url_map.add(Subdomain("", [Rule("/dom", endpoint="dom")]))
    app.url_map.add(Rule("/build/<x>", endpoint="build", build_only=True))
    for endpoint in ("p.x", "p.root", "dom", "build"):
        app.view_functions[endpoint] = _shows
    app.add_url_rule("/link", "link", lambda: f"{url_for('p.x', n=1)} {url_for('build', x='é')}")
    _ask(t, app, "/sub/x/1", "/sub/", "/sub", "/sub/x/a", "/dom", "/build/x", "/link")


def rules_of_a_class_of_ones_own(t: Trace) -> None:
    """url_rule_class and url_map_class with own behaviour are used."""

    class Loud(Rule):
        def get_converter(self, *args: object, **kwargs: object) -> object:
            t.note("get_converter", args[0], args[1])
            return super().get_converter(*args, **kwargs)

        def build(self, *args: object, **kwargs: object) -> object:
            result = super().build(*args, **kwargs)
            t.note("build", result)
            return result

    class Case(Map):
        def bind_to_environ(self, environ: object, *args: object, **kwargs: object) -> object:
            t.note("bind_to_environ", args, sorted(kwargs))
            return super().bind_to_environ(environ, *args, **kwargs)

    app_class = type("App", (flask.Flask,), {"url_rule_class": Loud, "url_map_class": Case})
    app = t.app(cls=app_class)
    app.add_url_rule("/<int:n>", "n", lambda n: url_for("n", n=n + 1))
    app.add_url_rule("/", "index", lambda: "-")
    _ask(t, app, "/", "/3", "/x")


def websocket_rules(t: Trace) -> None:
    """Websocket rules and upgrade headers mismatch with plain ones as in Werkzeug."""
    app = t.app()
    app.add_url_rule("/ws", "ws", _shows, websocket=True)
    app.add_url_rule("/http", "http", _shows)
    app.add_url_rule("/both", "both", _shows)
    app.add_url_rule("/both", "both_ws", _shows, websocket=True)
    app.add_url_rule("/link", "link", lambda: f"{url_for('ws')} {url_for('http', _external=True)}")
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    for path in ("/ws", "/http", "/both", "/link", "/none"):
        t.send(app, path)
        for headers in (
            upgrade,
            {"Upgrade": "websocket"},
            {"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket"},
            {"Upgrade": "h2c", "Connection": "upgrade"},
        ):
            for scheme in ("http", "https", "ws", "wss"):
                t.send(app, path, headers=headers, scheme=scheme)


@table(["ascii", "encoded", "unicode", "bytes", "empty", "dots"])
def paths_of_every_kind(t: Trace, kind: str) -> None:
    """Odd path bytes reach rules, views, redirects and request.path as under Werkzeug."""
    paths: dict[str, list[str | bytes]] = {
        "ascii": [
            "/a",
            "/a!$&'()*+,;=:@-._~",
            '/a"<>\\^`{|}',
            "/a?b#c",
            "/a#b",
            "/;a=1",
            "/a\tb",
            "/a\x00b",
            "/a\r\nb",
            "/%41",
            "/a+b",
            "/*",
        ],
        "encoded": ["/%2e%2e", "/%", "/%zz", "/%C3%A9", "/a%2Fb", "/%00"],
        "unicode": ["/é", "/日本/語", "/\u202e", "/😀", "/e\u0301", "/\u2028", "/ß", "/İ"],
        "bytes": [
            b"/\xff",
            b"/\xc3",
            b"/\xed\xa0\x80",
            b"/a\xff/b",
            b"/\x80?q=\xff",
            b"/\xf0\x9f\x98",
        ],
        "empty": ["", "?a=1", "//", "no-slash", "a/b", "http://evil.example/", "*"],
        "dots": ["/.", "/..", "/../etc/passwd", "/./a", "/a/..", "/.../", "/a/./b"],
    }
    app = _routes(t, "/", "/<x>", "/d/<x>/", "/<path:p>/edit", "/<x>/<y>/")
    app.add_url_rule(
        "/show/<path:p>",
        "show",
        lambda p: (
            f"{p!r} {request.path!r} {request.full_path!r} {request.url!r} {url_for('show', p=p)}"
        ),
    )
    for path in paths[kind]:
        t.send(app, path)
        t.send(app, (b"/d" if isinstance(path, bytes) else "/d") + path)  # type: ignore[operator]
        t.send(app, (b"/show" if isinstance(path, bytes) else "/show") + path)  # type: ignore[operator]
    t.send(app, "/", drop=["PATH_INFO"])


def routing_errors_are_seen_by_hooks_and_handlers(t: Trace) -> None:
    """404, 405 and redirects are routing_exceptions: hooks see them, handlers get 404 and 405."""
    app = t.app()
    app.add_url_rule("/dir/", "dir", _shows)
    app.add_url_rule("/post", "post", _shows, methods=["POST"])
    app.before_request(
        lambda: t.note(
            "before",
            error_text(request.routing_exception),
            request.endpoint,
            request.view_args,
            request.blueprints,
        )
    )
    app.after_request(
        lambda r: (
            t.note(
                "after",
                r.status,
                r.is_streamed,
                r.headers.get("Location"),
                r.headers.get("Allow"),
                type(r).__name__,
            )
            or r
        )
    )
    for handlers in (False, True):
        if handlers:
            for code in (404, 405, 308):
                app.error_handler_spec[None][code][flask.wrappers.HTTPException] = None  # type: ignore[index,assignment]
            app.error_handler_spec[None][404] = {
                NotFound: lambda e: (f"my 404 {e.description}", 404)
            }
        _ask(t, app, "/dir", "/post", "/none", methods=("GET", "POST", "HEAD", "OPTIONS"))


def many_rules(t: Trace) -> None:
    """Among some hundred rules of all shapes each path finds its own."""
    app = t.app()
    for n in range(60):
        app.add_url_rule(f"/static{n}/x", f"s{n}", _shows)
        app.add_url_rule(f"/r{n}/<x>/b{n}", f"r{n}", _shows)
        app.add_url_rule(f"/p{n}-<int:x>", f"p{n}", _shows)
        app.add_url_rule(f"/<x>-q{n}", f"q{n}", _shows)
        app.add_url_rule(f"/deep/<int:a>/{n}/<path:rest>", f"d{n}", _shows)
    for n in (0, 7, 33, 59):
        _ask(
            t,
            app,
            f"/static{n}/x",
            f"/r{n}/val/b{n}",
            f"/r{n}/val/b{n + 1}",
            f"/p{n}-5",
            f"/p{n}-x",
            f"/v-q{n}",
            f"/p1-2-q{n}",
            f"/deep/1/{n}/a/b",
            f"/deep/x/{n}/a",
            f"/static{n}/",
        )


def paths_on_the_wire(t: Trace) -> None:
    """Rules whose text is another rule's bytes, and rules that begin with slashes: no path is both."""
    app = t.app()
    app.url_map.merge_slashes = False
    for rule in ("/а", "/Ð°", "//x", "/x/y", "//p", "/\ufffd", "/z"):
        app.add_url_rule(rule, f"page {rule}", _shows)
        app.add_url_rule(f"{rule}/<v>", f"text {rule}", _shows)
        app.add_url_rule(f"{rule}/i/<int:v>", f"int {rule}", _shows)
    app.add_url_rule("//<v>", "behind slashes", _shows)
    for path in (
        "/а",
        "/Ð°",
        "//x",
        "/x",
        "///x",
        "//x/y",
        "/x/y",
        "//p",
        "//z",
        b"/\xff",
        "/\ufffd",
    ):
        whole = path.encode() if isinstance(path, str) else path
        _ask(t, app, whole, whole + b"/\xd0\xb0", whole + b"/i/7", whole + b"/\xff", whole + b"/")
    _ask(t, app, "", "x/y", "z", "z/v", "/i/\xb2", "/z/i/\xb2", "/z/i/٣")
