"""A real browser before the gate and the guards: nothing typed is lost, nothing foreign is done."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from playwright.sync_api import BrowserContext, Page

NOTE = "\nA long note,\nof two lines & a <tag>."


def enter(page: Page, user: str = "anna", password: str = "right") -> None:
    page.fill("input[name=user]", user)
    page.fill("input[name=password]", password)
    page.click("text=Log in")


def orders(shop: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{shop}/orders") as answer:
        found: list[dict[str, Any]] = json.load(answer)["orders"]
        return found


def test_the_way_back(shop: str, browser: BrowserContext) -> None:
    """A wrong password in between does not lose the page that was wanted."""
    page = browser.new_page()
    page.goto(f"{shop}/orders/new")
    assert page.title() == "Log in"
    enter(page, password="wrong")
    assert page.inner_text(".message") == "Wrong password"
    enter(page)
    assert page.url == f"{shop}/orders/new"


def test_a_long_form_survives_an_expired_login(shop: str, browser: BrowserContext) -> None:
    """Sent after the login has expired, the form is offered filled, and ordered with one click."""
    page = browser.new_page()
    page.goto(f"{shop}/orders/new")
    enter(page)
    page.fill("input[name=item]", 'tea "green"')
    page.fill("textarea[name=note]", NOTE)
    page.fill("input[name=code]", "SECRET")
    browser.request.get(f"{shop}/expire")
    before = len(orders(shop))
    page.click("text=Order")
    assert page.title() == "Log in"
    enter(page, password="wrong")
    enter(page)
    assert page.inner_text("h1") == "Your form was kept"
    assert page.input_value("[name=item]") == 'tea "green"'
    assert page.input_value("[name=note]") == NOTE
    assert page.input_value("[name=code]") == ""
    page.reload()
    assert page.input_value("[name=note]") == NOTE
    page.fill("[name=code]", "SECRET")
    assert len(orders(shop)) == before
    page.click("text=Send the form")
    assert page.inner_text(".message") == 'Ordered tea "green"'
    sent = orders(shop)[-1]
    assert (sent["item"], sent["code"]) == ('tea "green"', "SECRET")
    assert sent["note"].replace("\r\n", "\n") == NOTE


def test_the_back_button_shows_nothing_after_log_out(shop: str, browser: BrowserContext) -> None:
    """Pages behind the gate are gone from the browser when the person is."""
    page = browser.new_page()
    page.goto(f"{shop}/account")
    enter(page)
    assert "Account of anna" in page.content()
    page.click("text=Log out")
    assert page.inner_text(".message") == "Logged out"
    page.go_back()
    assert "Account of anna" not in page.content()


def test_two_tabs(shop: str, browser: BrowserContext) -> None:
    """A log-out in one tab closes the gate in the other; each form there is kept."""
    first, second = browser.new_page(), browser.new_page()
    first.goto(f"{shop}/orders/new")
    enter(first)
    second.goto(f"{shop}/account")
    assert "Account of anna" in second.content()
    first.fill("input[name=item]", "coffee")
    second.click("text=Log out")
    first.click("text=Order")
    assert first.title() == "Log in"
    enter(first)
    assert first.input_value("[name=item]") == "coffee"
    second.goto(f"{shop}/account")
    assert "Account of anna" in second.content()


def test_another_site_cannot_post(shop: str, elsewhere: str, browser: BrowserContext) -> None:
    """A form of another origin is refused with a page that says so; its links work."""
    page = browser.new_page()
    page.goto(f"{shop}/account")
    enter(page)
    before = orders(shop)
    page.goto(elsewhere)
    page.click("text=Win a prize")
    assert page.inner_text("h1") == "This form came from another site"
    assert "Sec-Fetch-Site: cross-site" in page.content()
    assert orders(shop) == before
    page.goto(elsewhere)
    page.click("text=a link")
    assert "Account of anna" in page.content()


def test_cookies_of_localhost(shop: str, browser: BrowserContext) -> None:
    """The browser keeps the session cookie on plain localhost, out of reach of scripts."""
    page = browser.new_page()
    page.goto(f"{shop}/account")
    enter(page)
    kept = {cookie["name"]: cookie for cookie in browser.cookies()}
    assert kept["session"]["httpOnly"] and kept["session"]["sameSite"] == "Lax"
    assert not kept["session"]["secure"]
