"""The seven chapters, each used as its page invites to: buttons pressed, forms filled, reloaded."""

from __future__ import annotations

import pytest

from tests.tour.browser.visitor import Visitor
from tests.tour.words import WORDS

ATTACK = "<script>alert(1)</script>"


def test_urls_are_built_and_lead_back(visitor: Visitor) -> None:
    """What `url_for` built is a link, and its page says what the route found in it."""
    visitor.open("/urls/")
    visitor.lab("call-arguments").fill("number=42")
    visitor.press("urls.build")
    visitor.lab("build").locator(".outcome a").click()
    assert visitor.path() == "/urls/items/42"
    assert "number" in visitor.page.locator("table").inner_text()
    visitor.press("urls.matched_back")
    assert visitor.path() == "/urls/"


def test_urls_that_cannot_be_built_are_explained(visitor: Visitor) -> None:
    """Each example that fails shows Werkzeug's words and the tour's."""
    visitor.open("/urls/")
    for example, reason in (
        ("missing", {"key": "urls.missing", "names": "number"}),
        ("misspelt", {"key": "urls.suggested", "suggested": "urls.item"}),
        ("wrong", {"key": "urls.converter"}),
    ):
        visitor.press(f"urls.example_{example}")
        assert visitor.says("urls.failed") and visitor.says(**reason)  # type: ignore[arg-type]


def test_dangerous_text_is_drawn_as_text(visitor: Visitor) -> None:
    """A script that was typed is read on the page and in the answer by itself; it never runs."""
    visitor.open("/escaping/")
    visitor.lab("hello-name").fill(ATTACK)
    visitor.press("escaping.send")
    hello = visitor.t.plain("escaping.hello")
    assert visitor.lab("drawn").inner_text() == f"{hello}, {ATTACK}!"
    assert "&lt;script&gt;" in visitor.lab("bytes").inner_text()
    visitor.press("escaping.open")
    assert visitor.page.locator("body").inner_text() == f"{hello}, {ATTACK}!"


def test_every_example_of_escaping_is_harmless(visitor: Visitor) -> None:
    """Each dangerous example can be opened, and shown by itself, without any of it running."""
    visitor.open("/escaping/")
    examples = visitor.lab("send").locator(".tries a")
    for number in range(examples.count()):
        text = examples.nth(number).inner_text()
        examples.nth(number).click()
        assert text in visitor.lab("drawn").inner_text()


def test_a_form_by_get_and_by_post(visitor: Visitor) -> None:
    """By GET the fields are in the address; by POST they are not, and the page found them."""
    word = WORDS[visitor.language]
    for button, method in (("requests.by_get", "GET"), ("requests.by_post", "POST")):
        visitor.open("/requests/")
        visitor.lab("name").fill(word)
        visitor.press(button)
        assert ("name=" in visitor.page.url) == (method == "GET")
        assert f"'{word}'" in visitor.page.locator("table").inner_text()
        assert visitor.wire()[-1].startswith(method)


def test_a_missing_field_is_none_or_an_error(visitor: Visitor) -> None:
    """The short form lacks a field: `.get` finds None, and `[]` answers 400, naming the field."""
    visitor.may_be_refused(400)
    visitor.open("/requests/")
    visitor.press("requests.form_short")
    visitor.press("requests.by_post")
    assert "None" in visitor.page.locator("table").inner_text()
    visitor.open("/requests/?form=short")
    visitor.press("requests.strictly")
    assert visitor.status == 400
    assert visitor.says("errors.key", field="city")
    visitor.press("errors.back")
    assert visitor.path() == "/requests/"


def test_a_field_too_many_is_seen(visitor: Visitor) -> None:
    """A field that the form was not meant to have arrives like any other."""
    visitor.open("/requests/")
    visitor.press("requests.form_extra")
    visitor.press("requests.by_post")
    assert "admin" in visitor.page.locator(".caution").inner_text()


def test_a_wrong_method_is_405(visitor: Visitor) -> None:
    """The link that knocks with GET at a route for POST gets 405 and `Allow`."""
    visitor.may_be_refused(405)
    visitor.open("/requests/")
    visitor.press("requests.knock")
    assert visitor.status == 405
    assert "Allow: " in visitor.lab("wire").inner_text()


@pytest.mark.parametrize("code", ["302", "303"])
def test_an_order_with_a_redirect_is_one_order(visitor: Visitor, code: str) -> None:
    """After post, redirect, get, a reload orders nothing more."""
    visitor.open("/redirects/")
    visitor.lab("order-code").select_option(code)
    visitor.press("redirects.with_redirect")
    assert [line.split()[0] for line in visitor.wire()] == ["POST", "GET"]
    assert visitor.wire()[0].endswith(code)
    visitor.page.reload()
    assert visitor.says("redirects.orders", count=1)


def test_an_order_without_a_redirect_is_repeated(visitor: Visitor) -> None:
    """A reload of the answer to a POST sends the POST again; the page warns of it."""
    visitor.open("/redirects/")
    visitor.press("redirects.without_redirect")
    assert visitor.says("redirects.at_once")
    visitor.page.reload()
    assert visitor.says("redirects.orders", count=2)
    visitor.press("redirects.forget")
    assert visitor.says("redirects.none")


def test_a_typed_form_comes_back_filled(visitor: Visitor) -> None:
    """The model refuses the form without a city, keeps the name, and takes it once it is whole."""
    visitor.may_be_refused(422)
    word = WORDS[visitor.language]
    visitor.open("/requests/?form=short")
    visitor.lab("name").fill(word)
    visitor.press("requests.typed")
    assert visitor.status == 422
    assert visitor.lab("order-name").input_value() == word
    assert visitor.page.locator(":focus").get_attribute("class") == "kolba-summary"
    visitor.lab("order-city").fill(word)
    visitor.press("requests.typed")
    assert visitor.status == 200


def test_to_the_login_page_and_back(visitor: Visitor) -> None:
    """The protected page leads to the login page, which leads back to it; then it opens at once."""
    visitor.open("/redirects/")
    visitor.press("redirects.open_secret")
    assert visitor.path() == "/login/"
    visitor.lab("login-user").fill(WORDS[visitor.language])
    visitor.press("login.log_in")
    assert visitor.path() == "/redirects/secret"
    assert [line.split()[0] for line in visitor.wire()] == ["POST", "GET"]
    assert visitor.page.locator("#wire svg.picture").count() == 1
    visitor.press("login.log_out")
    visitor.open("/redirects/secret")
    assert visitor.path() == "/login/"


def test_hostile_targets_are_judged(visitor: Visitor) -> None:
    """Each target of the page is judged, and the login page follows none that leads away."""
    visitor.open("/redirects/")
    examples = visitor.lab("next").locator(".tries a")
    for number in range(examples.count()):
        examples.nth(number).click()
        assert visitor.says("redirects.accepted" if number == 0 else "redirects.refused")
    visitor.open("/login/?next=//evil.example")
    visitor.lab("login-user").fill("7")
    visitor.press("login.log_in")
    assert visitor.path() == "/sessions/"


def test_a_message_is_shown_once(visitor: Visitor) -> None:
    """The message is on the next page, with its category, and gone after a reload."""
    word = WORDS[visitor.language]
    visitor.open("/flashes/")
    visitor.lab("say-message").fill(word)
    visitor.lab("say-category").select_option("warning")
    visitor.press("flashes.say_and_show")
    flash = visitor.page.locator(".flash.warning")
    assert word in flash.inner_text()
    visitor.page.reload()
    assert flash.count() == 0 and visitor.says("flashes.empty")


def test_what_a_filter_passes_over_waits(visitor: Visitor) -> None:
    """Of two messages one is shown by its category, the other afterwards."""
    for category in ("success", "error"):
        visitor.open("/flashes/")
        visitor.lab("say-message").fill("7")
        visitor.lab("say-category").select_option(category)
        visitor.press("flashes.say_and_wait")
    visitor.lab("filter-only").select_option("error")
    visitor.press("flashes.show", within="#show")
    assert visitor.page.locator(".flash.error").count() == 1
    visitor.lab("filter-only").select_option("")
    visitor.press("flashes.show", within="#show")
    assert visitor.page.locator(".flash.success").count() == 1


def test_preferences_are_kept_and_deleted(visitor: Visitor) -> None:
    """A theme and a language are kept by the browser as declared, and forgotten on demand."""
    other = "ru" if visitor.language == "en" else "en"
    visitor.open("/cookies/")
    visitor.lab("keep-theme").select_option("dark")
    visitor.lab("keep-language").select_option(other)
    visitor.press("cookies.keep", within="#preferences")
    html = visitor.page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("data-theme")) == (other, "dark")
    cookie = visitor.cookie("tour_theme")
    assert cookie and cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    visitor.page.locator("#preferences button.quiet").click()
    assert html.get_attribute("data-theme") is None
    assert html.get_attribute("lang") == visitor.language
    assert visitor.cookie("tour_theme") is visitor.cookie("tour_language") is None


def test_a_draft_survives_reloads_and_other_chapters(visitor: Visitor) -> None:
    """A half-filled form is there again after a reload and a walk; sending it ends it."""
    word = WORDS[visitor.language]
    visitor.open("/sessions/")
    visitor.lab("letter-subject").fill(word)
    visitor.press("sessions.keep")
    visitor.open("/urls/")
    visitor.open("/sessions/")
    visitor.page.reload()
    assert visitor.lab("letter-subject").input_value() == word
    visitor.lab("letter-message").fill(word)
    visitor.press("sessions.send")
    assert visitor.says("sessions.sent")
    assert visitor.lab("letter-subject").input_value() == ""


def test_a_session_is_a_number_and_ends(visitor: Visitor) -> None:
    """The browser keeps a number for as long as was asked; emptied, the session has none."""
    visitor.open("/sessions/")
    visitor.lab("login-user").fill("7")
    visitor.page.locator("input[name=remember]").check()
    visitor.press("login.log_in")
    assert visitor.says("sessions.logged_in", user="7")
    cookie = visitor.cookie("tour_session")
    assert cookie and isinstance(cookie["expires"], float) and cookie["expires"] > 0
    assert str(cookie["value"]) in visitor.lab("contents").inner_text()
    visitor.press("sessions.clear")
    assert visitor.says("sessions.contents_none")
    assert visitor.cookie("tour_session") is None


def test_the_plan_of_a_route_is_drawn(visitor: Visitor) -> None:
    """The picture follows the route that was asked for; an unknown one is said to be none."""
    visitor.open("/engine/")
    visitor.lab("chosen-endpoint").fill("urls.item")
    visitor.press("engine.show")
    assert "urls.item" in (visitor.lab("way").locator("svg").text_content() or "")
    visitor.lab("chosen-endpoint").fill("nowhere")
    visitor.press("engine.show")
    assert visitor.says("engine.none")
