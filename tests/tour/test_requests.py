"""Chapter 3: what GET and POST bring, and what .get and [] answer."""

from __future__ import annotations

from flask.testing import FlaskClient

GONE = '<samp class="bad" lang="en">KeyError → 400 Bad Request</samp>'


def row(key: str, got: str, found: str) -> str:
    """Returns a row of the table as it stands in the page, without its line breaks."""
    return f'<th scope="row"><code>{key}</code></th><td><code>{got}</code></td><td>{found}</td>'


def flat(text: str) -> str:
    """Returns the page without its indentation."""
    return "".join(line.strip() for line in text.splitlines())


def test_get_brings_args(client: FlaskClient) -> None:
    """A form sent by GET is found in request.args."""
    page = flat(client.get("/requests/order?name=Anna&city=").text)
    assert "<caption><code>request.args</code></caption>" in page
    assert row("name", "&#39;Anna&#39;", "<code>&#39;Anna&#39;</code>") in page
    assert row("city", "&#39;&#39;", "<code>&#39;&#39;</code>") in page


def test_post_brings_form(client: FlaskClient) -> None:
    """A form sent by POST is found in request.form; a missing key is None, or a KeyError."""
    page = flat(client.post("/requests/order", data={"name": "Anna"}).text)
    assert "<caption><code>request.form</code></caption>" in page
    assert row("city", "None", GONE) in page


def test_extra_keys_are_named(client: FlaskClient) -> None:
    """Keys that nobody asked for are listed as doing nothing."""
    page = client.post("/requests/order", data={"name": "A", "city": "B", "admin": "yes"}).text
    assert "Keys that nobody asked for: <code>admin</code>" in page


def test_strict_view_answers_400_and_names_the_key(client: FlaskClient) -> None:
    """The real KeyError of request.form[...] is a 400 page that names the key."""
    answer = client.post("/requests/strict", data={"name": "Anna"})
    assert answer.status_code == 400
    assert "<code>request.form['city']</code>" in answer.text.replace("&#39;", "'")


def test_strict_view_takes_a_whole_form(client: FlaskClient) -> None:
    """With both keys there, [] finds them."""
    answer = client.post("/requests/strict", data={"name": "Anna", "city": "Omsk"})
    assert answer.status_code == 200 and "&#39;Omsk&#39;" in answer.text


def test_forms_differ_as_they_say(client: FlaskClient) -> None:
    """The short form has no city; the extra one has a hidden field more."""
    assert 'name="city"' in client.get("/requests/?form=full").text
    assert 'name="city"' not in client.get("/requests/?form=short").text
    assert 'name="admin" value="yes"' in client.get("/requests/?form=extra").text


def test_post_only_route_answers_405_with_allow(client: FlaskClient) -> None:
    """GET to the POST-only URL is a 405 page with the Allow header."""
    answer = client.get("/requests/strict")
    assert answer.status_code == 405
    assert set(answer.allow) == {"POST", "OPTIONS"}
    assert "takes only GET requests unless" in answer.text


def test_methods_are_the_routes_own(client: FlaskClient) -> None:
    """The table shows what the URL map says."""
    page = client.get("/requests/").text
    assert "<code>GET, HEAD, OPTIONS</code>" in page and "<code>OPTIONS, POST</code>" in page
