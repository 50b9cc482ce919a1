"""What each of the lesson's ten apps claims: the trap is shown, and the right way holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from tests.examples.lesson import ENGLISH, LOGIN, RUSSIAN, load
from tests.examples.page import Page

HOSTILE = (
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "/account\r\nSet-Cookie: user=root",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "javascript:alert(1)",
    "data:text/html,evil",
    "evil.example",
    "@evil.example",
    "http://localhost@evil.example/",
    "",
)
INSIDE = ("/account", "/account?tab=2", "/thanks/1#top", "/%2f/evil.example", "/a//b", "/аккаунт")


def set_cookies(response: Any) -> dict[str, Any]:
    """The cookies that an answer sets, with their attributes."""
    jar: SimpleCookie = SimpleCookie()
    for header in response.headers.getlist("Set-Cookie"):
        jar.load(header)
    return dict(jar)


# --- 1: URLs and static files ---


def test_step_1_links_come_back_as_they_were(open_step: Callable[[str], FlaskClient]) -> None:
    """What `url_for` quotes, the converter gives back: spaces, ampersands and Cyrillic."""
    client = open_step("task_1")
    links = Page(client.get("/?lang=ru").text).links
    hello = next(link for link in links if "/hello/" in link)
    assert hello.isascii()
    assert "Здравствуйте, Анна и Ко!" in client.get(hello).text
    assert client.get("/archive/2024").location == "http://localhost/archive/2024/"
    assert client.get("/archive/abc/").status_code == 404


def test_step_1_shows_both_faces_of_the_trap(open_step: Callable[[str], FlaskClient]) -> None:
    """The page shows Flask's refusal of a view named static, and the link it misleads."""
    page = open_step("task_1").get("/trap").text
    assert "overwriting an existing endpoint function: static" in page
    assert "/static-page?filename=lesson.css" in page


def test_step_1_keeps_its_static_files(open_step: Callable[[str], FlaskClient]) -> None:
    """In this app the endpoint `static` still leads to the files, and to nothing outside them."""
    client = open_step("task_1")
    assert client.get("/static/lesson.css").mimetype == "text/css"
    assert client.get("/static/../task_1.py").status_code == 404


# --- 2: escaping ---

MARKUP = ("<script>alert(1)</script>", "<b>", '"><b>', "'><b>", "&lt;", "{{ 7 * 7 }}", "</title>")


@pytest.mark.parametrize("path", ["/?name={}", "/hello/{}", "/bold/{}"])
@pytest.mark.parametrize("name", MARKUP)
def test_step_2_input_is_never_markup(
    name: str, path: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """Whatever is sent as a name comes back as text, in the body, in a title, in an attribute."""
    html = open_step("task_2").get(path.format(quote(name))).text
    plain = open_step("task_2").get(path.format("x")).text
    tags = re.compile(r"</?\w+")
    assert tags.findall(html) == tags.findall(plain)
    assert str(escape(name)) in html


def test_step_2_shows_what_escape_does(open_step: Callable[[str], FlaskClient]) -> None:
    """Both sources stand on the page as text: the raw one once escaped, the other twice."""
    html = open_step("task_2").get("/?name=%3Cb%3E").text
    assert "Hello, &lt;b&gt;!" in html
    assert "Hello, &amp;lt;b&amp;gt;!" in html


# --- 3: GET and POST ---


def test_step_3_a_view_takes_get_alone_by_default(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """A POST to the view without `methods` is 405, and the answer says what it takes."""
    answer = open_step("task_3").post("/", data={"note": "lost"}, headers=RUSSIAN)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "не принимает метод POST" in answer.text


def test_step_3_post_stores_and_get_finds(open_step: Callable[[str], FlaskClient]) -> None:
    """What POST sends, GET finds by its query string, whatever the case of its letters."""
    client = open_step("task_3")
    answer = client.post("/write", data={"note": "Чай & <b>"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "<li>Чай &amp; &lt;b&gt;</li>" in client.get("/?q=чАЙ").text
    assert "<li>" not in client.get("/?q=coffee").text


def test_step_3_nothing_typed_is_nothing_stored(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """An empty note is not kept, and the store does not grow without end."""
    client = open_step("task_3")
    client.post("/write", data={"note": "  "})
    assert "<li>" not in client.get("/").text
    for number in range(30):
        client.post("/write", data={"note": f"{number}" + "x" * 300})
    assert client.get("/").text.count("<li>") == 20


# --- 4: get and post ---


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 200, None),
        ("HEAD", "/", 200, None),
        ("POST", "/", 303, None),
        ("PUT", "/", 405, "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/", 405, "GET, HEAD, OPTIONS, POST"),
        ("POST", "/1/remove", 303, None),
        ("GET", "/1/remove", 405, "OPTIONS, POST"),
        ("HEAD", "/1/remove", 405, "OPTIONS, POST"),
        ("POST", "/trap", 405, "GET, HEAD, OPTIONS"),
    ],
)
def test_step_4_a_decorator_is_a_method(
    method: str, path: str, status: int, allow: str | None, open_step: Callable[[str], FlaskClient]
) -> None:
    """`get` and `post` open one method each; all others are 405 with the list."""
    answer = open_step("task_4").open(path, method=method)
    assert (answer.status_code, answer.headers.get("Allow")) == (status, allow)


def test_step_4_the_list_changes_by_post_alone(open_step: Callable[[str], FlaskClient]) -> None:
    """Adding and removing work once each, and looking changes nothing."""
    client = open_step("task_4")
    client.post("/", data={"text": "<apples>"})
    client.get("/1/remove")
    assert "&lt;apples&gt;" in client.get("/").text
    assert client.post("/1/remove").status_code == client.post("/1/remove").status_code == 303
    assert "apples" not in client.get("/").text


def test_step_4_shows_that_get_takes_no_methods(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """The page shows the words with which Flask refuses `get(..., methods=...)`."""
    assert "Use the &#39;route&#39; decorator" in open_step("task_4").get("/trap").text


# --- 5: request.form.get ---


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": ""},
        {"guests": "many"},
        {"guests": "-5"},
        {"guests": "99999999999999999999"},
        {"guests": ["1", "2"]},
        {"drink": "petrol"},
        {"day": ["never", "saturday"]},
        {"unexpected": "key"},
    ],
)
def test_step_5_no_form_breaks_it(
    form: dict[str, Any], open_step: Callable[[str], FlaskClient]
) -> None:
    """Whatever keys come or fail to come, the answer is a redirect to a page that renders."""
    client = open_step("task_5")
    assert client.post("/", data=form).status_code == 303
    assert client.get("/").text.count("<li>without a name, +") == 1


def test_step_5_takes_what_was_sent(open_step: Callable[[str], FlaskClient]) -> None:
    """Every kind of field arrives: text, number, one of several, several of several, a box."""
    client = open_step("task_5")
    form = {"name": "<Anna>", "drink": "tea", "guests": "3", "letters": "on"}
    client.post("/", data={**form, "day": ["saturday", "sunday"]})
    listed = "<li>&lt;Anna&gt;, +3, tea, Saturday, Sunday, Write to me</li>"
    assert listed in client.get("/").text


def test_step_5_shows_the_error_of_square_brackets(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """The strict view answers 400 to a box that is not ticked, and the page names the key."""
    client = open_step("task_5")
    answer = client.post("/strict", data={"name": "Anna"})
    assert (answer.status_code, "<code>letters</code>" in answer.text) == (400, True)
    assert client.post("/strict", data={"letters": "on"}).status_code == 303


# --- 6: KeyError, and a form that keeps ---

WHOLE = {"name": "Анна", "email": "a@example.org", "age": "33", "password": "long enough"}


@pytest.mark.parametrize("missing", list(WHOLE))
def test_step_6_names_the_key_that_did_not_come(
    missing: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """Any key that is missing is a 400 that says which."""
    form = {key: value for key, value in WHOLE.items() if key != missing}
    answer = open_step("task_6").post("/", data=form)
    assert (answer.status_code, f"<code>{missing}</code>" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("email", '"><b>'),
        ("age", "²"),
        ("age", "-1"),
        ("age", "1" * 5000),
        ("password", "short"),
    ],
)
def test_step_6_keeps_what_was_typed(
    field: str, value: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """A refused form is 422, points at the field, and holds all that was typed but the password."""
    answer = open_step("task_6").post("/", data={**WHOLE, field: value})
    assert answer.status_code == 422
    fields = Page(answer.text).fields
    assert fields[field]["aria-describedby"] == f"{field}-error"
    assert f'id="{field}-error"' in answer.text
    typed = {**WHOLE, field: value.strip(), "password": ""}
    assert {key: attributes["value"] for key, attributes in fields.items()} == typed


def test_step_6_redirects_when_all_is_well(open_step: Callable[[str], FlaskClient]) -> None:
    """A whole form is taken once, and the page after it can be reloaded."""
    client = open_step("task_6")
    assert client.post("/", data=WHOLE).location == "/welcome/1"
    assert "number 1" in client.get("/welcome/1").text
    assert client.post("/", data=WHOLE).location == "/welcome/2"


# --- 7: redirects ---


@pytest.fixture(scope="module")
def step_7() -> Flask:
    """One start for the tables of targets: each start hashes a password, slowly by design."""
    return load("task_7")


def test_step_7_a_form_is_followed_by_a_page_that_reloads(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """After 303 a reload sends nothing; the careless page counts every reload."""
    client = open_step("task_7")
    answer = client.post("/", data={"message": "hello"})
    assert (answer.status_code, answer.location) == (303, "/thanks/1")
    assert client.get("/thanks/1").text == client.get("/thanks/1").text
    assert "so far: 2" in client.post("/careless").text
    assert "so far: 3" in client.post("/careless").text


def test_step_7_to_the_login_page_and_back(open_step: Callable[[str], FlaskClient]) -> None:
    """A stranger is sent to log in and comes back to the very page, query string included."""
    client = open_step("task_7")
    sent = client.get("/account?tab=2")
    assert (sent.status_code, urlsplit(sent.location).path) == (303, "/login")
    kept = re.search(r'name="next" value="([^"]*)"', client.get(sent.location).text)
    assert kept and kept[1] == "/account?tab=2"
    refused = client.post("/login", data={"user": "anna", "password": "no", "next": kept[1]})
    assert refused.status_code == 422
    assert f'value="{kept[1]}"' in refused.text
    back = client.post("/login", data={**LOGIN, "next": kept[1]})
    assert (back.status_code, back.location) == (303, "/account?tab=2")
    assert "Hello, anna!" in client.get(back.location).text


@pytest.mark.parametrize("target", HOSTILE)
def test_step_7_login_never_leaves_the_site(target: str, step_7: Flask) -> None:
    """A hostile `next`, in the URL or in the form, ends on the account page of this site."""
    client = step_7.test_client()
    html = client.get("/login", query_string={"next": target}).text
    assert Page(html).fields.keys() == {"user", "password"}
    answer = client.post("/login", data={**LOGIN, "next": target})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert list(set_cookies(answer)) == ["session"]


@pytest.mark.parametrize("target", INSIDE)
def test_step_7_login_goes_back_to_any_page_of_the_site(target: str, step_7: Flask) -> None:
    """A path of this site is followed, and a browser that follows it stays here."""
    answer = step_7.test_client().post("/login", data={**LOGIN, "next": target})
    assert answer.location != "/account" or target == "/account"
    assert urlsplit(urljoin("http://here.example/login", answer.location)).netloc == "here.example"


def test_step_7_logout_closes_the_door(open_step: Callable[[str], FlaskClient]) -> None:
    """After logging out the protected page is protected again, and no link logs anybody out."""
    client = open_step("task_7")
    client.post("/login", data=LOGIN)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 303
    assert client.get("/account").status_code == 303


def test_step_7_shows_the_disguises(open_step: Callable[[str], FlaskClient]) -> None:
    """The page lists targets as text: one followed, four refused, none of them a link."""
    html = open_step("task_7").get("/targets").text
    assert (html.count(": followed"), html.count(": refused")) == (1, 4)
    assert not any("evil" in link for link in Page(html).links)


# --- 8: flash messages ---


@pytest.mark.parametrize(
    ("path", "coins", "categories"),
    [
        ("/", "5", ["success"]),
        ("/", "70", ["success", "info"]),
        ("/", "700", ["error"]),
        ("/", "none", ["error"]),
        ("/plain", "", ["message"]),
    ],
)
def test_step_8_messages_come_once_with_their_category(
    path: str, coins: str, categories: list[str], open_step: Callable[[str], FlaskClient]
) -> None:
    """Each outcome has its category; the next page shows it, and the one after it does not."""
    client = open_step("task_8")
    assert client.post(path, data={"coins": coins}).status_code == 303
    shown = r'<p class="(\w+)" role'
    assert re.findall(shown, client.get("/").text) == categories
    assert re.findall(shown, client.get("/").text) == []


def test_step_8_messages_wait_and_are_filtered(open_step: Callable[[str], FlaskClient]) -> None:
    """Messages of several requests are shown together, and a filter counts the errors alone."""
    client = open_step("task_8")
    for coins in ("5", "700", "none"):
        client.post("/", data={"coins": coins})
    html = client.get("/").text
    assert html.count('role="status"') == 1
    assert html.count('role="alert"') == 2
    assert "Mistakes in this answer: 2" in html


def test_step_8_shows_what_no_cookie_holds(open_step: Callable[[str], FlaskClient]) -> None:
    """The long message weighs more than a browser keeps; it is weighed and not sent."""
    answer = open_step("task_8").get("/big")
    size = re.search(r"(\d+) bytes", answer.text)
    assert size and int(size[1]) > 4093
    assert set_cookies(answer) == {}


# --- 9: cookies ---


def test_step_9_keeps_preferences(open_step: Callable[[str], FlaskClient]) -> None:
    """The chosen language and theme outrank the browser's, for a year, until forgotten."""
    client = open_step("task_9")
    cookies = set_cookies(client.post("/", data={"lang": "ru", "theme": "dark"}))
    assert {name: cookie.value for name, cookie in cookies.items()} == {
        "lang": "ru",
        "theme": "dark",
    }
    for cookie in cookies.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert (cookie["max-age"], cookie["path"], cookie["secure"]) == ("31536000", "/", "")
    html = client.get("/", headers=ENGLISH).text
    assert '<html lang="ru" data-theme="dark">' in html
    gone = set_cookies(client.post("/forget"))
    assert {cookie["max-age"] for cookie in gone.values()} == {"0"}
    assert '<html lang="en" data-theme="auto">' in client.get("/", headers=ENGLISH).text


def test_step_9_cookies_over_https_stay_there(open_step: Callable[[str], FlaskClient]) -> None:
    """Over HTTPS every cookie is Secure."""
    client = open_step("task_9")
    answer = client.post("/", data={"theme": "dark"}, base_url="https://localhost")
    assert set_cookies(answer)["theme"]["secure"] is True


@pytest.mark.parametrize("value", ["<script>", "admin", "", "../../etc/passwd", "DARK"])
def test_step_9_a_cookie_is_input(value: str, open_step: Callable[[str], FlaskClient]) -> None:
    """A value that is no choice is shown as text and means the default; sent, it is not stored."""
    client = open_step("task_9")
    assert set_cookies(client.post("/", data={"theme": value})) == {}
    client.set_cookie("theme", value)
    html = client.get("/", headers=ENGLISH).text
    assert 'data-theme="auto"' in html
    assert "<script>" not in html


def test_step_9_tells_caches(open_step: Callable[[str], FlaskClient]) -> None:
    """Caches learn that the page depends on the language and the cookies."""
    assert open_step("task_9").get("/").headers["Vary"] == "Accept-Language, Cookie"


# --- 10: sessions ---


def test_step_10_a_visitor_who_stores_nothing_gets_no_cookie(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """Reading the session is not using it."""
    assert set_cookies(open_step("task_10").get("/")) == {}


def test_step_10_a_half_filled_form_survives_a_reload(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """What was typed is there after a reload and after logging in, and gone once complete."""
    client = open_step("task_10")
    half = {"goods": "Яблоки", "address": "", "phone": '"><b>'}
    answer = client.post("/order", data=half)
    assert (answer.status_code, answer.location) == (303, "/")
    for _ in range(2):
        fields = Page(client.get("/").text).fields
        assert {key: fields[key]["value"] for key in half} == half
        assert fields["address"]["aria-describedby"] == "address-missing"
        client.post("/login", data=LOGIN)
    assert client.post("/order", data={**half, "address": "here"}).location == "/sent"
    assert Page(client.get("/").text).fields["goods"]["value"] == ""


def test_step_10_login_and_logout(open_step: Callable[[str], FlaskClient]) -> None:
    """A login is remembered by a cookie that no script reads; after logout nothing is left."""
    client = open_step("task_10")
    client.post("/order", data={"goods": "apples"})
    refused = client.post("/login", data={"user": "anna", "password": "no"})
    assert (refused.status_code, "Hello" in client.get("/").text) == (422, False)
    cookie = set_cookies(client.post("/login", data=LOGIN))["session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert "Hello, anna!" in client.get("/").text
    assert set_cookies(client.post("/logout"))["session"]["max-age"] == "0"
    html = client.get("/").text
    assert "Hello" not in html and "apples" not in html


def test_step_10_shows_the_change_that_is_lost(open_step: Callable[[str], FlaskClient]) -> None:
    """Three presses of "wrong" count one, three of "right" count three."""
    client = open_step("task_10")
    for path in ("/wrong", "/right") * 3:
        client.post(path)
    # The last "right" is what stored: an announced change takes the unseen ones along.
    client = open_step("task_10")
    for _ in range(3):
        client.post("/wrong")
    assert "Wrong: pressed 1" in client.get("/").text
    for _ in range(3):
        client.post("/right")
    assert "Right: pressed 3" in client.get("/").text


@pytest.mark.parametrize(
    "cookie", ["eyJ1c2VyIjoicm9vdCJ9.x.y", "eyJ1c2VyIjoicm9vdCJ9", ".", "", ".e.e.e", "a" * 4000]
)
def test_step_10_a_forged_session_is_no_session(
    cookie: str, open_step: Callable[[str], FlaskClient]
) -> None:
    """A cookie without a valid signature is read by nobody, the page's own reader included."""
    client = open_step("task_10")
    client.set_cookie("session", cookie)
    answer = client.get("/")
    assert (answer.status_code, "<code>" in answer.text) == (200, False)


def test_step_10_shows_that_the_cookie_can_be_read(
    open_step: Callable[[str], FlaskClient],
) -> None:
    """The page prints what the cookie says to anyone, compressed or not."""
    client = open_step("task_10")
    client.post("/right")
    assert "&#34;presses&#34;:1" in client.get("/").text
    client.post("/order", data={"goods": "x" * 200})
    assert "x" * 200 + "&#34;" in client.get("/").text.rsplit("<code>", 1)[1]
