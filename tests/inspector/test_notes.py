"""What the inspector warns of, where Flask loses what people did, and Kolba does not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, flash, get_flashed_messages, request, session

from tests.inspector.inspected import PAGE, SCRIPT, Inspected, inspecting, plain, safe


class Meeting:
    """Two views that wait for each other, so that their requests run at the same time."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=20)


def add_views(app: Flask, meeting: Meeting) -> Flask:
    @app.route("/set/<name>", methods=["GET", "POST"])
    def put(name: str) -> str:
        session[name] = {"inner": []}
        return "set"

    @app.post("/inner/<name>")
    def inner(name: str) -> str:
        session[name]["inner"].append(1)
        return "appended"

    @app.post("/meet/<name>")
    def meet(name: str) -> str:
        session[name] = request.args["value"]
        meeting.barrier.wait()
        return "met"

    @app.post("/meet-flash/<text>")
    def meet_flash(text: str) -> str:
        flash(text)
        meeting.barrier.wait()
        return "met"

    @app.post("/large")
    def large() -> str:
        session["large"] = "".join(map(str, range(3000)))
        return "large"

    @app.post("/flash")
    def leave() -> str:
        flash("once")
        return "flashed"

    @app.get("/messages")
    def messages() -> list[str]:
        return [str(one) for one in get_flashed_messages()]

    @app.get("/token")
    def token() -> str:
        session["csrf_token"] = session["_fresh"] = "made for any page"
        return "token"

    return app


@pytest.fixture
def flask() -> Iterator[Inspected]:
    with inspecting(add_views(plain(), Meeting())) as inspected:
        yield inspected


@pytest.fixture
def kolba() -> Iterator[Inspected]:
    with inspecting(add_views(safe(), Meeting())) as inspected:
        yield inspected


@pytest.fixture(params=["flask", "kolba"])
def either(request: pytest.FixtureRequest) -> Inspected:
    found: Inspected = request.getfixturevalue(request.param)
    return found


def meet(shop: Inspected, *paths: str) -> None:
    """Send requests of one browser that run at the same time."""
    shop.browser.post("/set/first")
    browsers = [shop.browser, shop.another()]
    cookie = shop.browser.get_cookie("session") or shop.browser.get_cookie("__Host-session")
    assert cookie is not None
    browsers[1].set_cookie(cookie.key, cookie.value)
    sends: list[Callable[[], object]] = [
        lambda browser=browser, path=path: browser.post(path)  # type: ignore[misc]
        for browser, path in zip(browsers, paths, strict=True)
    ]
    threads = [threading.Thread(target=send) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_get_that_wrote(either: Inspected) -> None:
    """A GET that has changed the session is warned of, a POST is not."""
    either.browser.post("/set/a")
    either.browser.get("/set/b")
    assert (either.notes(1), either.notes(2)) == ([], ["get_wrote"])
    assert either.last["notes"][0]["keys"] == ["b"]


def test_tokens_that_any_page_makes_are_no_state(either: Inspected) -> None:
    """A GET may write a CSRF token, or what extensions keep for themselves."""
    either.browser.get("/token")
    assert either.notes(1) == []


def test_a_change_inside_of_a_value(flask: Inspected, kolba: Inspected) -> None:
    """Flask does not save it, and that is warned of; Kolba saves it."""
    for shop in (flask, kolba):
        shop.browser.post("/set/cart")
        shop.browser.post("/inner/cart")
        change = shop.last["session"]["changes"][0]
        assert change["after"] == "{'inner': [1]}"
    assert (flask.notes(2), kolba.notes(2)) == (["not_saved"], [])


def test_two_requests_that_write_different_keys(flask: Inspected, kolba: Inspected) -> None:
    """With Flask's cookie the last one wins, and that is warned of; Kolba merges them."""
    for shop in (flask, kolba):
        meet(shop, "/meet/a?value=1", "/meet/b?value=2")
    notes = {note["code"]: note for number in (2, 3) for note in flask.whole(number)["notes"]}
    assert notes.keys() == {"lost_update", "overwrote"}
    assert notes["lost_update"]["keys"] == notes["overwrote"]["keys"]
    assert {notes["lost_update"]["other"], notes["overwrote"]["other"]} == {2, 3}
    assert kolba.notes(2) == kolba.notes(3) == []


def test_a_message_of_two_requests_at_once(flask: Inspected, kolba: Inspected) -> None:
    """With Flask's cookie one of two messages is lost, and that is warned of; Kolba keeps both."""
    for shop in (flask, kolba):
        meet(shop, "/meet-flash/a", "/meet-flash/b")
    notes = {note["code"]: note for number in (2, 3) for note in flask.whole(number)["notes"]}
    assert notes["lost_update"]["keys"] == ["_flashes"]
    assert kolba.notes(2) == kolba.notes(3) == []
    assert sorted(kolba.browser.get("/messages", headers=PAGE).get_json()) == ["a", "b"]


def test_two_requests_that_write_the_same_key(kolba: Inspected) -> None:
    """In Kolba, too, the last one wins; that is said."""
    meet(kolba, "/meet/a?value=1", "/meet/a?value=2")
    assert kolba.notes(2) == kolba.notes(3) == ["same_key"]


def test_requests_one_after_the_other_are_no_conflict(either: Inspected) -> None:
    """Only what ran at the same time is warned of."""
    either.browser.post("/set/a")
    either.browser.post("/set/a")
    assert either.notes(1) == either.notes(2) == []


def test_two_browsers_are_no_conflict(either: Inspected) -> None:
    """Sessions of two people have nothing to do with each other."""
    sends = [
        threading.Thread(
            target=either.another().post,
            args=("/meet/a?value=1",),
            kwargs={"headers": {"User-Agent": name}},
        )
        for name in ("one", "other")
    ]
    for thread in sends:
        thread.start()
    for thread in sends:
        thread.join(30)
    assert either.notes(1) == either.notes(2) == []


def test_a_session_that_no_browser_takes(flask: Inspected, kolba: Inspected) -> None:
    """A cookie over the limit of browsers is warned of; Kolba's stays small."""
    for shop in (flask, kolba):
        shop.browser.post("/large")
    assert (flask.notes(1), kolba.notes(1)) == (["cookie_too_large"], [])


def test_a_message_that_nobody_looks_at(flask: Inspected, kolba: Inspected) -> None:
    """With Flask a script's request takes the message, and that is warned of; Kolba keeps it."""
    for shop in (flask, kolba):
        shop.browser.post("/flash", headers=PAGE)
        shop.browser.get("/messages", headers=SCRIPT)
        shop.browser.get("/messages", headers=PAGE)
    assert (flask.notes(2), kolba.notes(2)) == (["taken_in_background"], [])
    assert (flask.whole(3)["shown"], kolba.whole(2)["shown"]) == ([], [])
    assert [one["text"] for one in kolba.whole(3)["shown"]] == ["once"]
