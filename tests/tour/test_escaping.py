"""Chapter 2: nothing that a visitor typed becomes code, anywhere on the site."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from tests.tour import html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onfocus="alert(1)',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</pre></code><b onclick=alert(1)>x</b>",
    "<!-- x --><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\x00\u2028<b>",
    "‮<i>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_answer_is_escaped(client: FlaskClient, attack: str) -> None:
    """The answer is what `escape` makes of the text, byte for byte."""
    answer = client.get("/escaping/greet", query_string={"name": attack})
    assert answer.data == f"<p>Hello, {escape(attack)}!</p>".encode() or "\0" in attack


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/escaping/", "name"),
        ("/urls/", "view"),
        ("/urls/", "arguments"),
        ("/requests/order", "name"),
        ("/requests/order", "<b>"),
        ("/redirects/", "target"),
        ("/login/", "next"),
        ("/engine/", "endpoint"),
        ("/requests/", "attack"),
        ("/requests/", "origin"),
        ("/nowhere", "x"),
    ],
)
def test_no_query_becomes_code(client: FlaskClient, path: str, name: str, attack: str) -> None:
    """Whatever a query brings, the page has the same elements, and no handlers."""
    query = {name: attack, "build": "true"}
    if name == "arguments":
        query["view"] = "urls.item"
    if name == "origin":
        query |= {"attack": "foreign", "site": "cross-site"}
    page = html.read(client.get(path, query_string=query).text)
    assert not [tag for tag, _ in page.tags if tag in {"b onclick", "i"}]
    assert [set(a) for tag, a in page.tags if tag == "script"] == [{"nonce"}]
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert not [a for _, a in page.tags if a.get("href", "").startswith("javascript:")]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/requests/order", "name"),
        ("/requests/strict", "name"),
        ("/login/", "user"),
        ("/flashes/", "message"),
        ("/sessions/draft", "subject"),
        ("/requests/typed", "name"),
        ("/escaping/", "text"),
        ("/cookies/", "header"),
        ("/flashes/", "category"),
        ("/cookies/", "next"),
    ],
)
def test_no_form_becomes_code(client: FlaskClient, path: str, field: str, attack: str) -> None:
    """Whatever a form brings, no page that follows has its elements or handlers."""
    form = {"name": "x", "city": "x", "user": "x", "message": "x", "theme": "dark"}
    client.post(path, data={**form, field: attack[:40]})
    for after in ("/sessions/", "/flashes/show", "/redirects/", "/cookies/"):
        page = html.read(client.get(after).text)
        assert not [tag for tag, _ in page.tags if tag == "i"]
        assert [set(a) for tag, a in page.tags if tag == "script"] == [{"nonce"}]
        assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]


@pytest.mark.parametrize("header", ["User-Agent", "X-Anything", "Accept-Language", "Cookie"])
def test_no_header_becomes_code(client: FlaskClient, header: str) -> None:
    """The panel shows all headers, as text."""
    page = client.get("/", headers={header: "<script>alert(1)</script>"}).text
    assert page.count("<script") == 1 and "<script>" not in page


def test_marks_what_was_replaced(client: FlaskClient) -> None:
    """Each entity that `escape` has made is marked in the bytes; nothing else is."""
    page = client.get("/escaping/", query_string={"name": "a<b&c'\""}).text
    marked = [f"<mark>&amp;{name};</mark>" for name in ("lt", "amp", "#39", "#34")]
    assert f"a{marked[0]}b{marked[1]}c{marked[2]}{marked[3]}!" in page


def test_unescaped_is_text_only(client: FlaskClient) -> None:
    """What it would have been is on the page once more escaped."""
    page = client.get("/escaping/", query_string={"name": "<b>x</b>"}).text
    assert "&lt;p&gt;Hello, &lt;b&gt;x&lt;/b&gt;!&lt;/p&gt;" in page


def test_long_text_is_refused_at_its_field(client: FlaskClient) -> None:
    """A text above the limit is answered 422, with the limit in the message."""
    answer = client.get("/escaping/", query_string={"name": "x" * 1001})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and "1000" in answer.text
