"""`kolba compare` on whole applications: the lesson's, and some with a difference planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.compare.conftest import ROOT, Compared, Told

pytestmark = pytest.mark.slow
LESSON = ROOT / "examples" / "lesson"
LOGIN = "POST /login user=anna password=kolba"
Write = Callable[[str, str], Path]

PLANTED = """
    import secrets, sys
    from flask import Flask, make_response

    app = Flask(__name__)
    side = "engine" if "kolba" in sys.modules else "Flask"

    @app.get("/")
    def same():
        return "the same"

    @app.get("/body")
    def body():
        return f"<p>on {side}</p>"

    @app.get("/header")
    def header():
        return "same", {"X-Side": side}

    @app.get("/more")
    def more():
        return ("same", {"X-More": "1"}) if side == "Flask" else "same"

    @app.get("/status")
    def status():
        return "same", 200 if side == "Flask" else 201

    @app.get("/exception")
    def exception():
        return "same" if side == "Flask" else 1 / 0

    @app.get("/token")
    def token():
        answer = make_response(f"<input value={secrets.token_hex(8)}>")
        answer.set_cookie("token", secrets.token_hex(8))
        return answer

    @app.get("/hidden")
    def hidden():
        return f"<input value={secrets.token_hex(8)}><p>on {side}</p>"
"""


def outcomes(document: dict[str, Any]) -> dict[str, Any]:
    """The requests by their paths."""
    return {request["path"]: request for request in document["requests"]}


@pytest.mark.parametrize("step", ["task_5", "task_10"])
def test_the_lesson_is_the_same(step: str, compared: Compared) -> None:
    """Every route of the lesson's apps, after a login too, answers as on Flask, compiled."""
    login = [] if step == "task_5" else ["--request", LOGIN]
    document = compared(str(LESSON / f"{step}.py"), *login)
    assert document["totals"]["different"] == document["totals"]["no_answer"] == 0
    assert document["totals"]["identical"] > 1
    assert {request["way"] for request in document["requests"]} == {"compiled"}


def test_planted_differences_are_found(write: Write, compared: Compared) -> None:
    """Each kind of difference is found, also beside a token that changes by itself."""
    write("shop.py", PLANTED)
    found = outcomes(compared("shop", code=1))
    parts = {path: [d["part"] for d in one["differences"]] for path, one in found.items()}
    assert parts["/"] == parts["/token"] == []
    assert "body" in parts["/body"]
    assert parts["/header"] == ["header X-Side"]
    assert parts["/more"] == ["names or order of headers"]
    assert parts["/status"] == ["status"]
    assert "status" in parts["/exception"]
    assert "body" in parts["/hidden"]
    assert found["/token"]["verdict"] == "volatile"
    assert set(found["/token"]["volatile"]) == {"body", "header Set-Cookie token"}
    (body,) = (d for d in found["/body"]["differences"] if d["part"] == "body")
    assert "on Flask" in body["flask"] and "on engine" in body["kolba"]


def test_the_table_names_what_differs(write: Write, told: Told) -> None:
    """For people: a line a request, the differences and what is volatile below it; exit code 1."""
    start, token = PLANTED.partition('@app.get("/")')[0], PLANTED.partition('@app.get("/token")')
    header = PLANTED[PLANTED.index('@app.get("/header")') : PLANTED.index('@app.get("/more")')]
    write("shop.py", start + header + token[1] + token[2].partition("@app.get")[0])
    ended = told("shop", "--rounds", "0")
    assert ended.returncode == 1
    first, *lines = ended.stdout.splitlines()
    assert first == "shop: 2 requests, 1 answered as on Flask"
    assert any(line.startswith("DIFFERENT") and "GET /header" in line for line in lines)
    assert "    * changes by itself, on Flask too: header Set-Cookie token, body" in lines
    assert "      Flask: 'Flask'" in lines and "      Kolba: 'engine'" in lines


def test_a_log_in_that_was_refused_is_told_of(write: Write, told: Told) -> None:
    """Who forgot the token reads so, and not pages of a stranger alone."""
    write(
        "shop.py",
        """
        from flask import Flask, abort, request
        app = Flask(__name__)

        @app.post("/login")
        def login():
            return "in" if request.form.get("csrf_token") else abort(400)
        """,
    )
    hint = "    it was refused, and the routes were asked as if it had not been sent: a CSRF token?"
    bare, whole = "POST /login user=anna", "POST /login csrf_token=x"
    assert hint in told("shop", "--rounds", "0", "-r", bare).stdout.splitlines()
    assert hint not in told("shop", "--rounds", "0", "-r", whole).stdout.splitlines()


def test_answers_are_timed_in_turns(write: Write, told: Told, tmp_path: Path) -> None:
    """With rounds each request has both times and their ratio; the picture draws them."""
    write("shop.py", "from flask import Flask\napp = Flask(__name__)\napp.get('/')(lambda: 'Hi')\n")
    ended = told("shop", "--rounds", "2", "--svg", "shop.svg", "--json")
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    (request,) = (one for one in document["requests"] if one["path"] == "/")
    assert request["flask_us"] > 0 and request["kolba_us"] > 0 and request["ratio"] > 0
    picture = ElementTree.parse(tmp_path / "shop.svg").getroot()
    texts = [element.text for element in picture.iter() if element.text]
    assert "GET /" in texts and f"{request['ratio']:.1f}x" in texts


def test_routes_are_filled_in(write: Write, compared: Compared) -> None:
    """Built-in converters, static files and subfolders are filled in; others are asked for."""
    write("static/css/site.css", "p {}\n")
    write(
        "shop.py",
        """
        from flask import Flask
        from werkzeug.routing import BaseConverter

        class Slug(BaseConverter):
            def to_python(self, value):
                return value.upper()

            def to_url(self, value):
                return value.lower()

        app = Flask(__name__)
        app.url_map.converters["slug"] = Slug

        def view(**values):
            return repr(values)

        for number, rule in enumerate((
            "/i/<int:n>", "/m/<int(min=5):n>", "/f/<float:n>", "/s/<n>", "/l/<string(length=3):n>",
            "/p/<path:n>", "/u/<uuid:n>", "/a/<any(tea, coffee):n>", "/c/<slug:name>",
            "/t/<slug:n>",
        )):
            app.add_url_rule(rule, f"view{number}", view)
        app.add_url_rule("/post", view_func=view, methods=["POST"])
        """,
    )
    document = compared("shop", "--fill", "name=green")
    # A file's answer has a `Date`, which may change by itself between two sides.
    same = ("identical", "volatile")
    paths = [r["path"] for r in document["requests"] if r["verdict"] in same]
    assert paths == [
        "/static/css/site.css", "/i/1", "/m/5", "/f/1.0", "/s/a", "/l/aaa", "/p/a",
        "/u/00000000-0000-4000-8000-000000000001", "/a/coffee", "/c/green",
    ]  # fmt: skip
    (left,) = (r for r in document["requests"] if r["verdict"] == "not_asked")
    assert left["path"] == "/t/<slug:n>"
    assert left["note"] == "no value for 'n' (Slug): --fill n=VALUE"


def test_a_converter_that_looks_into_the_request_is_told(write: Write, compared: Compared) -> None:
    """A route whose converter cannot take a value outside of a request is left out, by name."""
    write(
        "shop.py",
        """
        from flask import Flask, g
        from werkzeug.routing import BaseConverter

        class Tea(BaseConverter):
            def to_python(self, value):
                return g.teas[value]

        app = Flask(__name__)
        app.url_map.converters["tea"] = Tea
        app.add_url_rule("/", "index", lambda: "index")
        app.add_url_rule("/<tea:tea>", "tea", lambda tea: tea)
        """,
    )
    document = compared("shop", "--fill", "tea=green")
    assert [r["verdict"] for r in document["requests"]] == ["identical", "not_asked"]
    assert document["requests"][1]["note"] == (
        "Tea does not take 'green' for 'tea' here: ask it by --request"
    )


def test_cookies_of_the_written_requests_stay(write: Write, compared: Compared) -> None:
    """Routes are asked as the visitor that the requests made; a logout among them ends nothing."""
    write(
        "shop.py",
        """
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/login")
        def login():
            return "in", {"Set-Cookie": f"who={request.form['user']}; Path=/"}

        @app.get("/a/logout")
        def logout():
            return "out", {"Set-Cookie": "who=; Max-Age=0; Path=/"}

        @app.get("/b")
        def page():
            return request.cookies.get("who", "nobody"), 200 if "who" in request.cookies else 401
        """,
    )
    found = outcomes(compared("shop", "-r", "POST /login user=anna"))
    assert found["/b"]["status"] == "200 OK"


def test_the_application_s_prints_stay_out_of_the_json(write: Write, compared: Compared) -> None:
    """Whatever the application prints, standard output is one JSON document of this schema."""
    write(
        "shop.py",
        """
        import os
        from flask import Flask

        print("loading")
        app = Flask(__name__)

        @app.get("/")
        def index():
            print("serving")
            os.write(1, b"bytes\\n")
            return "Hi"
        """,
    )
    document = compared("shop")
    assert set(document) == {
        "schema", "target", "totals", "requests", "copied", "written", "services",
    }  # fmt: skip
    assert document["schema"] == 1
    assert set(document["requests"][0]) == {
        "method", "path", "endpoint", "verdict", "status", "differences", "volatile", "note",
        "flask_us", "kolba_us", "ratio", "way",
    }  # fmt: skip


def test_a_kolba_app_is_compared_with_itself_off_the_engine(
    write: Write, compared: Compared
) -> None:
    """For an app of the class `Kolba`, the other side is the same class without the engine."""
    write(
        "shop.py",
        "from kolba import Kolba\napp = Kolba(__name__)\napp.get('/')(lambda: 'Hi')\n",
    )
    found = outcomes(compared("shop"))
    assert found["/"]["verdict"] == "identical" and found["/"]["way"] == "compiled"


# Its clock stands for one that goes on while a slow request is asked of one side after the other:
# the request is the second or the third of all sides', by `LATE`, that hears it tick.
NOTES = """
    from flask import Flask, request

    app = Flask(__name__)
    notes = []

    def hour():
        with open("clock", "a+") as clock:
            clock.write("+")
            clock.seek(0)
            return 10 + (len(clock.read()) > LATE)

    @app.post("/notes")
    def add():
        notes.append(f"{hour()}:00 {request.get_json()['text']}")
        return "", 201

    @app.get("/")
    def index():
        return "\\n".join(notes)
"""


@pytest.mark.parametrize("late", [1, 2])
def test_a_clock_that_goes_on_between_the_sides_is_no_difference(
    late: int, write: Write, compared: Compared
) -> None:
    """What a written request stores and a page then shows changes by itself, on Flask too."""
    write("shop.py", NOTES.replace("LATE", str(late)))
    document = compared("shop", "-r", 'POST /notes {"text": "чай"}')
    found = outcomes(document)
    assert found["/notes"]["status"] == "201 CREATED"
    assert found["/"]["verdict"] == "volatile" and found["/"]["volatile"] == ["body"]


def test_a_body_of_json_is_sent(write: Write, compared: Compared) -> None:
    """As it is written, with its type."""
    write(
        "shop.py",
        """
        from flask import Flask, request

        app = Flask(__name__)

        @app.post("/")
        def keep():
            sent = request.content_type, request.get_data()
            return "", 201 if sent == ("application/json", b'["a", {"b": 1}]') else 400
        """,
    )
    (one,) = compared("shop", "-r", 'POST / ["a", {"b": 1}]')["requests"]
    assert one["status"] == "201 CREATED"
