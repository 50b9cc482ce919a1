"""What is known of one request: the same of a plain Flask app and of a Kolba app."""

from __future__ import annotations

import gc
import json
import logging
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cachelib import FileSystemCache
from flask import (
    Flask,
    Response,
    abort,
    flash,
    get_flashed_messages,
    redirect,
    render_template_string,
    request,
    session,
    signals,
)
from flask_session import Session
from werkzeug.test import EnvironBuilder

from tests.inspector.inspected import BOTH, PAGE, Inspected, Make, inspecting, plain

SECRET = "hunter2-hunter2"


def add_views(app: Flask) -> Flask:
    """The views of these tests."""

    @app.before_request
    def greet() -> None:
        """A hook."""

    @app.get("/")
    def home() -> str:
        return "home"

    @app.get("/item/<int:number>")
    def item(number: int) -> str:
        app.logger.warning("item %d for %s", number, "Ann")
        return render_template_string("{{ number }}", number=number, colour="red")

    @app.post("/login")
    def login() -> Response:
        session["user"] = request.form["name"]
        session["token"] = request.form["password"]
        app.logger.error("logged in with %s", request.form["password"])
        flash("welcome", "success")
        return redirect("/messages")  # type: ignore[return-value]

    @app.get("/messages")
    def messages() -> dict[str, Any]:
        return {"messages": get_flashed_messages()}

    @app.post("/unread")
    def unread() -> str:
        return "unread"

    @app.post("/json")
    def as_json() -> str:
        return str(request.get_json()["name"])

    @app.post("/file")
    def file() -> str:
        return request.files["picture"].filename or ""

    @app.get("/cart/<action>")
    def cart(action: str) -> str:
        if action == "fill":
            session["items"] = [1]
        elif action == "more":
            session["items"] = [*session["items"], 2]
        elif action == "empty":
            del session["items"]
        elif action == "look":
            session.get("items")
        return action

    @app.get("/fails")
    def fails() -> str:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise RuntimeError(f"outer {SECRET}") from error

    @app.get("/forbidden")
    def forbidden() -> str:
        abort(403)

    @app.get("/stream")
    def stream() -> Iterator[str]:
        def chunks() -> Iterator[str]:
            yield "one"
            logging.getLogger("shop.stream").warning("between")
            yield "two"

        return chunks()

    @app.get("/old")
    def old() -> str:
        warnings.warn("this is old", DeprecationWarning, stacklevel=1)
        return "old"

    return app


@pytest.fixture(params=BOTH, ids=["flask", "kolba"])
def shop(request: pytest.FixtureRequest) -> Iterator[Inspected]:
    """The app on either class."""
    make: Make = request.param
    with inspecting(add_views(make())) as inspected:
        yield inspected


def test_what_went_over_the_wire(shop: Inspected) -> None:
    """Method, target, status, size, and the headers of both sides are noted."""
    shop.browser.get("/item/7?colour=red", headers={"X-One": "1"})
    last = shop.last
    assert (last["method"], last["target"]) == ("GET", "/item/7?colour=red")
    assert (last["status"], last["size"]) == ("200 OK", 1)
    assert ["X-One", "1"] in last["request"]["headers"]
    assert last["request"]["query"] == [["colour", "red"]]
    assert ["Content-Length", "1"] in last["response"]["headers"]
    assert last["trouble"] == []


def test_the_route_as_explain_says_it(shop: Inspected) -> None:
    """Rule, view and place, arguments, hooks, and who answered, are noted."""
    shop.browser.get("/item/7")
    route = shop.last["route"]
    assert (route["path"], route["endpoint"]) == ("/item/<int:number>", "item")
    assert route["arguments"] == [["number", "7"]]
    assert route["view"]["name"].endswith("item")
    assert "test_recorder.py:" in route["view"]["place"]
    assert any(hook["name"].endswith("greet") for hook in route["before"])
    assert route["how"] == "compiled"


def test_what_is_left_to_flask() -> None:
    """Where a route does not run compiled, the reason stands there that `kolba explain` gives."""

    class Own(Flask):
        def full_dispatch_request(self) -> Response:
            return super().full_dispatch_request()

    app = Own("own")
    app.add_url_rule("/", "home", lambda: "home")
    with inspecting(app) as shop:
        shop.browser.get("/")
        route = shop.last["route"]
    assert route["how"] == "fallback"
    assert route["reasons"] == ["dispatch: full_dispatch_request is the app's own"]


def test_sessions_of_an_extension(tmp_path: Path) -> None:
    """What became of a session of Flask-Session is noted, too; it is opened as ever."""
    app = add_views(plain())
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(tmp_path)))
    Session(app)
    with inspecting(app) as shop:
        shop.browser.get("/cart/fill")
        shop.browser.get("/cart/more")
        assert shop.last["session"]["kind"] == "other"
        change = {"key": "items", "what": "changed", "before": "[1]", "after": "[1, 2]"}
        assert shop.last["session"]["changes"] == [change]
        assert "session: flask_session" in shop.last["route"]["app_reasons"][0]


def test_templates_and_the_names_that_they_were_given(shop: Inspected) -> None:
    """A rendered template stands with the names of its values, and with no value."""
    shop.browser.get("/item/7")
    template = shop.last["templates"][0]
    assert template["name"] == "<string>"
    assert {"colour", "number"} <= set(template["context"])
    assert "red" not in json.dumps(shop.last)


def test_log_lines_of_the_request(shop: Inspected) -> None:
    """Each log line stands with its level, its logger, its text and its place."""
    shop.browser.get("/item/7")
    line = next(one for one in shop.last["logs"] if one["logger"] == "shop")
    assert (line["level"], line["text"]) == ("WARNING", "item 7 for Ann")
    assert "test_recorder.py:" in line["place"]


def test_log_lines_outside_of_a_request_are_nobodys(shop: Inspected) -> None:
    """What is logged between requests is noted in none of them."""
    shop.browser.get("/")
    logging.getLogger("elsewhere").error("between requests")
    shop.browser.get("/")
    assert "between requests" not in json.dumps([shop.whole(1), shop.whole(2)])


def test_an_apps_own_objects_are_not_asked_for_their_text(shop: Inspected) -> None:
    """A log line that nobody prints makes no text of its arguments."""

    class Shy:
        def __str__(self) -> str:
            raise AssertionError("asked")

        __repr__ = __str__

    def shy() -> str:
        app_log = logging.getLogger("shop.shy")
        app_log.addHandler(logging.NullHandler())
        app_log.propagate = False
        app_log.warning("it is %s, %d", Shy(), 5)
        return "ok"

    shop.app.add_url_rule("/shy", "shy", shy)
    assert shop.browser.get("/shy").status_code == 200
    assert "<tests.inspector.test_recorder.Shy>, 5" in shop.last["logs"][-1]["text"]


def test_warnings_of_python(shop: Inspected) -> None:
    """A warning that is shown stands with the request that it was shown in."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = shop.recorder._listener._sees
        shop.browser.get("/old")
    found = shop.last["warnings"]
    assert [(one["category"], one["text"]) for one in found] == [
        ("DeprecationWarning", "this is old")
    ]


def test_an_exception_and_what_led_to_it(shop: Inspected) -> None:
    """An exception stands with its own frames and its cause, and with no value of a variable."""
    shop.app.config["PROPAGATE_EXCEPTIONS"] = False
    shop.browser.get("/fails")
    last = shop.last
    assert last["status"].startswith("500")
    assert last["exception"]["said"].startswith("RuntimeError: outer")
    assert "KeyError: inner" in last["exception"]["trace"]
    assert "kolba/engine" not in last["exception"]["trace"]


def test_an_exception_that_reaches_the_server(shop: Inspected) -> None:
    """It is noted, and reaches the server all the same."""
    shop.app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(RuntimeError, match="outer"):
        shop.browser.get("/fails")
    assert shop.last["exception"]["said"].startswith("RuntimeError")
    assert shop.last["status"] == ""


def test_a_session_nobody_opened(shop: Inspected) -> None:
    """Where nobody looks at the session, none is opened, and the answer has no `Vary`."""
    answer = shop.browser.get("/")
    assert "Vary" not in answer.headers and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("action", "what", "before", "after"),
    [
        ("fill", "added", "", "[1]"),
        ("more", "changed", "[1]", "[1, 2]"),
        ("empty", "removed", "[1, 2]", ""),
    ],
)
def test_what_became_of_the_session(
    shop: Inspected, action: str, what: str, before: str, after: str
) -> None:
    """Each key that was added, changed or removed stands with both values."""
    for step in ("fill", "more", "empty"):
        shop.browser.get(f"/cart/{step}")
        if step == action:
            break
    assert shop.last["session"]["changes"] == [
        {"key": "items", "what": what, "before": before, "after": after}
    ]


def test_a_session_that_was_only_read(shop: Inspected) -> None:
    """Nothing has changed."""
    shop.browser.get("/cart/fill")
    shop.browser.get("/cart/look")
    assert (shop.last["session"]["keys"], shop.last["session"]["changes"]) == (1, [])


def test_a_message_from_its_birth_to_its_page(shop: Inspected) -> None:
    """Who flashed it knows who showed it, and the other way round."""
    shop.browser.post("/login", data={"name": "Ann", "password": SECRET})
    waiting = shop.whole(1)["born"]
    assert waiting == [{"category": "success", "text": "welcome", "other": 0}]
    shop.browser.get("/")
    answer = shop.browser.get("/messages", headers=PAGE)
    assert answer.get_json() == {"messages": ["welcome"]}
    assert shop.whole(1)["born"][0]["other"] == 3
    assert shop.whole(3)["shown"] == [{"category": "success", "text": "welcome", "other": 1}]
    assert shop.whole(2)["shown"] == []


def test_a_redirect_and_where_it_led(shop: Inspected) -> None:
    """POST, redirect and page are one chain."""
    shop.browser.post("/login", data={"name": "Ann", "password": SECRET}, follow_redirects=True)
    assert (shop.whole(1)["led_to"], shop.whole(2)["came_from"]) == (2, 1)
    assert shop.whole(1)["response"]["location"] == "/messages"


@pytest.mark.parametrize("make", BOTH)
def test_a_page_that_ends_before_the_redirect_to_it(make: Make) -> None:
    """A browser goes on when it has the headers; then, too, what belongs together is linked."""
    app = add_views(make())

    def slowly(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield from app(environ, start_response)

    with inspecting(app, inner=slowly) as shop:
        data = {"name": "Ann", "password": SECRET}
        answer = shop.browser.post("/login", data=data, buffered=False)
        page = shop.browser.get("/messages", headers=PAGE)
        assert page.get_json() == {"messages": ["welcome"]}
        assert [one["number"] for one in shop.listed] == [2]
        answer.close()
        assert (shop.whole(1)["led_to"], shop.whole(2)["came_from"]) == (2, 1)
        assert (shop.whole(1)["born"][0]["other"], shop.whole(2)["shown"][0]["other"]) == (2, 1)


def test_only_the_browser_that_was_sent_on_is_linked(shop: Inspected) -> None:
    """Another browser's request to the same address is no part of the chain."""
    shop.browser.post("/login", data={"name": "Ann", "password": SECRET})
    shop.another().get("/messages", headers={"User-Agent": "another"})
    assert shop.whole(1)["led_to"] == 0


def test_no_secret_is_kept(shop: Inspected) -> None:
    """A password is in no part of a request, nor is a cookie's value or a token."""
    shop.browser.set_cookie("theme", "a-theme-value")
    shop.browser.post(
        f"/login?api_key={SECRET}2",
        data={"name": "Ann", "password": SECRET},
        headers={"Authorization": f"Bearer {SECRET}3", "X-CSRFToken": f"{SECRET}4"},
    )
    cookie = shop.browser.get_cookie("session")
    kept = json.dumps(shop.last, ensure_ascii=False)
    assert SECRET not in kept and "a-theme-value" not in kept
    assert cookie is None or cookie.value not in kept
    assert {"key": "token", "what": "added", "before": "", "after": "•••"} in shop.last["session"][
        "changes"
    ]
    assert shop.last["request"]["form"] == [["name", "'Ann'"], ["password", "•••"]]
    assert "logged in with •••" in [one["text"] for one in shop.last["logs"]]


def test_a_body_that_the_app_does_not_read_stays_unread(shop: Inspected) -> None:
    """The inspector reads no body."""

    class Untouched(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("read")

        readline = readinto = read  # type: ignore[assignment]

    environ = {"wsgi.input": Untouched(b"name=Ann"), "CONTENT_LENGTH": "8"}
    kind = "application/x-www-form-urlencoded"
    answer = shop.browser.post("/unread", environ_overrides=environ, content_type=kind)
    assert answer.status_code == 200
    assert shop.last["request"]["length"] == "8"
    assert "form" not in shop.last["request"]


def test_json_and_files_that_were_read(shop: Inspected) -> None:
    """A JSON body stands by its keys, a file by its name."""
    shop.browser.post("/json", json={"name": "Ann", "secret": SECRET, "deep": {"pwd": SECRET}})
    assert shop.last["request"]["json"] == [
        ["name", "'Ann'"],
        ["secret", "•••"],
        ["deep", "{'pwd': •••}"],
    ]
    shop.browser.post("/file", data={"picture": (BytesIO(b"GIF"), "cat.gif")})
    assert shop.last["request"]["files"] == [["picture", "'cat.gif'"]]


def test_a_stream_is_counted_as_it_leaves(shop: Inspected) -> None:
    """Its size is that of all chunks, and what is logged between them is its own."""
    answer = shop.browser.get("/stream")
    assert answer.data == b"onetwo"
    answer.close()
    assert shop.last["size"] == 6
    assert [one["text"] for one in shop.last["logs"]] == ["between"]


def test_a_request_that_still_runs(shop: Inspected) -> None:
    """It is told of by its rule, from the hooks on, until its last byte has left; no value is."""
    seen: list[Any] = []

    def reset(token: str) -> Response:
        seen.extend(shop.ring.since(0)["running"])
        return Response(iter(["one", "two"]))

    shop.app.add_url_rule("/reset/<token>", "reset", reset)
    answer = shop.browser.get(f"/reset/{SECRET}", buffered=False)
    (now,) = shop.ring.since(0)["running"]
    assert {**now, "ms": 0} == {**seen[0], "ms": 0}
    assert (now["method"], now["rule"]) == ("GET", "/reset/<token>")
    assert SECRET not in json.dumps([seen, now])
    answer.close()
    assert shop.ring.since(0)["running"] == []
    assert shop.last["number"] == now["number"]


def test_a_request_that_never_ends_is_forgotten(shop: Inspected) -> None:
    """A server that drops an answer, and does not close it, leaves nothing in the list."""
    environ = EnvironBuilder("/stream").get_environ()
    answer = shop.recorder(environ, lambda *_: lambda data: None)
    assert len(shop.ring.since(0)["running"]) == 1
    del answer
    gc.collect()
    assert shop.ring.since(0)["running"] == []


def test_no_route_and_an_error_page(shop: Inspected) -> None:
    """A 404 has no route, and an HTTP error is no exception."""
    shop.browser.get("/nowhere")
    assert (shop.last["status"][:3], shop.last["route"]) == ("404", None)
    shop.browser.get("/forbidden")
    assert (shop.last["status"][:3], shop.last["exception"]) == ("403", None)


def test_a_request_inside_of_a_request_is_not_taken_for_it(shop: Inspected) -> None:
    """A view that calls the app by a test client keeps its own route and session."""

    def outer() -> str:
        return shop.app.test_client().get("/item/9").get_data(as_text=True)

    shop.app.add_url_rule("/outer", "outer", outer)
    shop.browser.get("/outer")
    assert len(shop.listed) == 1
    assert shop.last["route"]["endpoint"] == "outer"


def test_at_the_end_nothing_of_it_is_left(shop: Inspected) -> None:
    """`end` takes back all that `begin` has put anywhere."""
    shop.recorder.end()
    factory, show = logging.getLogRecordFactory(), warnings.showwarning
    listening = len(signals.request_started.receivers)
    shop.recorder.begin()
    assert logging.getLogRecordFactory() is not factory
    assert len(signals.request_started.receivers) == listening + 1
    shop.recorder.end()
    assert (logging.getLogRecordFactory(), warnings.showwarning) == (factory, show)
    assert len(signals.request_started.receivers) == listening
    shop.recorder.begin()  # the fixture ends it
