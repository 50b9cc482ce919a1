"""One server and one browser for these tests; a fresh visitor, in each language, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from kolba.tour.texts.tables import LANGUAGES
from tests.tools import tool
from tests.tour.browser.serving import FLAGS, LOCALES, PATIENCE, serving
from tests.tour.browser.visitor import Visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def tour() -> Iterator[str]:
    """The URL of `kolba tour`, really served."""
    with serving() as url:
        yield url


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium with a new profile folder, which Playwright makes and removes."""
    program = tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=LANGUAGES)
def visitor(request: pytest.FixtureRequest, tour: str, chromium: Browser) -> Iterator[Visitor]:
    """Somebody new, who asks for English or for Russian."""
    context = chromium.new_context(locale=LOCALES[request.param], reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    visitor = Visitor(context, tour, request.param)
    yield visitor
    visitor.leave()
