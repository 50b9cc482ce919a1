"""Takes every page of the tour as a picture, to be looked at by people.

`python -m tests.tour.browser.screenshots FOLDER [WORD...]`: on a phone and on a desk, light and
dark, in both languages; with words, only the pictures whose names have them all.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from kolba.tour.texts.tables import LANGUAGES
from tests.tools import tool
from tests.tour.browser.serving import FLAGS, LOCALES, serving
from tests.tour.browser.visitor import Visitor
from tests.tour.words import WORDS

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
PAGES = {
    "home": "/",
    "urls": "/urls/?view=urls.item&arguments=number%3D7&external=true&build=true",
    "urls-failed": "/urls/?view=urls.itme&arguments=number%3D7&build=true&attack=static",
    "urls-matched": "/urls/items/7",
    "escaping": "/escaping/?name=%3Cscript%3Ealert(1)%3C/script%3E&attack=script",
    "requests": "/requests/?attack=foreign",
    "requests-large": "/requests/?attack=large",
    "requests-order": "/requests/order?name=7",
    "requests-typed": "/requests/typed",
    "elsewhere": "/elsewhere/{language}",
    "redirects": "/redirects/?target=//evil.example&attack=next",
    "login": "/login/",
    "flashes": "/flashes/?attack=flash_race",
    "cookies": "/cookies/?attack=oversize",
    "sessions": "/sessions/?attack=race",
    "engine": "/engine/?attack=late",
    "not-found": "/nowhere",
}


def main(folder: Path, words: list[str]) -> None:
    """Take the pictures whose names have all the words."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        for language, width, theme in product(LANGUAGES, WIDTHS, THEMES):
            take_all(browser, base, language, width, theme, folder, words)
        browser.close()


def take_all(
    browser: Browser,
    base: str,
    language: str,
    width: int,
    theme: str,
    folder: Path,
    words: list[str],
) -> None:
    """Take the pictures of one visitor."""
    wanted = {name: f"{name}-{language}-{width}-{theme}.png" for name in (*PAGES, "flash-shown")}
    wanted = {name: file for name, file in wanted.items() if all(w in file for w in words)}
    if not wanted:
        return
    context = browser.new_context(
        locale=LOCALES[language],
        viewport={"width": width, "height": 900},
        color_scheme=theme,  # type: ignore[arg-type]
    )
    visitor = Visitor(context, base, language)
    fill_session(visitor)
    for name, file in wanted.items():
        if name == "flash-shown":
            flash(visitor)
        else:
            visitor.open(PAGES[name].format(language=language))
            open_all(visitor)
        visitor.page.screenshot(path=folder / file, full_page=True)
        print(folder / file)
    context.close()


def fill_session(visitor: Visitor) -> None:
    """Log in and keep a draft, so that the pages have something to show."""
    word = WORDS[visitor.language]
    visitor.open("/sessions/")
    visitor.lab("login-user").fill(word)
    visitor.press("login.log_in")
    visitor.lab("letter-subject").fill(word)
    visitor.press("sessions.keep")
    visitor.open("/redirects/")
    visitor.press("redirects.with_redirect")


def open_all(visitor: Visitor) -> None:
    """Open what is folded away in the laboratory."""
    visitor.page.locator("#struck .sides").evaluate_all(
        "sides => sides.forEach(one => one.querySelectorAll('details').forEach(d => d.open = true))"
    )


def flash(visitor: Visitor) -> None:
    """Show a message."""
    visitor.open("/flashes/")
    visitor.lab("say-message").fill(WORDS[visitor.language])
    visitor.press("flashes.say_and_show")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
