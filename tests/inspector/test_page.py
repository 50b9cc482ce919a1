"""The inspector's page in a real browser: live, in two languages, and deaf to what an app sends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.cli.conftest import environment, eventually
from tests.tools import tool
from tests.tour.browser.serving import FLAGS, LOCALES, PATIENCE

pytestmark = pytest.mark.slow

ATTACK = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"
SHOP = """
    import threading

    from flask import Flask, flash, get_flashed_messages, redirect, render_template_string
    from flask import request, session
    from kolba import Kolba

    app = {made}
    PAGE = "<!doctype html>{{% for m in get_flashed_messages() %}}<p>{{{{ m }}}}{{% endfor %}}"
    FORM = '''
        <form method=post action=/add>
        <input name=item><input name=password type=password><button>add</button>
        </form>'''


    @app.get("/")
    def home():
        return render_template_string(PAGE) + FORM


    @app.post("/add")
    def add():
        session["item"] = request.form["item"]
        app.logger.warning("added %s", request.form["item"])
        flash(request.form["item"])
        return redirect("/")


    opened = threading.Event()


    @app.get("/waits/<token>")
    def waits(token):
        opened.wait(60)
        opened.clear()
        return "over"


    @app.get("/opens")
    def opens():
        opened.set()
        return "open"


    @app.get("/fails/<name>")
    def fails(name):
        raise RuntimeError(name)
    """
FRAME = """(url) => new Promise((loaded) => {
    const frame = document.createElement("iframe");
    frame.onload = () => loaded(true);
    frame.src = url;
    document.body.append(frame);
})"""
MADE = {
    "flask": "Flask(__name__); app.secret_key = 'a key for the tests of the inspector'",
    "kolba": "Kolba(__name__)",
}


class Shop(NamedTuple):
    """Where an app is, and its inspector."""

    app: str
    inspector: str


def written(folder: Path, made: str) -> Path:
    """`shop.py` in the folder."""
    file = folder / "shop.py"
    file.write_text(dedent(SHOP).format(made=MADE[made]), "utf-8")
    return file


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Shop]:
    """`kolba run --inspect` of the folder's app, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kolba", "run", "shop", "--inspect", "--port", "0", *options],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    too_slow = threading.Timer(PATIENCE, process.kill)
    too_slow.start()
    try:
        assert process.stdout is not None
        found: list[str] = []
        for line in process.stdout:
            found += re.findall(r"http://\S+", line)
            if line.startswith("Inspector on"):
                break
        too_slow.cancel()
        yield Shop(*found)
    finally:
        too_slow.cancel()
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module", params=MADE)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """The app on either class."""
    folder: Path = tmp_path_factory.mktemp("shop")
    written(folder, request.param)
    with serving(folder) as shop:
        yield shop


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        yield browser
        browser.close()


class Visit(NamedTuple):
    """Two windows of one browser."""

    app: Page
    inspector: Page
    complaints: list[str]


@pytest.fixture(params=["en", "ru"])
def visit(request: pytest.FixtureRequest, shop: Shop, chromium: Browser) -> Iterator[Visit]:
    """The inspector, open before anything happens, and the app beside it."""
    context = chromium.new_context(locale=LOCALES[request.param])
    context.set_default_timeout(PATIENCE * 1000)
    app, inspector = context.new_page(), context.new_page()
    complaints: list[str] = []
    inspector.on("console", lambda message: complaints.append(message.text))
    inspector.on("pageerror", lambda error: complaints.append(str(error)))
    inspector.goto(shop.inspector)
    app.goto(shop.app)
    yield Visit(app, inspector, complaints)
    context.close()


def newest(visit: Visit) -> Locator:
    """The first row of the list."""
    return visit.inspector.locator("#rows li").first


def add(visit: Visit, item: str) -> None:
    """Send the form, and see it listed with the page that it leads to."""
    visit.inspector.bring_to_front()
    expect(newest(visit)).not_to_have_class("followed")
    visit.app.fill("[name=item]", item)
    visit.app.fill("[name=password]", "correct horse")
    visit.app.click("button")
    expect(newest(visit)).to_have_class("followed")


def test_requests_appear_while_they_happen(visit: Visit) -> None:
    """A form that is sent is listed at once, with its page, its message and its session."""
    add(visit, "green tea")
    visit.inspector.locator("#rows a").filter(has_text="POST").first.click()
    one = visit.inspector.locator("#one")
    expect(one.locator(".chain")).to_contain_text("POST /add")
    expect(one.locator(".chain a")).to_contain_text("GET / 200")
    expect(one.locator(".changes")).to_contain_text("'green tea'")
    expect(one).to_contain_text("shop.py:")
    russian = visit.inspector.locator("html").get_attribute("lang") == "ru"
    expect(one).to_contain_text("создано здесь" if russian else "flashed here")
    assert "correct horse" not in visit.inspector.content()
    one.locator(".chain a").click()
    expect(one.locator("h2")).to_have_text("GET /")
    expect(one).to_contain_text("показано здесь" if russian else "shown here")
    assert visit.complaints == []


def test_a_request_is_seen_while_it_runs(visit: Visit) -> None:
    """A view that waits stands above the list by its rule, and in it once it is over."""
    visit.app.evaluate("void fetch('/waits/secret').then((answer) => answer.text())")
    visit.inspector.bring_to_front()
    running = visit.inspector.locator("#running li")
    russian = visit.inspector.locator("html").get_attribute("lang") == "ru"
    over = visit.inspector.locator("#rows a").filter(has_text="/waits/")
    before = over.count()
    expect(running).to_contain_text("/waits/<token>")
    expect(running).to_contain_text("выполняется" if russian else "running")
    assert "secret" not in running.inner_text()
    visit.app.evaluate("void fetch('/opens').then((answer) => answer.text())")
    expect(over).to_have_count(before + 1)
    expect(running).to_have_count(0)
    assert visit.complaints == []


def test_what_an_app_sends_stays_text(visit: Visit, shop: Shop) -> None:
    """Markup in a path, a field, a message, a log line, a header and an error does nothing."""
    add(visit, ATTACK)
    visit.app.set_extra_http_headers({"X-Attack": ATTACK})
    visit.app.goto(f"{shop.app}/fails/{ATTACK.replace('/', '')}?{ATTACK}={ATTACK}")
    visit.inspector.bring_to_front()
    rows = visit.inspector.locator("#rows a")
    expect(rows.first).to_contain_text("/fails")
    for text in ("POST", "/fails"):
        rows.filter(has_text=text).first.click()
        visit.inspector.locator("#one details").first.wait_for()
        for summary in visit.inspector.locator("#one summary").all():
            summary.click()
        expect(visit.inspector.locator("#one")).to_contain_text("onerror=window.pwned")
        assert visit.inspector.locator("#one img, #one script").count() == 0
        assert visit.inspector.evaluate("window.pwned") is None
    assert visit.complaints == []


def test_the_apps_own_pages_read_nothing(visit: Visit, shop: Shop) -> None:
    """A script of the app, which may be anybody's, cannot fetch, include or frame the inspector."""
    url = f"{shop.inspector}/requests.json"
    ask = """async (url) => {
        const told = async (options) => {
            try { return await (await fetch(url, options)).text(); } catch { return "refused"; }
        };
        const included = (tag, source) => new Promise((tell) => {
            const node = document.createElement(tag);
            node.onload = () => tell("loaded");
            node.onerror = () => tell("refused");
            node.src = source;
            document.body.append(node);
        });
        return [await told({}), await told({mode: "no-cors"}), await included("script", url)];
    }"""
    fetched, opaque, script = visit.app.evaluate(ask, url)
    assert (fetched, script) == ("refused", "refused")
    assert "requests" not in opaque
    visit.app.evaluate(FRAME, shop.inspector)
    frames = [frame for frame in visit.app.frames if frame != visit.app.main_frame]
    assert all(frame.locator("#rows").count() == 0 for frame in frames)


def test_the_list_obeys(visit: Visit) -> None:
    """A filter leaves what matches, `Clear` hides what is there, and keys walk through the list."""
    add(visit, "one")
    page = visit.inspector
    rows = page.locator("#rows a")
    page.fill("#filter", "post 30")
    expect(rows.filter(has_text="GET")).to_have_count(0)
    expect(rows.filter(has_text="POST").first).to_be_visible()
    page.fill("#filter", "")
    rows.first.click()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.click("#clear")
    expect(rows).to_have_count(0)
    expect(page.locator("#empty")).to_be_visible()
    assert visit.complaints == []


def ring_of(shop: Shop) -> str:
    """What a restart changes."""
    with urlopen(f"{shop.inspector}/requests.json") as answer:
        return str(json.load(answer)["ring"])


def test_a_restart_takes_nothing_from_who_looks(tmp_path: Path, chromium: Browser) -> None:
    """What the page has shown before a file was changed stays, whole, above it what comes after."""
    file = written(tmp_path, "flask")
    with serving(tmp_path, "--reload") as shop, chromium.new_context() as context:
        inspector, app = context.new_page(), context.new_page()
        inspector.goto(shop.inspector)
        app.goto(f"{shop.app}/before")
        inspector.bring_to_front()
        rows = inspector.locator("#rows a")
        expect(rows).to_have_count(1)
        ring = ring_of(shop)
        file.write_text(file.read_text("utf-8") + "\nchanged = True\n", "utf-8")
        eventually(lambda: ring_of(shop) != ring)
        app.goto(f"{shop.app}/after")
        inspector.bring_to_front()
        expect(rows).to_have_count(2)
        expect(inspector.locator("#rows .restarted")).to_have_count(1)
        rows.filter(has_text="/before").click()
        expect(inspector.locator("#one h2")).to_have_text("GET /before")
        rows.filter(has_text="/after").click()
        expect(inspector.locator("#one h2")).to_have_text("GET /after")
