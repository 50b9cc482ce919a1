"""Forms in a real Chromium: mistakes, mending, uploads, tabs, the back button, no scripts, axe."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.forms.serving import PATIENCE, served
from tests.tools import tool

pytestmark = pytest.mark.slow

AXE = "axe-core@4.14.1"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
LOCALES = {"en": "en-US", "ru": "ru-RU"}
FIX = {"en": "needs another look", "ru": "нужно исправить"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The app in the plain look."""
    with served("tests.forms.browser_app:app", LOOK="plain") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """The app in the look of Bootstrap 5."""
    with served("tests.forms.browser_app:app", LOOK="bootstrap5") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["plain", "bootstrap5"])
def look(request: pytest.FixtureRequest, url: str, bootstrap: str) -> str:
    """The app in each look."""
    return url if request.param == "plain" else bootstrap


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a context: `visit("ru", scripts=False)`."""
    opened: list[BrowserContext] = []

    def new(language: str = "en", *, scripts: bool = True) -> BrowserContext:
        context = chromium.new_context(locale=LOCALES[language], java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE * 1000)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, from npm."""
    folder = Path(__file__).parents[2] / ".cache" / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        command = [tool("npm"), "install", "--prefix", str(folder), "--no-audit", "--no-fund", AXE]
        subprocess.run(command, check=True, capture_output=True)
    return script.read_text("utf-8")


def send(page: Page) -> None:
    page.locator("main form [type=submit]").click()


def fill_in(page: Page, **instead: str) -> None:
    typed = {"name": "Аня 😀", "email": "anna@example.com", "age": "20"} | instead
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password]").fill("correct horse")
    page.locator("[name=agreed]").check()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_mistakes_and_mending(
    look: str, visit: Callable[..., BrowserContext], language: str, scripts: bool
) -> None:
    """Mistakes come back with the input and the focus on the summary; mended, the form is taken."""
    page = visit(language, scripts=scripts).new_page()
    page.goto(f"{look}/all")
    fill_in(page, name="nobody", age="3")
    page.locator("[name=plan][value=team]").check()
    page.locator("[name=size]").select_option("xl")
    page.locator("[name=colours][value=blue]").check()
    page.locator("[name=tags]").fill("one")
    page.locator("[name='lines.0.what']").fill("tea")
    page.locator("[name=about]").fill("\nтри\n\nстроки")
    send(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(FIX[language])
    expect(summary.locator("li")).to_have_count(2)
    expect(page.locator("[name=email]")).to_have_value("anna@example.com")
    expect(page.locator("[name=plan][value=team]")).to_be_checked()
    expect(page.locator("[name=size]")).to_have_value("xl")
    expect(page.locator("[name=colours][value=blue]")).to_be_checked()
    expect(page.locator("[name=about]")).to_have_value("\nтри\n\nстроки")
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.locator("[name='lines.0.what']")).to_have_value("tea")
    expect(page.locator("[name='lines.1.what']")).to_have_value("")
    summary.locator("a").first.click()
    expect(page.locator("[name=name]")).to_be_focused()

    fill_in(page)
    send(page)
    expect(page.get_by_role("heading")).to_have_text("Done")
    told = page.locator("main").inner_text()
    assert "'name': 'Аня 😀'" in told
    assert "'about': '\\nтри\\n\\nстроки'" in told
    assert "'lines': [{'what': 'tea', 'count': 1}]" in told


TEXTS = [
    "Сто лет",
    "😀👩‍👩‍👧 emoji",
    "مرحبا ‮RTL‬ שלום",
    "<b>&amp;\"'`</textarea><script>",
    "  spaces  ",
    "long " * 15_000,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_text_arrives_exactly(url: str, visit: Callable[..., BrowserContext], text: str) -> None:
    """What was typed is what a refused page shows again, and what the model gets."""
    page = visit().new_page()
    page.goto(f"{url}/all")
    fill_in(page, name="nobody")
    page.locator("[name=about]").fill(text)
    send(page)
    expect(page.locator("[name=about]")).to_have_value(text)
    fill_in(page)
    send(page)
    told = page.locator("main").text_content() or ""
    value = ast.literal_eval(told[told.index("'about': ") + 9 : told.rindex("}")])
    assert value == text


def test_the_browser_agrees_with_the_model(url: str, visit: Callable[..., BrowserContext]) -> None:
    """With the browser's own checks on, what the model takes is not stopped: Cyrillic, rows."""
    page = visit().new_page()
    page.goto(f"{url}/all?strict=1")
    fill_in(page)
    page.locator("[name=code]").fill("Ёж_٣")
    send(page)
    expect(page.get_by_role("heading")).to_have_text("Done")
    page.goto(f"{url}/all?strict=1")
    fill_in(page)
    page.locator("[name=code]").fill("!")
    send(page)
    expect(page.get_by_role("heading")).to_have_text("All")
    assert page.locator("[name=code]:invalid").count() == 1


def test_an_upload(url: str, visit: Callable[..., BrowserContext]) -> None:
    """A wrong file is an error beside its field, and the text is kept; a right one arrives."""
    page = visit().new_page()
    page.goto(f"{url}/photo")
    page.locator("[name=title]").fill("Лето")
    chosen = page.locator("[name=photo]")
    chosen.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"GIF89a"})
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("not what its name says")
    expect(page.locator("[name=title]")).to_have_value("Лето")
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    chosen.set_input_files({"name": "отчёт.png", "mimeType": "image/png", "buffer": png})
    send(page)
    expect(page.locator("main")).to_contain_text("отчёт.png 108")


def test_an_upload_over_the_limit_shows_the_page(
    url: str, visit: Callable[..., BrowserContext]
) -> None:
    """A body over MAX_CONTENT_LENGTH is a page with the text, not a broken connection."""
    page = visit().new_page()
    page.goto(f"{url}/photo")
    page.locator("[name=title]").fill("Лето")
    big = {"name": "x.png", "mimeType": "image/png", "buffer": b"x" * 5_000_000}
    page.locator("[name=photo]").set_input_files(big)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("MAX_CONTENT_LENGTH")
    expect(page.locator("[name=title]")).to_have_value("Лето")


def test_over_a_redirect(url: str, visit: Callable[..., BrowserContext]) -> None:
    """Sent back, the page has the input once; a reload has a fresh form, and no warning."""
    page = visit().new_page()
    page.goto(f"{url}/back")
    fill_in(page, name="nobody")
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("nobody")
    expect(page.locator("[name=password]")).to_have_value("")
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_two_tabs(url: str, visit: Callable[..., BrowserContext]) -> None:
    """Two tabs of one visitor each get back what was typed in them."""
    context = visit()
    one, two = context.new_page(), context.new_page()
    for tab in (one, two):
        tab.goto(f"{url}/back")
    fill_in(one, name="nobody", email="one@example.com")
    fill_in(two, name="nobody", email="two@example.com")
    send(one)
    send(two)
    expect(one.locator("[name=email]")).to_have_value("one@example.com")
    expect(two.locator("[name=email]")).to_have_value("two@example.com")


def test_reload_and_the_back_button(url: str, visit: Callable[..., BrowserContext]) -> None:
    """A refused page sent again by reload is the same page; back leads to what was typed."""
    page = visit().new_page()
    page.goto(f"{url}/all")
    fill_in(page, name="nobody")
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("nobody")
    expect(page.get_by_role("alert")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=email]")).to_have_value("anna@example.com")


def test_a_search_keeps_an_unticked_box(url: str, visit: Callable[..., BrowserContext]) -> None:
    """A box that is ticked by default stays unticked in the page of its answer."""
    page = visit().new_page()
    page.goto(f"{url}/search")
    expect(page.locator("[name=stock][type=checkbox]")).to_be_checked()
    page.locator("[name=stock][type=checkbox]").uncheck()
    page.locator("[name=page]").fill("0")
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=page]")).to_have_value("0")
    expect(page.locator("[name=stock][type=checkbox]")).not_to_be_checked()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_axe_finds_nothing(
    look: str, visit: Callable[..., BrowserContext], axe: str, language: str
) -> None:
    """axe-core finds no violation in any form, fresh or refused."""
    page = visit(language).new_page()
    page.emulate_media(color_scheme="dark" if language == "ru" else "light")
    for path in ("/all", "/photo", "/search", "/back"):
        page.goto(look + path)
        assert violations(page, axe) == [], path
        if path == "/search":
            page.locator("[name=page]").fill("0")
        send(page)
        if path != "/photo":  # its file is required, so the browser keeps the page
            expect(page.get_by_role("alert")).to_be_visible()
        assert violations(page, axe) == [], f"{path}, refused"


def violations(page: Page, axe: str) -> list[object]:
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
