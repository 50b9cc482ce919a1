"""What is said about requests that cannot be taken: missing keys, limits, cut bodies."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, request
from jinja2 import FunctionLoader
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import (
    BadRequest,
    BadRequestKeyError,
    HTTPException,
    RequestEntityTooLarge,
)
from werkzeug.routing import RoutingException
from werkzeug.test import EnvironBuilder, run_wsgi_app

from kolba import Form, Kolba
from kolba.bodies import BadBody, guarded
from tests.forms.reading import Page


def asking(cls: type[Flask] = Kolba, **config: Any) -> Flask:
    app = cls(__name__)
    app.config.update(config)

    @app.route("/<where>", methods=["GET", "POST"])
    def ask(where: str) -> Any:
        return getattr(request, where)["name"]

    @app.post("/all")
    def take() -> Any:
        return str(sorted(request.form.items()))

    return app


@pytest.mark.parametrize(
    ("where", "sent", "words"),
    [
        ("form", {"data": {"nam": "x", "e": "1"}}, "The form has no field 'name'."),
        ("args", {"query_string": "nam=x&e=1"}, "The query string has no field 'name'."),
    ],
)
def test_a_missing_key_is_named(where: str, sent: Any, words: str) -> None:
    """400 says which field is missing, from where, and which came; Flask says none of it."""
    answer = asking().test_client().post(f"/{where}", **sent)
    assert answer.status_code == 400
    text = answer.text.replace("&#39;", "'")
    assert words in text
    assert "'nam', 'e'" in text
    plain = asking(Flask).test_client().post(f"/{where}", **sent)
    assert (plain.status_code, "name" in plain.text) == (400, False)


def test_a_missing_file_is_named() -> None:
    """An upload that did not come is named, with the files that did."""
    sent = {"nam": (io.BytesIO(), "x")}
    text = asking().test_client().post("/files", data=sent).text.replace("&#39;", "'")
    assert "The upload has no field 'name'. It came with: 'nam'." in text


def test_a_missing_key_is_named_in_russian_and_to_programs() -> None:
    """In the visitor's language; as problem details to a JSON client; what came is escaped."""
    client = asking().test_client()
    russian = client.post("/form", data={}, headers={"Accept-Language": "ru"})
    assert "нет поля" in russian.text
    assert 'lang="ru"' in russian.text
    program = client.post("/form", data={}, headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (400, "application/problem+json")
    evil = client.post("/form", data={"<script>": "1"})
    assert "<script>" not in evil.text


def test_the_apps_own_handlers_go_first() -> None:
    """A handler for 400, or for the error itself, gets the words in `description`."""
    for kind in (400, BadRequest, BadRequestKeyError):
        app = asking()
        app.register_error_handler(kind, lambda error: (f"mine: {error.description}", 400))
        answer = app.test_client().post("/form", data={"nam": "x"})
        assert answer.text.startswith("mine: The form has no field 'name'.")
    app = asking(MAX_CONTENT_LENGTH=5)
    app.register_error_handler(413, lambda error: (f"mine: {error.setting}", 413))
    assert app.test_client().post("/all", data={"a": "x" * 9}).text == "mine: MAX_CONTENT_LENGTH"


def test_an_error_of_the_app_stays_the_apps() -> None:
    """A KeyError of another mapping, or a 400 that the view raises, is not explained."""
    app = Kolba(__name__)

    @app.get("/own")
    def own() -> str:
        raise BadRequestKeyError("mine")

    @app.get("/dict")
    def plain_dict() -> str:
        return {}["x"]

    client = app.test_client()
    assert "The form" not in client.get("/own").text
    assert client.get("/dict").status_code == 500


@pytest.mark.parametrize("cls", [Kolba, Flask])
def test_an_exception_that_was_never_made_whole_is_answered(cls: type[Flask]) -> None:
    """An HTTP exception whose class forgot Werkzeug's __init__ answers as on Flask."""

    class Elsewhere(HTTPException, RoutingException):
        code = 303

        def __init__(self, url: str) -> None:
            self.url = url

        def get_response(self, *args: Any) -> Any:
            return redirect(self.url, 303)

    app = cls(__name__)

    @app.get("/")
    def leave() -> Any:
        raise Elsewhere("/there")

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.location) == (303, "/there")


def test_debug_names_the_template(tmp_path: Path) -> None:
    """In debug mode the 400 also says which template's form lacks the field."""
    (tmp_path / "other.html").write_text('<form><input name="q"></form>')
    (tmp_path / "join.html").write_text(
        '<h1>Join</h1>\n<form method="post">\n<input name="nam"><select name=mail></select></form>'
    )
    app = Kolba(__name__, template_folder=str(tmp_path))
    app.add_url_rule("/join", "join", lambda: request.form["name"], methods=["POST"])
    sent = {"nam": "x", "mail": "y"}
    assert "join.html" not in app.test_client().post("/join", data=sent).text
    app.debug = True
    with pytest.raises(BadRequestKeyError, match=r"The form in join\.html, line 2, has no field"):
        app.test_client().post("/join", data=sent)


def test_debug_goes_without_templates_that_cannot_be_listed() -> None:
    """A loader that finds a template only by its name takes nothing from the 400."""
    app = Kolba(__name__)
    app.jinja_loader = FunctionLoader(lambda name: None)
    app.add_url_rule("/join", "join", lambda: request.form["name"], methods=["POST"])
    app.debug = True
    with pytest.raises(BadRequestKeyError, match="has no field 'name'"):
        app.test_client().post("/join", data={"nam": "x"})


LONG = "Сто лет одиночества. " * 20


@pytest.mark.parametrize(
    ("config", "multipart"),
    [
        ({"MAX_CONTENT_LENGTH": 1500}, False),
        ({"MAX_CONTENT_LENGTH": 1500}, True),
        ({"MAX_FORM_MEMORY_SIZE": 1000}, True),
        ({"MAX_FORM_PARTS": 2}, True),
    ],
)
def test_a_limit_names_its_setting_and_gives_the_text_back(
    config: dict[str, int], multipart: bool
) -> None:
    """413 with the limit's name; what arrived is on the page again, but no password."""
    app = asking(**config)

    def sent() -> dict[str, Any]:
        texts: dict[str, Any] = {"story": LONG[:200], "password": "hunter2", "rest": LONG * 20}
        return texts | ({"file": (io.BytesIO(b"x" * 3000), "x.bin")} if multipart else {})

    answer = app.test_client().post("/all", data=sent())
    assert answer.status_code == 413
    assert next(iter(config)) in answer.text
    assert LONG[:100] in answer.text
    assert "hunter2" not in answer.text
    assert answer.cache_control.no_store
    plain = asking(Flask, **config).test_client().post("/all", data=sent())
    assert (plain.status_code, LONG[:50] in plain.text) == (413, False)


class Story(BaseModel):
    title: str
    story: str


def test_a_typed_form_over_a_limit_is_shown_again() -> None:
    """413 is the view's own page, with what arrived in the fields and the setting's name."""
    app = Kolba(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 2000

    @app.route("/", methods=["GET", "POST"])
    def write(form: Form[Story]) -> Any:
        return "saved" if form.valid else f"{form}"

    answer = app.test_client().post("/", data={"title": "Макондо", "story": LONG * 9})
    page = Page(answer.text)
    assert answer.status_code == 413
    assert page.one("title")["value"] == "Макондо"
    assert page.one("story")["value"].startswith("Сто лет одиночества.")
    assert "up to 2 kB (MAX_CONTENT_LENGTH)" in page.words
    russian = app.test_client().post(
        "/", data={"title": "a", "story": LONG * 9}, headers={"Accept-Language": "ru"}
    )
    assert "сайт принимает до 2 КБ (MAX_CONTENT_LENGTH)" in Page(russian.text).words
    assert app.test_client().post("/", data={"title": "a", "story": "b"}).text == "saved"


def cut(app: Flask) -> Any:
    """A request whose announced length did not arrive, as servers hand it over."""
    builder = EnvironBuilder("/all", method="POST", data={"a": "whole"})
    environ = builder.get_environ()
    environ["CONTENT_LENGTH"] = "99"
    environ["wsgi.input_terminated"] = True
    return app.test_client().open(environ_overrides=environ, path="/all", method="POST")


def test_the_guard_has_a_mode(caplog: pytest.LogCaptureFixture) -> None:
    """`report` says what would be refused and answers as Flask; `off` says nothing."""
    answers = {}
    for how in ("enforce", "report", "off"):
        caplog.clear()
        app = asking(KOLBA_BODY=how)
        answers[how] = (cut(app).status_code, "99 bytes" in caplog.text)
    assert answers == {"enforce": (400, True), "report": (200, True), "off": (200, False)}
    assert cut(asking(Flask)).status_code == 200


class Dribble(io.BytesIO):
    """A connection on which three bytes come at a time, or that breaks at once."""

    def __init__(self, data: bytes, broken: bool = False) -> None:
        super().__init__(data)
        self.broken = broken

    def read(self, size: int | None = -1) -> bytes:
        if self.broken:
            raise OSError("the connection was reset")
        return super().read(3 if size is None or size < 0 else min(size, 3))


@pytest.mark.parametrize(
    ("stream", "length", "status", "words"),
    [
        (Dribble(b"a=1&b=%D0%AB"), 12, 200, "[('a', '1'), ('b', 'Ы')]"),
        (Dribble(b"a=1&b=2"), 99, 400, "99 bytes (Content-Length) were announced, 7 arrived"),
        (Dribble(b"a=1&b=2", broken=True), 7, 400, "7 bytes (Content-Length) were announced, 0"),
        (io.BytesIO(b"a=1&b=2"), 99, 400, "99 bytes (Content-Length) were announced, 7 arrived"),
        (io.BytesIO(b"a=1&b=2"), 3, 200, "[('a', '1')]"),
    ],
)
def test_a_form_may_come_in_pieces_but_not_in_part(
    stream: io.BytesIO, length: int, status: int, words: str
) -> None:
    """What a server hands over bit by bit is read to its end; less than announced is a 400."""
    environ = {
        "wsgi.input": stream,
        "CONTENT_LENGTH": str(length),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    answer = asking().test_client().post("/all", environ_overrides=environ)
    assert answer.status_code == status
    assert words in answer.text.replace("&#39;", "'")


def test_an_apps_own_reading_of_bodies_stays() -> None:
    """A request class that reads by itself is asked, and so is one that stores by itself."""

    class Reading(Flask.request_class):
        def _get_stream_for_parsing(self) -> Any:
            return io.BytesIO(b"a=mine")

    class Storing(Flask.request_class):
        parameter_storage_class = MultiDict

    for cls, words in ((Reading, "[('a', 'mine')]"), (Storing, "[('a', '1')]")):
        app = asking(type("Own", (Kolba,), {"request_class": cls}))
        app.add_url_rule("/kinds", view_func=lambda: str((type(request.form), type(request.args))))
        client = app.test_client()
        assert client.post("/all", data={"a": "1"}).text == words
    assert client.get("/kinds?a=1").text == str((MultiDict, MultiDict))


def test_an_error_of_a_body_stays_the_same_error() -> None:
    """Asking again for a form that could not be read raises the same error, not an empty form."""
    app = Kolba(__name__)
    app.config["MAX_FORM_PARTS"] = 1
    with app.test_request_context(
        "/", method="POST", data={"a": "1", "b": "2", "f": (io.BytesIO(), "f")}
    ):
        with pytest.raises(RequestEntityTooLarge) as first:
            request.form  # noqa: B018
        with pytest.raises(RequestEntityTooLarge) as second:
            request.files  # noqa: B018
        assert first.value is second.value


def test_an_apps_own_request_class_is_guarded_too() -> None:
    """A subclass's own request class keeps what it adds and gets the guard."""

    class MyRequest(Flask.request_class):
        def shout(self) -> str:
            return self.path.upper()

    class MyApp(Kolba):
        request_class = MyRequest

    app = MyApp(__name__)
    app.config["MAX_FORM_PARTS"] = 0
    assert guarded(app.request_class) is app.request_class
    with app.test_request_context("/a", method="POST", data={"f": (io.BytesIO(), "f")}):
        assert request.shout() == "/A"  # type: ignore[attr-defined]
        with pytest.raises(RequestEntityTooLarge):
            request.form  # noqa: B018


def test_json_that_is_none_stays_silent_if_asked() -> None:
    """`get_json(silent=True)` gives None for what is too deep, as for what is broken."""
    app = Kolba(__name__)
    deep = "[" * 200 + "]" * 200
    with app.test_request_context("/", method="POST", data=deep, content_type="application/json"):
        assert request.get_json(silent=True) is None
        with pytest.raises(BadBody, match="KOLBA_MAX_JSON_DEPTH, 100"):
            request.get_json()
    app.config["KOLBA_MAX_JSON_DEPTH"] = 300
    with app.test_request_context("/", method="POST", data=deep, content_type="application/json"):
        assert request.get_json() is not None


def in_chunks(app: Flask, body: bytes = b"", **said: Any) -> tuple[str, str]:
    """What is answered to a body in chunks; uWSGI calls the app so, and gives it no bytes."""
    kind = "application/x-www-form-urlencoded"
    builder = EnvironBuilder(
        "/all", method="POST", input_stream=io.BytesIO(body), content_type=kind
    )
    environ = builder.get_environ() | {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    environ.pop("wsgi.input_terminated", None)
    answer, status, _ = run_wsgi_app(app, environ | said)
    return status, b"".join(answer).decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "came in chunks"), ("ru", "пришёл частями")]
)
def test_chunks_that_the_server_keeps_to_itself(language: str, words: str) -> None:
    """What reads as an empty form, and was none, is refused; for plain Flask it is empty."""
    status, text = in_chunks(asking(), HTTP_ACCEPT_LANGUAGE=language)
    assert status == "411 LENGTH REQUIRED"
    assert words in text
    assert in_chunks(asking(Flask)) == ("200 OK", "[]")


def test_chunks_that_the_server_passes_on_are_read() -> None:
    """A server that says where the input ends is believed."""
    said = {"wsgi.input_terminated": True}
    assert in_chunks(asking(), b"a=1", **said) == ("200 OK", "[('a', '1')]")


def test_chunks_are_only_reported_where_the_guard_reports(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In `report` Flask's answer is given, and the mistake is told."""
    assert in_chunks(asking(KOLBA_BODY="report")) == ("200 OK", "[]")
    assert "kolba run, gunicorn, waitress" in caplog.text
