"""What every page has: the language, the theme, the way on, room on a small screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from kolba.tour.chapters import NAMES
from tests.tour.browser.serving import PATIENCE
from tests.tour.browser.visitor import Visitor

WIDTHS = (320, 390, 768, 1280)
PAGES = ("/", *(f"/{name}/" for name in NAMES), "/login/")
FULL = (
    "/urls/?view=urls.item&arguments=number%3D7&external=true&build=true",
    "/urls/items/7",
    "/escaping/?name=%3Cscript%3Ealert(1)%3C/script%3E",
    "/requests/order?name=" + "7" * 80,
    "/requests/typed",
    "/redirects/?target=/" + "7" * 300,
    "/login/?next=/" + "7" * 300,
    "/flashes/show",
    "/elsewhere/en",
    "/requests/?attack=large",
    "/redirects/?attack=next",
    "/cookies/?attack=oversize",
    "/sessions/?attack=race",
    "/sessions/?attack=read",
    "/urls/?attack=static",
)


def test_the_language_is_the_browser_s_and_can_be_switched(visitor: Visitor) -> None:
    """Pages come in the browser's language, and stay in the one that was chosen."""
    html = visitor.page.locator("html")
    for path in ("/", "/sessions/", "/login/"):
        visitor.open(path)
        assert html.get_attribute("lang") == visitor.language
    visitor.page.locator("button.language").click()
    other = "ru" if visitor.language == "en" else "en"
    assert visitor.path() == "/login/"
    for path in ("/", "/sessions/"):
        visitor.open(path)
        assert html.get_attribute("lang") == other


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_chosen_from_any_page(visitor: Visitor, theme: str) -> None:
    """A button of the header changes how the page really looks, and leaves the visitor there."""
    visitor.page.emulate_media(color_scheme="dark" if theme == "light" else "light")
    visitor.open("/sessions/")
    look = "getComputedStyle(document.body).backgroundColor"
    before = visitor.page.evaluate(look)
    visitor.page.locator(f"button[name=theme][value={theme}]").click()
    visitor.page.wait_for_selector(f"html[data-theme={theme}] footer", state="attached")
    assert visitor.path() == "/sessions/"
    assert visitor.page.evaluate(look) != before


def test_the_chapters_lead_on(visitor: Visitor) -> None:
    """From the first page, one link after another leads through all chapters."""
    visitor.open("/")
    visitor.press("home.begin")
    for name in NAMES:
        assert visitor.path() == f"/{name}/"
        assert visitor.page.locator("nav.chapters [aria-current=page]").count() == 1
        onward = visitor.page.locator("a[rel=next]")
        if onward.count():
            onward.click()
    assert visitor.path() == f"/{NAMES[-1]}/"


def test_the_keyboard_skips_to_the_chapter(visitor: Visitor) -> None:
    """The first stop of the Tab key is a visible link to the main part."""
    visitor.open("/urls/")
    visitor.page.keyboard.press("Tab")
    focused = visitor.page.locator(":focus")
    assert focused.inner_text() == visitor.t.plain("common.skip")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"


def test_no_page_is_wider_than_its_screen(visitor: Visitor) -> None:
    """On any screen a page is read by scrolling in one direction only."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for path in PAGES + FULL:
        visitor.open(path)
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert visitor.page.evaluate(wide) <= 0, (path, width)


def test_it_works_without_scripts(tour: str, chromium: Browser) -> None:
    """With scripts switched off a form is sent, and its exchange shown, all the same."""
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(PATIENCE * 1000)
    visitor = Visitor(context, tour, "en")
    visitor.open("/flashes/")
    visitor.lab("say-message").fill("7")
    visitor.press("flashes.say_and_show")
    assert visitor.page.locator(".flash").count() == 1
    assert [line.split()[0] for line in visitor.wire()] == ["POST", "GET"]
    visitor.leave()
