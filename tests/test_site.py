"""The documentation's site: it builds without a warning, holds every page, fetches nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.documents import ROOT

FETCHED = {"src", "srcset", "poster", "data"}
FETCHING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "manifest"}
ELSEWHERE = re.compile(r"^(?:https?:)?//", re.IGNORECASE)


class Fetched(HTMLParser):
    """What a browser fetches when it shows a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.urls += [value for name, value in found.items() if name in FETCHED]
        if tag == "link" and FETCHING_LINKS & set(found.get("rel", "").split()):
            self.urls.append(found.get("href", ""))


def fetched_elsewhere(folder: Path) -> Iterator[str]:
    """What the pages and their style sheets fetch from other hosts."""
    for page in folder.rglob("*.html"):
        urls = Fetched(page.read_text("utf-8")).urls
        yield from (f"{page.name}: {url}" for url in urls if ELSEWHERE.match(url))
    for sheet in folder.rglob("*.css"):
        urls = re.findall(r"""(?:url\(|@import )\s*["']?([^"')]+)""", sheet.read_text("utf-8"))
        yield from (f"{sheet.name}: {url}" for url in urls if ELSEWHERE.match(url))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it, but into a folder of the test's."""
    folder = tmp_path_factory.mktemp("site")
    ended = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", os.fspath(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    return folder


@pytest.mark.slow
def test_the_site_has_every_page(site: Path) -> None:
    """Strict mode finds no warning, and each page of `docs/` is a page of the site."""
    pages = {
        path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")
    }
    assert pages <= {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}


@pytest.mark.slow
def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    """Scripts, fonts, pictures and style sheets are the site's own files."""
    assert list(fetched_elsewhere(site)) == []
    assert Fetched('<script src="https://a.example/x.js"></script>').urls, "it would be seen"


@pytest.mark.slow
def test_the_reference_names_what_can_be_imported(site: Path) -> None:
    """Our own public names stand in the reference, with their docstrings."""
    page = (site / "reference.html").read_text("utf-8")
    for name in ("kolba.Kolba", "kolba.Cookie", "kolba.redirect", "kolba.health.health"):
        assert f'id="{name}"' in page
