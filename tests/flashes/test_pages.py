"""Which requests take messages: the table is the specification."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Request, Response, request

from kolba import Kolba
from kolba.flashes.pages import is_page, page_of, target_of

NAVIGATION = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
FETCH = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}

PAGES: list[tuple[str, dict[str, str]]] = [
    ("GET", {}),
    ("POST", {}),
    ("GET", NAVIGATION),
    ("POST", NAVIGATION),
    ("GET", {"Sec-Fetch-Mode": "navigate"}),
    ("GET", {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"}),
    ("GET", {**FETCH, "HX-Request": "true"}),
    ("GET", {**FETCH, "HX-Request": "true", "HX-Boosted": "true"}),
    ("GET", {**FETCH, "X-Turbo-Request-Id": "abc"}),
    ("GET", {**FETCH, "Turbo-Frame": "main"}),
    ("POST", {**FETCH, "Accept": "text/vnd.turbo-stream.html, text/html"}),
    ("GET", {**FETCH, "X-Up-Version": "3.8.0"}),
    ("GET", {**FETCH, "X-Inertia": "true", "X-Requested-With": "XMLHttpRequest"}),
    ("GET", {"Accept": "text/html"}),
]
OTHERS: list[tuple[str, dict[str, str]]] = [
    ("HEAD", {}),
    ("HEAD", NAVIGATION),
    ("OPTIONS", {}),
    ("GET", FETCH),
    ("POST", FETCH),
    ("GET", {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "same-origin"}),
    ("GET", {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}),
    ("GET", {"Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "no-cors"}),
    ("GET", {"Sec-Fetch-Dest": "embed", "Sec-Fetch-Mode": "navigate"}),
    ("GET", {**NAVIGATION, "Sec-Purpose": "prefetch"}),
    ("GET", {**NAVIGATION, "Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"Purpose": "prefetch"}),
    ("GET", {"X-Moz": "prefetch"}),
    ("GET", {"X-Purpose": "preview"}),
    ("GET", {**FETCH, "X-Turbo-Request-Id": "abc", "X-Sec-Purpose": "prefetch"}),
    ("GET", {**FETCH, "HX-Request": "true", "HX-Preloaded": "true"}),
    ("GET", {"X-Requested-With": "XMLHttpRequest"}),
]


@pytest.mark.parametrize(("method", "headers"), PAGES, ids=str)
def test_a_page_takes_messages(method: str, headers: dict[str, str]) -> None:
    """Navigations, swaps of a page, and clients that say nothing of themselves."""
    with Flask("x").test_request_context("/", method=method, headers=headers):
        assert is_page(request.environ)


@pytest.mark.parametrize(("method", "headers"), OTHERS, ids=str)
def test_what_nobody_looks_at_takes_none(method: str, headers: dict[str, str]) -> None:
    """HEAD, loading ahead, background fetches and parts of a page."""
    with Flask("x").test_request_context("/", method=method, headers=headers):
        assert not is_page(request.environ)


TARGETS: list[tuple[int, dict[str, str], str]] = [
    (302, {"Location": "/page"}, "/page"),
    (303, {"Location": "/page?a=1&b=%20c"}, "/page?a=1&b= c"),
    (303, {"Location": "/page#part"}, "/page"),
    (303, {"Location": "http://localhost/page"}, "/page"),
    (303, {"Location": "//localhost/page"}, "/page"),
    (303, {"Location": "http://localhost"}, "/"),
    (303, {"Location": "next"}, "/a/next"),
    (303, {"Location": "?page=2"}, "/a/b?page=2"),
    (303, {"Location": "/%D1%87%D0%B0%D0%B9"}, "/чай"),
    (303, {"Location": "https://elsewhere.example/page"}, ""),
    (303, {"Location": "http://[broken"}, ""),
    (303, {"Location": "mailto:a@example.com"}, ""),
    (303, {}, ""),
    (200, {"Location": "/page"}, ""),
    (201, {"Location": "/page"}, "/page"),
    (200, {"HX-Redirect": "/page"}, "/page"),
    (200, {"HX-Location": "/page"}, "/page"),
    (200, {"HX-Location": '{"path": "/page", "target": "#a"}'}, "/page"),
    (200, {"HX-Location": "{broken"}, ""),
    (409, {"X-Inertia-Location": "/page"}, "/page"),
]


@pytest.mark.parametrize(("status", "headers", "target"), TARGETS, ids=str)
def test_the_page_that_an_answer_leads_to(
    status: int, headers: dict[str, str], target: str
) -> None:
    """A message is bound to the page of this site that the answer sends the browser to."""
    with Flask("x").test_request_context("/a/b"):
        assert target_of(request, Response("", status, headers)) == target


@pytest.mark.parametrize("host", ["xn--80ak6aa92e.com", "xn--strae-oqa.de:8000"])
def test_a_host_in_another_alphabet_is_this_site(host: str) -> None:
    """A message follows absolute and relative addresses there, too."""
    with Flask("x").test_request_context("/чай/b", base_url=f"http://{host}"):
        for location in (f"http://{host}/%D1%87%D0%B0%D0%B9/c", "c"):
            answer = Response("", 302, {"Location": location})
            assert target_of(request, answer) == "/чай/c"


@pytest.mark.parametrize(
    "there", ["/page", "/page?a=1&b=%20c", "/чай?x=ю", "/a%2fb", "/", "/?a=+b"]
)
def test_a_page_knows_itself_by_the_name_that_its_redirect_has(there: str) -> None:
    """What `target_of` calls a page is what `page_of` calls it when the browser arrives."""
    app: Any = Flask("x")
    for root in ("", "/shop"):
        with app.test_request_context("/form", base_url=f"http://localhost{root}"):
            target = target_of(request, Response("", 303, {"Location": root + there}))
        with app.test_request_context(there, base_url=f"http://localhost{root}"):
            assert page_of(request) == target


@pytest.mark.parametrize("url", ["/page", "/page?a=+b", "/page?", "/чай", "/a%2fb", "/"])
@pytest.mark.parametrize("root", ["", "/shop"])
def test_a_page_has_one_name_whatever_was_asked_of_its_request(
    app: Kolba, url: str, root: str
) -> None:
    """The name is the same before anything of a request was made, after all of it was, and
    after the app has changed the environ."""
    names: list[str] = []

    @app.get("/")
    @app.get("/<path:path>")
    def page(path: str = "") -> str:
        there = request._get_current_object()  # type: ignore[attr-defined]
        names.append(page_of(there))
        names.append(page_of(Request(there.environ)))
        there.environ["PATH_INFO"] = "/another"
        names.append(page_of(there))
        return ""

    app.test_client().get(url, base_url=f"http://localhost{root}")
    assert len(names) == 3 and len(set(names)) == 1
