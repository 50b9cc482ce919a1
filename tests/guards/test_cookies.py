"""Cookies: declared ones, the defaults of `set_cookie`, and errors where one cannot work."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import flask
import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from kolba import Cookie, CookieError, Kolba, make_response, request, session
from kolba.cookies import declared, register, values
from kolba.cookies.rules import problem
from kolba.errors import ConfigError
from kolba.safety import refused

HTTPS = {"base_url": "https://localhost"}


class Size(enum.Enum):
    SMALL = 1
    LARGE = "large"


class Colour(enum.StrEnum):
    RED = "red"


@dataclass
class Prefs:
    theme: Literal["light", "dark"] = "light"
    columns: list[str] = field(default_factory=list)
    since: date | None = None
    width: float = 1.0


@dataclass(frozen=True)
class Nested:
    prefs: Prefs
    colours: tuple[Colour, ...]
    size: Size


theme = Cookie[str](
    "theme",
    Literal["light", "dark"],
    default="light",
    life=timedelta(days=365),
    purpose="colour theme",
    scripts_may_read=True,
)
visits = Cookie[int]("visits", int, default=0)
prefs = Cookie[Prefs | None]("prefs", Prefs, default=None, life=timedelta(days=30))
plan = Cookie[str]("plan", str, default="free", signed=True, life=timedelta(days=1))
other = Cookie[str]("other", str, default="none", signed=True)
folder = Cookie[str]("folder", str, default="", path="/docs")

KINDS: list[tuple[Any, Any, str]] = [
    (str, "dark", "dark"),
    (str, 'a b;c,"d"\\é%', "a%20b%3Bc%2C%22d%22%5C%C3%A9%25"),
    (str, "", ""),
    (int, -7, "-7"),
    (float, 1.5, "1.5"),
    (bool, True, "1"),
    (bool, False, "0"),
    (date, date(2026, 11, 26), "2026-11-26"),
    (datetime, datetime(2026, 11, 26, 5, 0), "2026-11-26T05:00:00"),
    (Size, Size.LARGE, "large"),
    (Size, Size.SMALL, "1"),
    (Colour, Colour.RED, "red"),
    (Literal["light", "dark"], "dark", "dark"),
    (Literal[1, 2], 2, "2"),
    (
        Prefs,
        Prefs("dark", ["a"], None, 2.0),
        "{%22theme%22:%22dark%22%2C%22columns%22:[%22a%22]%2C%22since%22:null%2C%22width%22:2.0}",
    ),
]
NESTED = Nested(Prefs("dark", [], date(2026, 1, 2)), (Colour.RED,), Size.LARGE)
BAD_TEXTS: list[tuple[Any, str]] = [
    (int, "x"),
    (int, ""),
    (int, "٣"),
    (int, "1_0"),
    (int, " 1"),
    (int, "9" * 5000),
    (float, "nan"),
    (float, "inf"),
    (bool, "yes"),
    (date, "26.11.2026"),
    (Size, "medium"),
    (Literal["light", "dark"], "blue"),
    (Prefs, "dark"),
    (Prefs, "[1]"),
    (Prefs, '{"theme":"blue"}'),
    (Prefs, '{"columns":"a"}'),
    (Prefs, '{"columns":[1]}'),
    (Prefs, '{"width":"1"}'),
    (Prefs, '{"since":7}'),
    (Prefs, "[" * 3000),
    (str, "%ff"),
]


@pytest.mark.parametrize(("kind", "value", "text"), KINDS)
def test_values_and_their_text(kind: Any, value: Any, text: str) -> None:
    """A value is written as a person would, and reads back as itself."""
    assert values.encode(kind, value) == text
    assert values.decode(kind, text) == value


@pytest.mark.parametrize(("kind", "text"), BAD_TEXTS)
def test_texts_that_are_no_value(kind: Any, text: str) -> None:
    """A text that stands for no value of the type is the default, never an error."""
    cookie = Cookie[Any](f"bad-{kind}-{len(text)}".translate(TOKEN), kind, default=None)
    app = Kolba(__name__)
    app.add_url_rule("/", "get", lambda: repr(cookie.get()))
    header = {"Cookie": f"{cookie.name}={text}".encode("latin-1", "replace").decode("latin-1")}
    assert app.test_client().get("/", headers=header).text == "None"


TOKEN = str.maketrans(dict.fromkeys("<>' [],()\"{}", ""))


def test_dataclasses_nest() -> None:
    """Dataclasses, enums, dates and tuples inside a dataclass read back as themselves."""
    assert values.decode(Nested, values.encode(Nested, NESTED)) == NESTED


def test_unknown_fields_are_dropped_and_missing_ones_default() -> None:
    """A value from before or after a change of the declaration is still worth something."""
    assert values.decode(Prefs, '{"theme":"dark","old":1}') == Prefs("dark")


@given(st.text(max_size=200).filter(lambda s: not any("\ud800" <= c <= "\udfff" for c in s)))
def test_any_text_survives(text: str) -> None:
    """Any text read from the header as a browser returns it is the text that was set."""
    written = values.encode(str, text)
    assert values.decode(str, parse_cookie(f"a={written}")["a"]) == text
    assert not set(written) & set(' ",;\\') and written.isascii()


@pytest.mark.parametrize(
    ("kind", "value"),
    [(int, "7"), (int, True), (str, 7), (bool, 1), (Literal["a"], "b"), (Size, 1), (Prefs, {})],
)
def test_values_of_another_type_are_errors(kind: Any, value: Any) -> None:
    """`set` refuses what `get` could not give back, at that line."""
    if kind is int and value is True:
        return  # bool is an int; it is written as one
    with pytest.raises(ValueError, match="is no value of"):
        values.encode(kind, value)


@pytest.mark.parametrize("kind", [list, dict, object, bytes, "str", int | None])
def test_types_without_a_text_are_errors(kind: Any) -> None:
    """A declaration of another type says which there are."""
    with pytest.raises(TypeError, match="use str, int"):
        Cookie("typed", kind, default=None)


def shop(cls: type[Flask] = Kolba, **config: Any) -> Flask:
    app = cls(__name__)
    app.config.update(SECRET_KEY="of the tests", **config)

    @app.get("/")
    def index() -> str:
        return f"{theme.get()} {visits.get()} {prefs.get()} {plan.get()} {other.get()}"

    @app.get("/set")
    def change() -> str:
        theme.set("dark")
        visits.set(visits.get() + 1)
        prefs.set(Prefs(columns=["a"]))
        plan.set("paid")
        return f"{theme.get()} {visits.get()}"

    @app.get("/forget")
    def forget() -> str:
        theme.delete()
        visits.delete()
        return f"{theme.get()} {visits.get()}"

    @app.get("/both")
    def both() -> str:
        theme.set("dark")
        theme.delete()
        theme.set("dark")
        return theme.get()

    @app.get("/large")
    def large() -> str:
        plan.set("x" * 4000)
        return "never"

    @app.get("/boom")
    def boom() -> str:
        theme.set("dark")
        raise RuntimeError

    @app.get("/raw")
    def raw() -> Any:
        answer = make_response("ok")
        answer.set_cookie(
            request.args.get("name", "c"),
            request.args.get("value", "v"),
            **{k: CHOICES[v] for k, v in request.args.items() if k not in ("name", "value")},
        )
        return answer

    @app.get("/hand")
    def hand() -> Any:
        answer = make_response("ok")
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=secure; path=/; samesite=strict; secure")
        return answer

    @app.get("/many")
    def many() -> Any:
        answer = make_response("ok")
        for number in range(4):
            answer.set_cookie(f"c{number}", "x" * 3000)
        return answer

    @app.get("/gone")
    def gone() -> Any:
        answer = make_response("ok")
        answer.delete_cookie("c", path="/app")
        answer.delete_cookie("__Host-d")
        return answer

    return app


CHOICES = {"yes": True, "no": False, "none": "None", "lax": "Lax", "sub": "/sub", "dom": "a.test"}


def cookies_of(answer: TestResponse) -> list[str]:
    return answer.headers.getlist("Set-Cookie")


def test_declared_cookies_by_http() -> None:
    """Read, written and deleted by the declaration; defaults where nothing is sent."""
    client = shop().test_client()
    assert client.get("/").text == "light 0 None free none"
    answer = client.get("/set")
    assert answer.text == "dark 1"
    sent = cookies_of(answer)
    assert len(sent) == 4
    assert sent[0].startswith("theme=dark; Expires=")
    assert sent[0].endswith("; Max-Age=31536000; Path=/; SameSite=Lax")
    assert sent[1] == "visits=1; HttpOnly; Path=/; SameSite=Lax"
    assert client.get("/").text.startswith("dark 1 Prefs(theme='light', columns=['a']")
    assert "paid" in client.get("/").text
    assert client.get("/forget").text == "light 0"
    assert client.get("/").text.startswith("light 0")
    assert cookies_of(client.get("/both")) == cookies_of(client.get("/both"))


def test_declared_cookies_by_https() -> None:
    """On https a cookie of the whole site is `__Host-` and `Secure`, and reads back."""
    client = shop().test_client()
    sent = cookies_of(client.get("/set", **HTTPS))
    assert all(header.startswith("__Host-") and "; Secure" in header for header in sent)
    assert client.get("/", **HTTPS).text.startswith("dark 1 ")
    assert client.get("/forget", **HTTPS).text == "light 0"
    assert client.get("/", **HTTPS).text.startswith("light 0")


def test_a_plain_cookie_counts_on_https_unless_signed() -> None:
    """What the site had set before it declared the cookie is not lost; forgeries are."""
    client = shop().test_client()
    client.set_cookie("theme", "dark")
    client.set_cookie("plan", "paid")
    assert client.get("/", **HTTPS).text.split()[0] == "dark"
    assert "free" in client.get("/", **HTTPS).text
    client.set_cookie("__Host-theme", "light")
    assert client.get("/", **HTTPS).text.split()[0] == "light"


def test_cookies_of_a_folder_are_not_prefixed() -> None:
    """A cookie with a path or a domain keeps its name."""
    app = Kolba(__name__)
    app.add_url_rule("/docs/", "docs", lambda: folder.set("x") or folder.get())
    answer = app.test_client().get("/docs/", **HTTPS)
    assert answer.text == "x"
    assert cookies_of(answer) == ["folder=x; Secure; HttpOnly; Path=/docs; SameSite=Lax"]


def test_answers_vary_by_cookie() -> None:
    """A page that has read a declared cookie says so to caches; others do not."""
    app = shop()
    app.add_url_rule("/static-page", "page", lambda: "same for all")
    assert "Cookie" in app.test_client().get("/").headers["Vary"]
    assert "Vary" not in app.test_client().get("/static-page").headers


def test_cookies_survive_an_error_page() -> None:
    """What was set before a view failed is sent with the error page."""
    answer = shop().test_client().get("/boom")
    assert answer.status_code == 500
    assert cookies_of(answer)[0].startswith("theme=dark")


def test_a_bad_value_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """An old value reads as the default, is told of once, and is not written to the log."""
    cookie = Cookie[int]("old-value", int, default=3)
    app = Kolba(__name__)
    app.add_url_rule("/", "get", lambda: str(cookie.get()))
    client = app.test_client()
    client.set_cookie("old-value", "SECRET")
    assert [client.get("/").text for _ in range(3)] == ["3", "3", "3"]
    lines = [r.getMessage() for r in caplog.records if r.name == "kolba.cookies"]
    assert len(lines) == 1 and "'old-value'" in lines[0] and "SECRET" not in lines[0]


def test_signed_values_are_bound() -> None:
    """Made up, changed, moved to another cookie or too old, a signed value is the default."""
    app = shop()
    client = app.test_client()
    client.get("/set")
    cookie = client.get_cookie("plan")
    assert cookie is not None
    good = cookie.value
    assert "paid" in client.get("/").text
    client.set_cookie("other", good)
    assert client.get("/").text.endswith("paid none")
    for at in range(len(good)):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        client.set_cookie("plan", changed)
        assert "free" in client.get("/").text, changed
    for bad in ("paid", "", ".", "..", good + "=", good[:-1], good.replace(".", "")):
        client.set_cookie("plan", bad)
        assert "free" in client.get("/").text, bad
    client.set_cookie("plan", good)
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=2)):
        assert "free" in client.get("/").text


def test_signed_values_outlive_a_change_of_the_key() -> None:
    """With the old key among the fallbacks values are read, and new ones use the new key."""
    client = shop().test_client()
    client.get("/set")
    cookie = client.get_cookie("plan")
    assert cookie is not None
    rotated = shop(SECRET_KEY_FALLBACKS=["of the tests"])
    rotated.secret_key = "the new one"
    after = rotated.test_client()
    after.set_cookie("plan", cookie.value)
    assert "paid" in after.get("/").text
    after.get("/set")
    fresh = after.get_cookie("plan")
    assert fresh is not None
    client.set_cookie("plan", fresh.value)
    assert "free" in client.get("/").text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "__Host-x", "domain": "a.test"}, "allows no domain"),
        ({"name": "__Host-x", "path": "/a"}, "needs the path"),
        ({"name": "__Secure-x", "secure": False}, "needs Secure"),
        ({"name": "x", "samesite": "None", "secure": False}, "SameSite=None without Secure"),
        ({"name": "a b"}, "not a token"),
        ({"name": ""}, "not a token"),
        ({"name": "a;b"}, "not a token"),
        ({"name": "a\r\nb"}, "not a token"),
    ],
)
def test_impossible_declarations(options: dict[str, Any], says: str) -> None:
    """What no connection makes right is an error where it is declared."""
    name = options.pop("name")
    with pytest.raises(CookieError, match=says):
        Cookie(name, str, default="", **options)


def test_a_name_is_declared_once() -> None:
    """The same declaration again is the same cookie; another one of that name is an error."""
    Cookie("twice", int, default=1)
    Cookie("twice", int, default=1)
    Cookie("twice", int, default=1, path="/elsewhere")
    with pytest.raises(ConfigError, match="declared twice"):
        Cookie("twice", str, default="1")
    with pytest.raises(ValueError, match="no value of"):
        Cookie("default", Literal["a", "b"], default="c")


def test_too_large_is_an_error_at_the_line() -> None:
    """A declared cookie that a browser would drop raises where it is set (M1)."""
    app = shop(PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(CookieError, match="browsers drop more than 4096"):
        app.test_client().get("/large")


def test_the_register_is_whole() -> None:
    """`declared()` lists every cookie by name with its facts."""
    names = [cookie.name for cookie in declared()]
    assert names == sorted(names)
    facts = next(cookie for cookie in declared() if cookie.name == "theme").facts()
    assert facts["purpose"] == "colour theme"
    assert facts["type"] == "Literal['light', 'dark']"
    assert facts["life_seconds"] == 365 * 86400


def test_they_work_in_plain_flask() -> None:
    """A declared cookie needs nothing of the class: Flask's app reads and writes it too."""
    client = shop(Flask).test_client()
    client.get("/set")
    assert client.get("/").text.startswith("dark 1 ")


def test_defaults_of_set_cookie() -> None:
    """M30: Lax by default, Secure on https; Flask sends neither."""
    assert cookies_of(shop().test_client().get("/raw")) == ["c=v; Path=/; SameSite=Lax"]
    assert cookies_of(shop().test_client().get("/raw", **HTTPS)) == [
        "c=v; Secure; Path=/; SameSite=Lax"
    ]
    assert cookies_of(shop(Flask).test_client().get("/raw", **HTTPS)) == ["c=v; Path=/"]


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("secure=no", "c=v; Path=/; SameSite=Lax"),
        ("samesite=none", "c=v; Secure; Path=/; SameSite=None"),
        ("httponly=yes", "c=v; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ("path=sub", "c=v; Secure; Path=/sub; SameSite=Lax"),
        ("domain=dom", "c=v; Domain=a.test; Secure; Path=/; SameSite=Lax"),
        ("name=__Host-c", "__Host-c=v; Secure; Path=/; SameSite=Lax"),
    ],
)
def test_what_the_call_says_stands(query: str, sent: str) -> None:
    """On https each attribute that the call gives is the cookie's."""
    assert cookies_of(shop().test_client().get(f"/raw?{query}", **HTTPS)) == [sent]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("samesite=none", "SameSite=None without Secure"),
        ("samesite=none&secure=no", "SameSite=None without Secure"),
        ("name=__Host-c", "needs Secure"),
        ("name=__host-c", "needs Secure"),
        ("name=__Secure-c", "needs Secure"),
        ("name=__Host-c&secure=yes&path=sub", "needs the path"),
        ("name=__Host-c&secure=yes&domain=dom", "allows no domain"),
        ("name=a;b", "not a token"),
        ("name=a%20b", "not a token"),
        ("name=", "not a token"),
        ("name=a%0D%0AX-Evil", "not a token"),
        ("name=%C3%A9", "not a token"),
        ("value=" + "x" * 4090, "browsers drop more than 4096"),
    ],
)
def test_impossible_cookies_are_errors_at_the_line(query: str, says: str) -> None:
    """G50-G54, M1: on http, what no browser keeps raises in `set_cookie`, and names the cookie."""
    app = shop(PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(CookieError, match=says) as error:
        app.test_client().get(f"/raw?{query}")
    assert "cookie '" in str(error.value)
    assert any(entry.frame.code.name == "raw" for entry in error.traceback)


def test_plain_flask_sends_them() -> None:
    """Flask sends a cookie that no browser keeps, and says nothing (but for the largest)."""
    client = shop(Flask).test_client()
    assert cookies_of(client.get("/raw?name=__Host-c")) == ["__Host-c=v; Path=/"]
    assert cookies_of(client.get("/raw?samesite=none")) == ["c=v; Path=/; SameSite=None"]


def test_all_cookies_of_an_answer_have_a_budget() -> None:
    """More than 8 KB of cookies in one answer is an error at the one that goes beyond."""
    with pytest.raises(CookieError, match=r"'c2'.*at most 8192"):
        shop(PROPAGATE_EXCEPTIONS=True).test_client().get("/many")


def test_headers_written_by_hand_are_completed() -> None:
    """A Set-Cookie header that went past `set_cookie` gets what it lacks, and nothing else."""
    client = shop().test_client()
    assert cookies_of(client.get("/hand")) == [
        "a=1; SameSite=Lax",
        "b=secure; path=/; samesite=strict; secure",
    ]
    assert cookies_of(client.get("/hand", **HTTPS)) == [
        "a=1; SameSite=Lax; Secure",
        "b=secure; path=/; samesite=strict; secure",
    ]


def test_cookies_are_deleted() -> None:
    """`delete_cookie` names the path that it is given, and deletes prefixed cookies too (M28)."""
    first, second = cookies_of(shop().test_client().get("/gone"))
    assert first.startswith("c=; Expires=Thu, 01 Jan 1970") and "; Path=/app;" in first
    assert second.startswith("__Host-d=; ") and "; Secure" in second


def test_another_response_class_is_completed() -> None:
    """An app with a response class of its own has the attributes all the same."""

    class Own(flask.Response):
        pass

    app = shop()
    app.response_class = Own
    assert cookies_of(app.test_client().get("/raw", **HTTPS)) == [
        "c=v; Path=/; SameSite=Lax; Secure"
    ]


def test_report_mode_changes_nothing_and_tells() -> None:
    """In `report` cookies are Flask's, and impossible ones are told of."""
    app = shop(KOLBA_COOKIES="report")
    told: list[Any] = []

    def receive(sender: Flask, refusal: Any) -> None:
        if refusal.guard == "cookies":
            told.append((refusal.what, refusal.why))

    with refused.connected_to(receive, app):
        client = app.test_client()
        assert cookies_of(client.get("/raw", **HTTPS)) == ["c=v; Path=/"]
        assert cookies_of(client.get("/raw?name=__Host-c")) == ["__Host-c=v; Path=/"]
        assert cookies_of(client.get("/hand")) == cookies_of(shop(Flask).test_client().get("/hand"))
    assert told == [("Set-Cookie: __Host-c", "the prefix __Host- needs Secure")]


def test_session_cookies_are_the_sessions_matter() -> None:
    """The session cookie has safe attributes too, on https with its prefix."""
    app = shop()
    app.add_url_rule("/session", "session", lambda: str(session.setdefault("n", 1)))
    (sent,) = cookies_of(app.test_client().get("/session", **HTTPS))
    assert sent.startswith("__Host-")
    assert all(part in sent for part in ("; Secure", "; HttpOnly", "; SameSite=Lax"))


def test_the_largest_cookie_is_kept_whole() -> None:
    """The table's limit is inclusive."""
    header = "a=" + "x" * 4094
    assert problem("a", header, path="/", domain=None) is None
    assert problem("a", header + "x", path="/", domain=None) is not None


def test_the_register_for_people() -> None:
    """The register lists the session cookie and every declared one, in both languages."""
    app = shop()
    table = register.text(app, [theme, plan, folder])
    assert re.search(
        r"^theme +Literal\['light', 'dark'\] +1 year +SameSite=Lax +colour", table, re.M
    )
    assert re.search(r"^plan +str +1 day +HttpOnly, SameSite=Lax, signed +-$", table, re.M)
    assert "Path=/docs" in table and "until the browser closes" in table
    section = register.markdown(app, [theme, prefs], "ru")
    assert "| theme | colour theme | 1 год |" in section
    assert "| prefs | - | 30 дней |" in section
    head = "| Cookie-файл | Для чего | Хранится |\n|---|---|---|\n"
    assert section.startswith(f"## Cookie-файлы\n\n{head}")
    ours = [cookie for cookie in declared() if cookie.name == "last_login"]
    (row,) = register.markdown(app, ours, "ru").splitlines()[5:]
    assert row.isascii() is False and "gives a form" not in row
    document = register.document(app, [theme], "shop:app")
    assert json.loads(json.dumps(document))["cookies"][0]["name"] == "theme"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 секунда"), (120, "2 минуты"), (5 * 3600, "5 часов"), (11 * 86400, "11 дней")],
)
def test_lives_in_words(seconds: int, words: str) -> None:
    """A life reads as a person says it."""
    assert register._life(seconds, "ru") == words
