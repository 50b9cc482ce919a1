"""Every attack's button and every exercise, in a real browser; and axe-core on every page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kolba.tour.chapters import NAMES
from kolba.tour.lab.attack import Attack, strike
from kolba.tour.lab.board import BOARD
from tests.tour.browser.serving import LOCALES, PATIENCE
from tests.tour.browser.test_site import FULL, PAGES
from tests.tour.browser.visitor import Visitor
from tests.tour.visits import RIGHT, WRONG

AXE = "axe-core@4.14.1"
# With those among FULL: an attack of each chapter, and all that the page of one can show.
ATTACKED = (
    "/escaping/?attack=unescaped",
    "/requests/?attack=foreign",
    "/flashes/?attack=head",
    "/engine/?attack=late",
)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, from npm."""
    folder = Path(__file__).parents[3] / ".cache" / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm") or pytest.skip("npm is not installed")
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", AXE]
        subprocess.run(command, check=True, capture_output=True)
    return script.read_text("utf-8")


@pytest.mark.parametrize("chapter", NAMES)
def test_every_attack_shows_both_answers(visitor: Visitor, chapter: str) -> None:
    """A press of the button is answered with both classes, and nothing of the attack runs here."""
    visitor.open(f"/{chapter}/")
    for attack in BOARD[chapter]:
        visitor.press(f"lab.{attack.name}_title", within="#attack")
        assert visitor.says(f"lab.{attack.name}_held")
        sides = visitor.page.locator("#struck .sides > .result h3")
        assert sides.all_inner_texts() == ["flask.Flask", "kolba.Kolba"]


def test_another_site_really_posts_here(visitor: Visitor) -> None:
    """The browser's own form from the other site is refused by Kolba and taken by Flask."""
    other = visitor.base.replace("127.0.0.1", "localhost")
    visitor.may_ask(other)
    visitor.open("/requests/")
    visitor.press("lab.open_elsewhere")
    assert visitor.page.url.startswith(other)
    visitor.press("lab.elsewhere_button")
    assert visitor.page.url.startswith(visitor.base)
    assert f"Origin: {other}" in visitor.lab("struck").inner_text()
    assert visitor.says("lab.foreign_held") and visitor.says("lab.foreign_harmed")
    assert visitor.page.locator("html").get_attribute("lang") == visitor.language


@pytest.mark.parametrize("chapter", NAMES)
def test_every_exercise_can_be_solved(visitor: Visitor, chapter: str) -> None:
    """A wrong answer stays in its field with a hint; the right one is noted in the contents."""
    visitor.may_be_refused(422)
    visitor.open(f"/{chapter}/")
    wrong = next(answer for name, answer in WRONG if name == chapter)
    for answers in (wrong, RIGHT[chapter]):
        for name, text in answers.items():
            visitor.lab("exercise").locator(f"[name={name}]").fill(text)
        visitor.press("exercises.check", within="#exercise")
        assert visitor.status == (422 if answers is wrong else 200)
    assert visitor.says("exercises.done")
    visitor.open("/")
    assert visitor.says("exercises.progress", count=1, all=len(NAMES))


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ru", "dark")])
def test_axe_finds_nothing(
    tour: str, chromium: Browser, axe: str, language: str, theme: str
) -> None:
    """axe-core finds no violation on any kind of page, fresh, attacked or refused."""
    # The policy of the tour lets no foreign script in, axe's neither.
    context = chromium.new_context(
        locale=LOCALES[language],
        color_scheme=theme,  # type: ignore[arg-type]
        bypass_csp=True,
    )
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    for path in (*PAGES, *FULL, *ATTACKED, "/nowhere"):
        page.goto(tour + path)
        assert violations(page, axe) == [], path
    for path in ("/flashes/", "/sessions/"):
        page.goto(tour + path)
        page.locator("#exercise button").evaluate("button => button.form.noValidate = true")
        page.locator("#exercise button").click()
        assert violations(page, axe) == [], f"{path}, refused"
    context.close()


def test_the_attacked_pages_are_of_every_kind() -> None:
    """Among the pages that axe-core sees, every chapter is attacked and every part is shown."""
    seen = {(chapter, a.name) for chapter, attacks in BOARD.items() for a in attacks}
    seen = {(c, a) for c, a in seen if f"/{c}/?attack={a}" in FULL + ATTACKED}
    assert {chapter for chapter, _ in seen} == BOARD.keys()
    kinds = {(c, a.name): shown(a) for c, attacks in BOARD.items() for a in attacks}
    assert set().union(*(kinds[page] for page in seen)) == set().union(*kinds.values())


def shown(attack: Attack) -> set[str]:
    """The parts of `_attack.html` that an attack's page has."""
    struck = strike(attack, "en")
    parts = {f"harmed: {side.harmed}" for side in (struck.flask, struck.kolba)}
    parts |= {"at start" for side in (struck.flask, struck.kolba) if side.error}
    parts |= {"logged" for side in (struck.flask, struck.kolba) if side.logged}
    for answer in struck.flask.answers + struck.kolba.answers:
        exchange = answer.exchange
        parts |= {"raised"} if answer.note else set()
        parts |= {"sent body"} if exchange.body else set()
        if exchange.status:
            empty = "empty" if not answer.note else "raised alone"
            parts.add("page" if answer.location else "text" if answer.shown else empty)
            parts |= {name for name, _ in exchange.response_headers} & {"Location", "Set-Cookie"}
    return parts


def violations(page: Page, axe: str) -> list[object]:
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
