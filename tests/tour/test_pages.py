"""All pages in both languages: whole, unmixed, well built."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from kolba.tour.languages import TRANSLATORS
from kolba.tour.texts.tables import LANGUAGES, TEXTS
from tests.tour import html, visits
from tests.tour.conftest import alone
from tests.tour.words import LATIN_IN_RUSSIAN

CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
LATIN = re.compile(r"[A-Za-z]+")


class Met(NamedTuple):
    """A page that the visitor has met."""

    step: visits.Step
    status: int
    text: str
    page: html.Page


@pytest.fixture(scope="module", params=LANGUAGES)
def pages(request: pytest.FixtureRequest) -> list[Met]:
    """All pages that one visitor meets, in one language."""
    client = alone().test_client()
    met = []
    for step in visits.steps(request.param):
        answer = visits.take(client, step, request.param)
        met.append(Met(step, answer.status_code, answer.text, html.read(answer.text)))
    return met


def test_every_page_answers_as_it_should(pages: list[Met]) -> None:
    """Every step ends with the status that it is meant to have, never with a traceback."""
    assert not [(met.step, met.status) for met in pages if met.status != met.step.status]
    assert not [met.step for met in pages if "Traceback" in met.text]


def test_no_page_mixes_languages(pages: list[Met]) -> None:
    """English pages have no Cyrillic, Russian ones no Latin words but names; code is exempt."""
    for step, _, _, page in pages:
        if page.language == "en":
            foreign = set(CYRILLIC.findall(page.text))
        else:
            foreign = set(LATIN.findall(page.text)) - LATIN_IN_RUSSIAN
        assert not foreign, step


def test_no_text_leaves_its_place_unfilled(pages: list[Met]) -> None:
    """No text shows a place for a value, a backtick, or the name of an undefined thing."""
    for step, _, _, page in pages:
        assert not re.search(r"[{}`]|Undefined|Macro|None", page.text), step


def test_pages_are_well_built(pages: list[Met]) -> None:
    """One h1, no heading skipped, ids unique and all there, every field labelled."""
    for step, _, _, page in pages:
        assert page.headings.count(1) == 1 and page.headings[0] == 1, step
        steps_down = zip(page.headings, page.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps_down), step
        assert len(page.ids) == len(set(page.ids)), step
        assert set(page.references) <= set(page.ids), step
        unlabelled = [f for f in page.fields if not f["in_label"] and f["id"] not in page.labelled]
        assert not unlabelled, step


def test_pages_have_landmarks(pages: list[Met]) -> None:
    """Each page has a skip link first, then header, nav, main, aside and footer."""
    for step, _, _, page in pages:
        if step.url.startswith("/elsewhere/") and step.form is None:
            continue  # it plays another site
        names = [tag for tag, _ in page.tags]
        assert [n for n in names if n in {"header", "main", "aside", "footer"}] == [
            "header",
            "main",
            "aside",
            "footer",
        ], step
        assert next(a for tag, a in page.tags if tag == "a")["href"] == "#main", step


def test_pages_ask_no_other_host_and_run_nothing(
    pages: list[Met],
) -> None:
    """No script, no inline style or handler, and every asset is the site's own."""
    for step, _, _, page in pages:
        for tag, attributes in page.tags:
            assert tag not in {"style", "iframe"}, step
            assert tag != "script" or set(attributes) == {"nonce"}, step
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            asset = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
            assert asset is None or asset.startswith("/static/"), step


def test_chapter_marks_itself(client: FlaskClient) -> None:
    """The navigation marks the present chapter, and only it."""
    for path in ("/urls/", "/sessions/"):
        tags = html.read(client.get(path).text).tags
        current = [a["href"] for tag, a in tags if tag == "a" and a.get("aria-current") == "page"]
        assert current == [path]


# What only a fault, an attack or another host brings about, and what never happens: the
# tests of those show them, or that they do not.
NOT_MET = {
    "cookies.purpose_other",
    "engine.fallback",
    "errors.400",
    "errors.500",
    "errors.cross_origin",
    "errors.other",
    "lab.by_tour_only",
    "lab.late_harmed",
    "lab.tampered_harmed",
    "urls.origin",
}


def test_every_text_is_met(pages: list[Met]) -> None:
    """No text lies in the tables unused: the visitor has met each on some page."""
    everything = "".join(met.text for met in pages)
    t = TRANSLATORS[pages[0].page.language]
    unmet = {
        key
        for key in TEXTS
        if not is_in(everything, t(key)) and not is_in(everything, escape(t.plain(key)))
    }
    assert sorted(unmet ^ NOT_MET) == []


def is_in(everything: str, text: str) -> bool:
    """Tells whether all that stands around the places of this text was met."""
    return all(part in everything for part in re.split(r"\{\w+\}", str(text)))


@pytest.mark.parametrize("key", TEXTS)
def test_texts_match(key: str) -> None:
    """The two languages of a text have the same places for values, and both say something."""
    text = TEXTS[key]
    places = [set(re.findall(r"\{(\w+)\}", part)) for part in text]
    assert places[0] == places[1]
    assert text.en.strip() and text.ru.strip()
    assert text.en.count("`") % 2 == text.ru.count("`") % 2 == 0
