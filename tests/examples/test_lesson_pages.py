"""Every page of the lesson's ten apps, plain and with Kolba: quotations, languages, keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from kolba import Kolba
from tests.examples.lesson import ENGLISH, KOLBA_STEPS, LESSON, LOGIN, STEPS, load
from tests.examples.page import Page

# Every page that a visitor can come to with GET, or by sending something.
PAGES = {
    "task_1": ("/", "/trap", "/archive/2024/"),
    "task_2": ("/", "/hello/1", "/bold/1"),
    "task_3": ("/", "/write"),
    "task_4": ("/", "/trap", "/1/remove"),
    "task_5": ("/",),
    "task_6": ("/", "/welcome/1"),
    "task_7": ("/", "/thanks/1", "/login", "/targets"),
    "task_8": ("/", "/big"),
    "task_9": ("/",),
    "task_10": ("/", "/sent"),
    "task_8_kolba": ("/",),
}
POSTED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("task_3", "/", {}),
    ("task_4", "/", {"text": "1"}),
    ("task_5", "/", {"drink": "tea", "day": ["saturday", "sunday"], "letters": "on"}),
    ("task_5", "/strict", {}),
    ("task_6", "/", {}),
    ("task_6", "/", {"name": "", "email": "", "age": "", "password": ""}),
    ("task_6", "/", {"name": "", "email": "", "age": "", "password": "long enough"}),
    ("task_7", "/careless", {}),
    ("task_7", "/login", {"next": "/account"}),
    ("task_7", "/login", LOGIN),
    ("task_8", "/", {"coins": "70"}),
    ("task_8", "/", {"coins": "700"}),
    ("task_8", "/plain", {}),
    ("task_10", "/login", {}),
    ("task_10", "/login", LOGIN),
    ("task_10", "/order", {"goods": "1"}),
    ("task_10", "/wrong", {}),
)
POSTED_TO_KOLBA: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("task_5_kolba", "/", {"guests": "1", "day": ["saturday", "2"], "letters": "on"}),
    ("task_8_kolba", "/big", {}),
)
BOTH = [*STEPS, *KOLBA_STEPS]


def plain(step: str) -> str:
    return step.removesuffix("_kolba")


@pytest.mark.parametrize("step", STEPS)
def test_the_file_opens_with_the_lesson_s_words(step: str) -> None:
    """Each file begins by quoting the lesson in Russian, and then in English."""
    opening = (LESSON / f"{step}.py").read_text(encoding="utf-8").split('"""')[1]
    assert re.search(r"«[^»]*[а-я][^»]*»\n +[A-Z]?", opening)
    assert "What goes wrong:" in opening
    assert "The right way:" in opening


@pytest.mark.parametrize("step", STEPS)
def test_the_file_is_ordinary_flask(step: str) -> None:
    """No step imports Kolba, and each gives the server an `app`."""
    assert "kolba" not in re.findall(r"^(?:from|import) (\w+)", source(step), re.M)
    assert load(step).name == step


@pytest.mark.parametrize("step", KOLBA_STEPS)
def test_the_kolba_version_stands_beside_it_and_says_what_differs(step: str) -> None:
    """Each is of Kolba's class, and its first paragraphs name the plain file and the difference."""
    assert type(load(step)) is Kolba
    opening = source(step).split('"""')[1].split("\n\n")
    assert f"`{plain(step)}.py`; this one " in opening[1]
    assert len(opening[2].split()) > 50
    assert "from flask import" not in source(step)


def source(step: str) -> str:
    return (LESSON / f"{step}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("step", BOTH)
def test_no_page_mixes_languages(
    step: str, language: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """Asked for in a language, every page is wholly in it, with a label for every field."""
    client = open_step(step)
    headers = {"Accept-Language": language}
    answers = [client.get(path, headers=headers) for path in PAGES.get(step, PAGES[plain(step)])]
    for posted_to, path, form in (*POSTED, *POSTED_TO_KOLBA):
        if posted_to in (step, plain(step)):
            answers.append(client.post(path, data=form, headers=headers, follow_redirects=True))
    for answer in answers:
        page = Page(answer.text)
        assert (page.language, page.foreign_words()) == (language, []), answer.text
        assert page.charset and page.viewport
        assert page.unlabelled == []


@pytest.mark.parametrize("step", BOTH)
def test_both_languages_say_the_same(step: str) -> None:
    """Neither table of texts has a key that the other lacks, or an empty text."""
    load(step)
    texts = sys.modules[step].TEXTS
    assert texts["en"].keys() == texts["ru"].keys()
    assert all(text.strip() for language in texts.values() for text in language.values())


@pytest.mark.parametrize("step", [step for step in BOTH if plain(step) != "task_9"])
def test_the_switch_outranks_the_browser_and_is_kept(
    step: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """A visitor who switches gets that language, and every link goes on in it."""
    client = open_step(step)
    page = Page(client.get("/?lang=ru", headers=ENGLISH).text)
    assert page.language == "ru"
    switch = ("lang=en", "lang=ru")
    inner = [link for link in page.links if "lesson.css" not in link and ":" not in link]
    assert all(any(code in link for code in switch) for link in inner), inner
    for link in inner:
        wanted = "en" if "lang=en" in link else "ru"
        answer = client.get(urljoin("/", link), headers=ENGLISH, follow_redirects=True)
        assert Page(answer.text).language == wanted, link


@pytest.mark.parametrize("asked", ["", "de", "*", "klingon;q=0.3", "'\"><script>"])
def test_an_unknown_language_is_english(
    asked: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """Whoever asks for neither language, or for nonsense, reads English."""
    client = open_step("task_1")
    assert Page(client.get("/", headers={"Accept-Language": asked}).text).language == "en"
    assert Page(client.get("/", query_string={"lang": asked}).text).language == "en"


@pytest.mark.parametrize("step", ["task_7", "task_8", "task_10"])
def test_the_secret_key_comes_from_outside_or_from_chance(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key stands in the file: it is the environment's, or new at each start."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first, second = load(step).secret_key, load(step).secret_key
    assert isinstance(first, str) and len(first) == 64 and first != second
    monkeypatch.setenv("SECRET_KEY", "of the tests")
    assert load(step).secret_key == "of the tests"
