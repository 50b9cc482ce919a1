"""Messages are shown once, on their page, and by every way that Flask knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import flask
import pytest
import time_machine
from flask import (
    Response,
    abort,
    flash,
    get_flashed_messages,
    jsonify,
    redirect,
    render_template_string,
    session,
    stream_with_context,
)
from markupsafe import Markup

import kolba.flashes
from kolba import Kolba
from kolba.flashes import FlashTooLarge
from kolba.stores import CannotStore
from tests.sessions.views import cookie_of, seen, visit, write

FETCH = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
TEMPLATE = (
    "{% for category, message in get_flashed_messages(with_categories=true) %}"
    "[{{ category }}:{{ message }}]{% endfor %}"
)


def shown(client: Any, path: str = "/page", **options: Any) -> str:
    """What a page shows."""
    return visit(client, lambda: render_template_string(TEMPLATE), path, **options).text


def say(client: Any, *messages: str, to: str = "/page", category: str = "info") -> None:
    """A form that flashes and redirects."""

    def view() -> Any:
        for message in messages:
            flash(message, category)
        return redirect(to)

    visit(client, view, "/form", method="POST")


def test_a_message_is_shown_once(app: Kolba) -> None:
    """On the page after the redirect, and nowhere again; order and category are kept."""
    client = app.test_client()
    say(client, "one", "two")
    say(client, "three", category="error")
    assert shown(client) == "[info:one][info:two][error:three]"
    assert shown(client) == ""


def test_several_reads_in_one_request_give_the_same(app: Kolba) -> None:
    """As with Flask, a request may ask as often as it likes."""
    client = app.test_client()
    say(client, "one")

    def view() -> str:
        first = get_flashed_messages()
        assert first == get_flashed_messages() == ["one"]
        assert get_flashed_messages(with_categories=True) == [("info", "one")]
        return render_template_string(TEMPLATE)

    assert visit(client, view, "/page").text == "[info:one]"
    assert shown(client) == ""


def test_a_filter_leaves_the_others_for_later(app: Kolba) -> None:
    """`category_filter` shows its categories; what it passed over waits for another page."""
    client = app.test_client()
    for category in ("info", "error", "info", "warning"):
        say(client, category[0], category=category)

    def only(*categories: str, pairs: bool = False) -> Callable[[], str]:
        return lambda: str(get_flashed_messages(pairs, categories))

    assert visit(client, only("error"), "/page").text == "['e']"
    assert visit(client, only("error", "warning", pairs=True), "/page").text == "[('warning', 'w')]"
    assert shown(client) == "[info:i][info:i]"
    assert shown(client) == ""


def test_two_filters_in_one_page_show_two_blocks(app: Kolba) -> None:
    """A page with a block for each category gets each."""
    client = app.test_client()
    say(client, "i")
    say(client, "e", category="error")
    say(client, "w", category="warning")
    page = "{% for m in get_flashed_messages(category_filter=['NAME']) %}NAME={{ m }} {% endfor %}"
    template = "".join(page.replace("NAME", name) for name in ("error", "info"))
    answer = visit(client, lambda: render_template_string(template), "/page")
    assert answer.text == "error=e info=i "
    assert shown(client) == "[warning:w]"


@pytest.mark.parametrize("asked_before", [True, False])
def test_what_is_flashed_after_reading_is_readable_at_once(app: Kolba, asked_before: bool) -> None:
    """`flash` after `get_flashed_messages` in one request is there, in order, and shown once."""
    client = app.test_client()
    say(client, "one")

    def view() -> str:
        assert get_flashed_messages() == ["one"]
        flash("two")
        assert get_flashed_messages() == ["one", "two"]
        flash("three", "error")
        return render_template_string(TEMPLATE)

    def first() -> str:
        if asked_before:
            assert get_flashed_messages() == []
        flash("one")
        return render_template_string(TEMPLATE)

    assert visit(app.test_client(), first).text == "[message:one]"
    assert visit(client, view, "/page").text == "[info:one][message:two][error:three]"
    assert shown(client) == ""


def test_a_test_can_ask_what_a_request_has_flashed(app: Kolba) -> None:
    """`with client:` keeps the request: asking there shows what waits, and takes nothing."""
    client = app.test_client()
    say(client, "one")
    with client:
        say(client, "two", category="error")
        assert get_flashed_messages(category_filter=["error"]) == ["two"]
    with client:
        visit(client, lambda: flash("three"), "/other")
        assert sorted(get_flashed_messages()) == ["one", "three", "two"]
    assert sorted(shown(client).split("][")) == ["[info:one", "error:two", "message:three]"]


def test_flashed_after_the_page_read_its_messages_waits_for_the_next(app: Kolba) -> None:
    """What was flashed and not shown in this request is not lost."""
    client = app.test_client()
    say(client, "one")

    def view() -> str:
        text = render_template_string(TEMPLATE)
        flash("two")
        return text

    assert visit(client, view, "/page").text == "[info:one]"
    assert shown(client) == "[message:two]"


def test_other_tabs_wait_ten_seconds(app: Kolba) -> None:
    """The message goes to the page that its redirect led to; after ten seconds to any."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        say(client, "one", to="/mine?id=1")
        for other in ("/other", "/mine", "/mine?id=2"):
            assert shown(client, other) == ""
        clock.shift(9)
        assert shown(client, "/other") == ""
        clock.shift(1)
        assert shown(client, "/other") == "[info:one]"
        assert shown(client, "/mine?id=1") == ""


def test_it_follows_a_chain_of_redirects(app: Kolba) -> None:
    """Pages that send the browser on pass the message on, untouched session or not."""
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False):
        say(client, "one", to="/a")
        visit(client, lambda: redirect("/b"), "/a")
        visit(client, lambda: (len(session), redirect("/c"))[1], "/b")
        visit(client, lambda: (get_flashed_messages(), redirect("/d"))[1], "/c")
        assert shown(client, "/a") == shown(client, "/b") == shown(client, "/c") == ""
        assert shown(client, "/d") == "[info:one]"


def test_a_page_without_redirect_leaves_its_message_to_the_next(app: Kolba) -> None:
    """A message that its own page does not show is for whatever page comes next."""
    client = app.test_client()
    visit(client, lambda: (flash("one"), "page")[1], "/a")
    assert shown(client, "/anything") == "[message:one]"


@pytest.mark.parametrize(
    "options",
    [
        {"method": "HEAD"},
        {"headers": {"Sec-Purpose": "prefetch"}},
        {"headers": FETCH},
        {"headers": {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}},
    ],
    ids=str,
)
def test_what_nobody_sees_takes_nothing(app: Kolba, options: dict[str, Any]) -> None:
    """HEAD, prefetch, background fetches and images leave messages where they are (M5)."""
    client = app.test_client()
    say(client, "one")
    assert shown(client, **options) == ""
    assert shown(client) == "[info:one]"


def test_htmx_swaps_take_them(app: Kolba) -> None:
    """A fetch that says it swaps part of the page shows messages."""
    client = app.test_client()
    say(client, "one")
    assert shown(client, headers={**FETCH, "HX-Request": "true"}) == "[info:one]"
    assert shown(client) == ""


def test_a_fetch_sees_what_it_has_flashed_itself(app: Kolba) -> None:
    """An API may answer its own messages."""

    def view() -> Response:
        flash("one")
        return jsonify(get_flashed_messages(with_categories=True))

    client = app.test_client()
    assert visit(client, view, headers=FETCH).json == [["message", "one"]]
    assert shown(client) == ""


def test_a_message_of_a_fetch_is_for_the_next_page(app: Kolba) -> None:
    """Nobody sees the answer that a script follows a redirect to."""
    client = app.test_client()
    visit(
        client,
        lambda: (flash("one"), redirect("/api/done"))[1],
        "/api",
        method="POST",
        headers=FETCH,
    )
    assert shown(client, "/page") == "[message:one]"


def fail_after_reading() -> str:
    render_template_string(TEMPLATE)
    raise RuntimeError


@pytest.mark.parametrize(
    "failing",
    [
        fail_after_reading,
        lambda: render_template_string(TEMPLATE + "{{ 1 / 0 }}"),
        lambda: (render_template_string(TEMPLATE), 503),
        lambda: (get_flashed_messages(), abort(500)),
        lambda: (render_template_string(TEMPLATE), 304),
        lambda: render_template_string(TEMPLATE) + "\ud800",  # which no answer can hold
    ],
)
def test_a_page_that_failed_gives_them_back(app: Kolba, failing: Callable[[], Any]) -> None:
    """Exceptions, 5xx and answers without a body did not show anything (M32, L10)."""
    client = app.test_client()
    say(client, "one", "two")
    visit(client, failing, "/page")
    assert shown(client) == "[info:one][info:two]"
    assert shown(client) == ""


def test_an_error_page_of_4xx_has_shown_them(app: Kolba) -> None:
    """A 404 page is looked at."""
    client = app.test_client()
    say(client, "one")
    assert "one" in visit(client, lambda: (render_template_string(TEMPLATE), 404), "/page").text
    assert shown(client) == ""


def test_a_failed_request_flashes_nothing(app: Kolba) -> None:
    """ "Saved" is not said by a request that failed."""
    client = app.test_client()
    write(client, a=1)
    visit(client, lambda: (flash("Saved"), abort(500)))
    assert shown(client) == ""


def test_a_stream_shows_them_once(app: Kolba) -> None:
    """A body that reads messages while it is sent has shown them when it ends (M6)."""
    client = app.test_client()
    say(client, "one")

    def view() -> Response:
        return Response(stream_with_context(m for m in get_flashed_messages()))

    def lazily() -> Response:
        messages = get_flashed_messages(with_categories=True)
        return Response(stream_with_context(message for _, message in messages))

    def late() -> Response:
        def parts() -> Any:
            yield "start "
            yield from get_flashed_messages()

        return Response(stream_with_context(parts()))

    assert visit(client, view, "/page").text == "one"
    assert shown(client) == ""
    say(client, "lazy")
    assert visit(client, lazily, "/page").text == "lazy"
    assert shown(client) == ""
    say(client, "two")
    assert visit(client, late, "/page").text == "start two"
    assert shown(client) == ""


def test_a_stream_that_broke_gives_them_back(app: Kolba) -> None:
    """Neither an exception in the body nor a client that left has shown anything."""
    client = app.test_client()
    say(client, "one")

    def parts() -> Any:
        yield from get_flashed_messages()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        visit(client, lambda: Response(stream_with_context(parts())), "/page")
    app.config["_view"] = lambda: Response(
        stream_with_context(iter(["a", "b", *get_flashed_messages()]))
    )
    answer = client.get("/page")
    assert next(iter(answer.response)) in (b"a", "a")
    answer.close()
    assert shown(client) == "[info:one]"
    assert shown(client) == ""


def test_a_worker_that_died_gives_them_back_when_the_lease_ends(make_app: Any) -> None:
    """An answer that never reported back has shown nothing, after the lease."""
    app = make_app(KOLBA_FLASH_LEASE=30)
    client = app.test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        say(client, "one")
        app.config["_view"] = lambda: render_template_string(TEMPLATE)
        assert client.get("/page").status_code == 200  # and never closed
        clock.shift(29)
        assert shown(client) == ""
        clock.shift(1)
        assert shown(client) == "[info:one]"


@pytest.mark.parametrize("watched", ["hook", "receiver", "response"])
def test_a_page_that_somebody_looks_at_has_shown_them(app: Kolba, watched: str) -> None:
    """Once, with hooks, with receivers, and where the view makes the response itself."""
    kept: list[Response] = []
    seen = lambda sender, response: kept.append(response)  # noqa: E731
    if watched == "hook":
        app.after_request(lambda response: response)
    elif watched == "receiver":
        flask.request_finished.connect(seen, app)
    view: Any = lambda: render_template_string(TEMPLATE)  # noqa: E731
    if watched == "response":
        view = lambda: Response(render_template_string(TEMPLATE))  # noqa: E731
    client = app.test_client()
    say(client, "one")
    answer = visit(client, view, "/page")
    assert (answer.text, answer.cache_control.no_store) == ("[info:one]", True)
    assert app.session_interface.home.store.stats(now=0)["messages"] == 0  # type: ignore[attr-defined]
    assert shown(client) == ""


def test_pages_that_showed_one_are_not_stored(app: Kolba) -> None:
    """`no-store` on a page that showed a message; other pages are only private."""
    client = app.test_client()
    say(client, "one")
    view = lambda: render_template_string(TEMPLATE)  # noqa: E731
    first, second = visit(client, view, "/page"), visit(client, view, "/page")
    assert first.cache_control.no_store
    assert not second.cache_control.no_store and second.cache_control.private


def test_text_is_text_and_markup_is_markup(app: Kolba) -> None:
    """Text is escaped when shown, `Markup` is not; both come out as they went in (L11)."""
    client = app.test_client()
    texts: list[Any] = [
        "<script>",
        Markup("<b>bold</b>"),
        "a\r\nSet-Cookie: x",
        "\ud800",
        "чай",
        "",
    ]

    def view() -> Any:
        for text in texts:
            flash(text)
        return redirect("/page")

    visit(client, view)
    found: list[Any] = []
    visit(client, lambda: found.extend(get_flashed_messages()), "/page")
    assert found == texts
    assert list(map(type, found)) == list(map(type, texts))
    visit(client, lambda: (flash("<i>"), flash(Markup("<b>")), "")[2])
    assert shown(client) == "[message:&lt;i&gt;][message:<b>]"


def test_lazy_and_other_texts_become_text(app: Kolba) -> None:
    """Translations that are made when shown, and kinds of str, are made text when flashed."""

    class Lazy:
        def __html__(self) -> str:
            return "<b>lazy</b>"

    class Kind(str):
        __slots__ = ()

    client = app.test_client()
    visit(client, lambda: (flash(Lazy()), flash(Kind("kind"), Kind("info")), "")[2])  # type: ignore[arg-type]
    assert shown(client) == "[message:<b>lazy</b>][info:kind]"


def test_long_messages_are_whole_and_too_long_ones_an_error(app: Kolba) -> None:
    """Far over a cookie's size nothing is lost; over the setting, an error names it (M1)."""
    client = app.test_client()
    say(client, "x" * 200_000)
    assert shown(client) == f"[info:{'x' * 200_000}]"

    def view() -> str:
        with pytest.raises(FlashTooLarge, match="KOLBA_FLASH_SIZE"):
            flash("x" * 1_000_000)
        with pytest.raises(CannotStore):
            flash(object())  # type: ignore[arg-type]
        return ""

    assert visit(client, view).status_code == 200
    assert shown(client) == ""


def test_now_is_for_this_request_alone(app: Kolba) -> None:
    """`flash(…, now=True)` is shown by this page or by none."""
    client = app.test_client()
    view = lambda: (kolba.flashes.flash("now", now=True), render_template_string(TEMPLATE))[1]  # noqa: E731
    assert visit(client, view).text == "[message:now]"
    assert shown(client) == ""
    visit(
        client, lambda: (kolba.flashes.flash("now", now=True), kolba.flashes.flash("later"), "")[2]
    )
    assert shown(client) == "[message:later]"


def test_keep_shows_them_again(app: Kolba) -> None:
    """`flash_keep()` leaves what this page showed for the next one."""
    client = app.test_client()
    say(client, "one")
    view = lambda: (kolba.flashes.flash_keep(), render_template_string(TEMPLATE))[1]  # noqa: E731
    assert visit(client, view, "/page").text == "[info:one]"
    assert shown(client) == "[info:one]"
    assert shown(client) == ""


def test_equal_messages_can_be_one(make_app: Any) -> None:
    """`KOLBA_FLASH_COLLAPSE` shows equal messages once."""
    client = make_app(KOLBA_FLASH_COLLAPSE=True).test_client()
    for _ in range(3):
        say(client, "same")
    say(client, "other")
    assert shown(client) == "[info:same][info:other]"
    assert shown(client) == ""


def test_what_nobody_looks_at_is_bounded(make_app: Any) -> None:
    """Of unseen messages the newest wait, for a time."""
    client = make_app(KOLBA_FLASH_MOST=3, KOLBA_FLASH_LIFE=3600).test_client()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        for n in range(5):
            say(client, str(n))
        assert shown(client) == "[info:2][info:3][info:4]"
        say(client, "late")
        clock.shift(3600)
        assert shown(client) == ""


def test_they_follow_a_log_in(app: Kolba) -> None:
    """Rotation takes the messages along: those from before, and those of the log-in itself."""
    client = app.test_client()
    say(client, "before")

    def log_in() -> Any:
        session["user"] = "anna"
        flash("Welcome", "success")
        return redirect("/page")

    visit(client, log_in, method="POST")
    assert shown(client) == "[info:before][success:Welcome]"


def test_a_log_out_can_say_goodbye(app: Kolba) -> None:
    """What is flashed after `clear` is shown; what was flashed before is gone with it."""
    client = app.test_client()
    write(client, user="anna")
    say(client, "hers")

    def log_out() -> Any:
        flash("too early")
        session.clear()
        flash("Goodbye")
        return redirect("/page")

    visit(client, log_out, method="POST")
    assert shown(client) == "[message:Goodbye]"


@pytest.mark.parametrize("shows", [False, True])
def test_a_streamed_log_out_says_goodbye_once(app: Kolba, shows: bool) -> None:
    """In its own body if that asks for messages, else on the next page; who was read, too."""
    client = app.test_client()
    write(client, user="anna")

    def parts() -> Iterator[str]:
        yield repr(get_flashed_messages()) if shows else "[]"

    def log_out() -> Any:
        assert session["user"] == "anna"
        session.clear()
        flash("Goodbye")
        return Response(stream_with_context(parts()))

    assert visit(client, log_out, "/out").text == ("['Goodbye']" if shows else "[]")
    assert shown(client) == ("" if shows else "[message:Goodbye]")


@pytest.mark.parametrize("asks", [False, True])
def test_a_log_out_is_clicked_again(app: Kolba, asks: bool) -> None:
    """Its answer got lost with the new cookie: the second one says goodbye, and finds nobody."""
    client, again = app.test_client(), app.test_client()
    write(client, user="anna")
    again.set_cookie("session", cookie_of(client) or "")

    def log_out() -> Any:
        session.clear()
        found.append(asks and session.new)
        flash("Goodbye")
        return redirect("/page")

    found: list[bool] = []
    visit(client, log_out, method="POST")
    visit(again, log_out, method="POST")
    assert found == [False, asks]
    assert shown(again) == "[message:Goodbye]"
    assert seen(again) == {} == seen(client)
    assert shown(client) == "[message:Goodbye]"


def test_a_log_out_by_a_link_redirects(app: Kolba) -> None:
    """A GET that clears the session and redirects answers, and takes what waited with it."""
    client = app.test_client()
    write(client, user="anna")
    say(client, "hers")
    answer = visit(client, lambda: (session.clear(), redirect("/page"))[1])
    assert answer.status_code in (302, 303)
    assert shown(client) == ""


def test_the_old_id_neither_takes_nor_leaves_messages(app: Kolba) -> None:
    """Whoever held the id from before the log-in cannot see or plant any."""
    client = app.test_client()
    write(client, a=1)
    old = app.test_client()
    old.set_cookie("session", cookie_of(client) or "")
    visit(client, lambda: (session.update(user="anna"), flash("hers"), redirect("/page"))[2])
    assert shown(old) == ""
    say(old, "planted")
    assert shown(client) == "[message:hers]"


def test_extensions_use_the_key(app: Kolba) -> None:
    """`session["_flashes"]` reads, appends, replaces and takes as with Flask."""
    client = app.test_client()
    say(client, "one")

    def look() -> str:
        assert session["_flashes"] == [("info", "one")] and "_flashes" in session
        assert [*session.get("_flashes")] == [("info", "one")]
        assert len(session["_flashes"]) == 1 and session["_flashes"][0][1] == "one"
        return ""

    assert visit(client, look, "/page").status_code == 200
    visit(
        client, lambda: session.setdefault("_flashes", []).append(("x", "unsaved"))[:0] if 0 else ""
    )
    visit(client, lambda: session.__setitem__("_flashes", [*session["_flashes"], ("new", "two")]))
    assert shown(client) == "[info:one][new:two]"
    say(client, "three")
    assert (
        visit(client, lambda: str(session.pop("_flashes")), "/page").text == "[('info', 'three')]"
    )
    assert visit(client, lambda: str(session.pop("_flashes", None))).text == "None"
    assert visit(client, lambda: str(session.get("_flashes", []))).text == "[]"
    say(client, "four")
    visit(client, lambda: session.__setitem__("_flashes", []))
    assert shown(client) == ""


def assign_twice() -> None:
    messages = session.get("_flashes", [])
    for text in ("one", "two"):
        messages.append(("x", text))
        session["_flashes"] = messages


def look_and_assign() -> None:
    flash("one", "x")
    session["_flashes"] = [*session["_flashes"], ("x", "two")]


def take_one() -> None:
    flash("gone")
    session.pop("_flashes")
    flash("one", "x")


def look_clear_and_flash() -> Any:
    get_flashed_messages()
    session.clear()
    flash("one", "x")
    return redirect("/page")


@pytest.mark.parametrize("kind", [Kolba, flask.Flask])
@pytest.mark.parametrize(
    ("use", "left"),
    [
        (assign_twice, "[x:one][x:two]"),
        (look_and_assign, "[x:one][x:two]"),
        (take_one, "[x:one]"),
        (look_clear_and_flash, "[x:one]"),
        (lambda: [flash("gone"), session.pop("_flashes"), "page"][2], ""),
        (lambda: [flash("gone"), session.pop("_flashes"), redirect("/page")][2], ""),
    ],
)
def test_extensions_use_the_key_after_a_flash(
    kind: type[flask.Flask], use: Callable[[], Any], left: str
) -> None:
    """What one request flashes, takes and replaces is there once, or gone; Flask does the same."""
    app = kind(__name__)
    app.config.update(TESTING=True, SECRET_KEY="key of this test, and of nothing else")
    client = app.test_client()
    write(client, a=1)
    assert visit(client, use).status_code < 400
    assert shown(client) == left


def test_the_key_is_no_key_of_the_dict(app: Kolba) -> None:
    """Messages do not show up among the session's values."""
    client = app.test_client()
    say(client, "one")
    assert visit(client, lambda: str(dict(session))).text == "{}"


def test_flasks_signal_is_sent(app: Kolba) -> None:
    """`message_flashed` tells of every message."""
    heard: list[Any] = []

    def hear(sender: Any, message: str, category: str) -> None:
        heard.append((message, category))

    with flask.message_flashed.connected_to(hear, app):
        visit(app.test_client(), lambda: (flash("a", "b"), kolba.flashes.flash("c", now=True))[0])
    assert heard == [("a", "b"), ("c", "message")]


def test_kolbas_flash_works_with_flask(app: Kolba) -> None:
    """In an app of Flask's own class it is `flask.flash`."""
    plain = flask.Flask("plain")
    plain.secret_key = "x"
    client = plain.test_client()
    visit(client, lambda: (kolba.flashes.flash("one", now=True), kolba.flashes.flash_keep())[0])
    assert shown(client) == "[message:one]"
