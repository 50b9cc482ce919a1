"""A page that repeats its request as markup is an error in development, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import (
    Flask,
    Response,
    jsonify,
    render_template,
    render_template_string,
    request,
    stream_with_context,
)
from markupsafe import Markup, escape

from kolba import Kolba, reflects_html
from kolba.testing import ReflectedInput, RoutingErrors, UnsafeTemplate, check_app, watch_reflection

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def app(tmp_path: Path) -> Kolba:
    app = Kolba("shop", root_path=str(tmp_path))
    app.testing = True
    app.config["SECRET_KEY"] = "key"
    watch_reflection(app)
    return app


def put(app: Flask, name: str, source: str) -> None:
    file = Path(app.root_path) / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")


def add(app: Flask, view: Callable[..., Any], rule: str = "/", **options: Any) -> None:
    app.add_url_rule(rule, "page", view, **options)


def ask(app: Flask, **options: Any) -> ReflectedInput:
    with pytest.raises(ReflectedInput) as caught:
        app.test_client(use_cookies=False).open("/", **options)
    return caught.value


def by_f_string() -> str:
    name = request.values["name"]
    return f"<p>{name}</p>"


def test_a_view_that_does_not_escape_is_found(app: Kolba) -> None:
    """The error shows the value, where it came from, the view and the line."""
    add(app, by_f_string)
    error = ask(app, query_string={"name": EVIL})
    assert (error.source, error.value) == ("request.args['name']", EVIL)
    line = by_f_string.__code__.co_firstlineno + 2
    assert f"'by_f_string' ({__file__}" in error.place and error.place.endswith(f"line {line}")
    assert "html(" in str(error)


def test_flask_shows_the_page() -> None:
    """Plain Flask, in debug mode too, serves it."""
    app = Flask("plain")
    app.debug = True
    add(app, by_f_string)
    assert EVIL in app.test_client().get("/", query_string={"name": EVIL}).text


SOURCES: dict[str, dict[str, Any]] = {
    "request.form['x']": {"method": "POST", "data": {"x": EVIL}},
    "request.args['x']": {"query_string": {"x": EVIL}},
    "request.cookies['x']": {"headers": {"Cookie": f"x={EVIL}"}},
    "the header Referer": {"headers": {"Referer": EVIL}},
    "the header User-Agent": {"headers": {"User-Agent": EVIL}},
    "the name of an argument": {"query_string": {EVIL: "x"}},
}


@pytest.mark.parametrize(("source", "options"), SOURCES.items())
def test_every_part_of_a_request_is_watched(
    app: Kolba, source: str, options: dict[str, Any]
) -> None:
    """Fields, arguments, cookies, headers."""

    def view() -> str:
        parts = [*request.form.values(), *request.args, *request.args.values()]
        parts += [*request.cookies.values(), *(value for _, value in request.headers)]
        return "".join(parts)

    add(app, view, methods=["GET", "POST"])
    assert ask(app, **options).source == source


def test_the_path_is_watched(app: Kolba) -> None:
    """A part of the URL that the view takes."""
    add(app, lambda name: name, "/<path:name>")
    with pytest.raises(ReflectedInput, match="the URL's 'name'"):
        app.test_client().get(f"/{EVIL}")


def test_a_template_is_named_with_its_line(app: Kolba) -> None:
    """`|safe` in a template, in what it includes, and in a part of a value."""
    put(app, "page.html", "<p>\n{% include 'part.html' %}")
    put(app, "part.html", "\n\n{{ form.name|trim|safe }}")
    add(app, lambda: render_template("page.html", form={"name": request.args["x"]}))
    error = ask(app, query_string={"x": EVIL})
    assert error.place == "{{ form.name|trim|safe }} in the template part.html:3"


def test_autoescape_off_is_named_with_its_line(app: Kolba) -> None:
    """A block that turns escaping off."""
    put(app, "page.html", "{% autoescape false %}\n{{ x }}{% endautoescape %}")
    add(app, lambda: render_template("page.html", x=request.args["x"]))
    assert ask(app, query_string={"x": EVIL}).place == "{{ x }} in the template page.html:2"


def test_markup_from_a_view_is_named(app: Kolba) -> None:
    """The template is right; the view says that the value is HTML."""
    put(app, "page.html", "{{ x }}")
    add(app, lambda: render_template("page.html", x=Markup("<b>") + Markup(request.args["x"])))
    place = ask(app, query_string={"x": EVIL}).place
    assert "Markup that the view" in place and "page.html as 'x'" in place


FINE: dict[str, Callable[[], Any]] = {
    "escaped": lambda: f"<p>{escape(request.args['x'])}</p>",
    "a template": lambda: render_template_string("<p>{{ x }}</p>", x=request.args["x"]),
    "JSON": lambda: jsonify(x=request.args["x"]),
    "text": lambda: Response(request.args["x"], mimetype="text/plain"),
    "JSON in a page": lambda: render_template_string(
        "<script>f({{ x|tojson }})</script>", x=request.args["x"]
    ),
    "a stream": lambda: Response(
        stream_with_context(iter([request.args["x"]])), mimetype="text/html"
    ),
    "another page": lambda: "<p>hello</p>",
}


@pytest.mark.parametrize("view", FINE.values(), ids=FINE)
def test_no_false_alarm(app: Kolba, view: Callable[[], Any]) -> None:
    """What is escaped, is not HTML, or is not there."""
    add(app, view)
    assert app.test_client().get("/", query_string={"x": EVIL}).status_code == 200


@pytest.mark.parametrize("value", ["<p>", "plain", "a < b", "", " <br> ", "1 <2 > 0"])
def test_what_is_no_markup_is_passed_over(app: Kolba, value: str) -> None:
    """A lone tag, a comparison, a word: every page has them."""
    add(app, lambda: f"<p>{request.args['x']}</p><br>")
    assert app.test_client().get("/", query_string={"x": value}).status_code == 200


def test_what_the_developer_has_written_is_passed_over(app: Kolba) -> None:
    """A page that has the same text of its own says nothing about the request."""
    put(app, "page.html", "<p><b>bold</b> move</p>{{ x }}")
    add(app, lambda: render_template("page.html", x=request.args["x"]))
    assert app.test_client().get("/", query_string={"x": "<b>bold</b>"}).status_code == 200


def test_a_body_that_the_view_did_not_read_stays_unread(app: Kolba) -> None:
    """Watching reads no stream."""
    add(app, lambda: "ok", methods=["POST"])
    with app.test_client() as client:
        client.post("/", data={"x": EVIL})
        assert "form" not in request._get_current_object().__dict__


def test_a_view_may_show_html(app: Kolba) -> None:
    """`@reflects_html` names the fields that are meant to be HTML; the others are watched."""

    @reflects_html("body")
    def preview() -> str:
        return request.args["body"] + request.args.get("title", "")

    add(app, preview)
    client = app.test_client()
    assert client.get("/", query_string={"body": EVIL}).text == EVIL
    with pytest.raises(ReflectedInput, match="'title'"):
        client.get("/", query_string={"body": "x", "title": EVIL})


def test_it_sees_what_hooks_have_made(app: Kolba) -> None:
    """A page that an `after_request` function writes into is looked at afterwards."""
    add(app, lambda: "<p></p>")

    @app.after_request
    def note(response: Response) -> Response:
        response.set_data(response.get_data(as_text=True) + request.args["x"])
        return response

    assert ask(app, query_string={"x": EVIL}).source == "request.args['x']"


def test_in_debug_it_is_on_by_itself(tmp_path: Path) -> None:
    """A developer sees the error in place of the page."""
    app = Kolba("shop", root_path=str(tmp_path))
    app.debug = True
    add(app, by_f_string)
    assert isinstance(ask(app, query_string={"name": EVIL}), ReflectedInput)


def test_in_production_it_is_off(tmp_path: Path) -> None:
    """No page is looked at."""
    app = Kolba("shop", root_path=str(tmp_path))
    add(app, by_f_string)
    assert app.test_client().get("/", query_string={"name": EVIL}).status_code == 200


def test_report_only_logs(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """In `report` the page is shown, and the log says what it holds."""
    app.config["KOLBA_ESCAPING"] = "report"
    add(app, by_f_string)
    assert app.test_client().get("/", query_string={"name": EVIL}).status_code == 200
    assert "as markup" in caplog.text


def test_check_app_looks_at_everything(make_checked: Callable[..., Kolba]) -> None:
    """One line of a test suite: routes, links and templates, used or not."""
    check_app(make_checked({"a.html": "<p id='{{ x }}'>"}))
    with pytest.raises(UnsafeTemplate):
        check_app(make_checked({"b.html": "<p id={{ x }}>"}))
    with pytest.raises(RoutingErrors):
        check_app(make_checked({"b.html": "{{ url_for('nowhere') }}"}))


@pytest.fixture
def make_checked(tmp_path: Path) -> Callable[..., Kolba]:
    def make(templates: dict[str, str]) -> Kolba:
        app = Kolba("shop", root_path=str(tmp_path))
        for name, source in templates.items():
            put(app, name, source)
        return app

    return make
