"""Servers and a Chromium for these tests; a fresh profile for each, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.guards.serving import served
from tests.tools import tool
from tests.tour.browser.serving import FLAGS, PATIENCE

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the shop, really served, on SQLite."""
    folder = tmp_path_factory.mktemp("shop")
    code = (HERE / "shop.py").read_text("utf-8")
    with served(folder, code, KOLBA_STATE=f"sqlite:///{folder}/state.sqlite3") as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def elsewhere(shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of another site, whose pages post to the shop."""
    folder = tmp_path_factory.mktemp("evil")
    code = (HERE / "evil.py").read_text("utf-8")
    with served(folder, code, SHOP=shop, KOLBA_STATE="memory:") as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium with a new profile folder, which Playwright makes and removes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def browser(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody new, with JavaScript and without."""
    context = chromium.new_context(java_script_enabled=request.param, locale="en-GB")
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()
