"""Every kind of view gets the forms that its parameters ask for, and others cost nothing."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask.views import MethodView, View
from pydantic import BaseModel, Field

from kolba import Form, Kolba, Query, startup
from kolba.errors import ConfigError
from tests.forms.reading import Page


class Note(BaseModel):
    text: str = Field(min_length=1)


class Search(BaseModel):
    words: str = ""
    page: int = Field(default=1, ge=1)


def shown(form: Form[Note]) -> Any:
    return f"took {form.value.text}" if form.valid else render_template_string("{{ f }}", f=form)


def functions(app: Flask) -> None:
    @app.route("/note", methods=["GET", "POST"])
    def note(form: Form[Note]):
        return shown(form)


def separate_views(app: Flask) -> None:
    @app.get("/note")
    def ask(form: Form[Note]):
        return shown(form)

    @app.post("/note")
    def take(form: Form[Note]):
        return shown(form)


def blueprints(app: Flask) -> None:
    notes = Blueprint("notes", __name__)

    @notes.route("/note", methods=["GET", "POST"])
    def note(form: Form[Note]):
        return shown(form)

    app.register_blueprint(notes)


def async_views(app: Flask) -> None:
    @app.route("/note", methods=["GET", "POST"])
    async def note(form: Form[Note]):
        return shown(form)


def decorated(app: Flask) -> None:
    def gate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        return inner

    @app.route("/note", methods=["GET", "POST"])
    @gate
    def note(form: Form[Note]):
        return shown(form)


def method_views(app: Flask) -> None:
    class Notes(MethodView):
        def get(self, form: Form[Note]):
            return shown(form)

        async def post(self, form: Form[Note]):
            return shown(form)

    app.add_url_rule("/note", view_func=Notes.as_view("notes"))


def class_views(app: Flask) -> None:
    class Notes(View):
        methods = ("GET", "POST")

        def dispatch_request(self, form: Form[Note]):
            return shown(form)

    app.add_url_rule("/note", view_func=Notes.as_view("notes"))


def local_models(app: Flask) -> None:
    class Local(BaseModel):
        text: str = Field(min_length=1)

    @app.route("/note", methods=["GET", "POST"])
    def note(form: Form[Local]):
        return shown(form)  # type: ignore[arg-type]


def by_endpoint(app: Flask) -> None:
    app.add_url_rule("/note", "note", methods=["GET", "POST"])

    @app.endpoint("note")
    def note(form: Form[Note]):
        return shown(form)


@pytest.mark.parametrize(
    "add",
    [
        functions,
        separate_views,
        blueprints,
        async_views,
        decorated,
        method_views,
        class_views,
        local_models,
        by_endpoint,
    ],
)
def test_every_kind_of_view_gets_its_form(add: Callable[[Flask], None]) -> None:
    """GET shows the form, a good POST gives the typed value, a bad one is 422 and filled."""
    app = Kolba(__name__)
    add(app)
    client = app.test_client()
    assert Page(client.get("/note").text).one("text")["minlength"] == "1"
    assert client.head("/note").status_code == 200
    assert client.post("/note", data={"text": "milk"}).text == "took milk"
    refused = client.post("/note", data={"text": ""})
    assert refused.status_code == 422
    assert Page(refused.text).one("text")["aria-invalid"] == "true"


def test_a_view_under_two_rules_is_one_view() -> None:
    """The same function may answer two URLs under one endpoint, as in Flask."""
    app = Kolba(__name__)

    @app.route("/a", methods=["POST"])
    @app.route("/b", methods=["POST"])
    def note(form: Form[Note]):
        return shown(form)

    client = app.test_client()
    assert client.post("/a", data={"text": "x"}).text == "took x"
    assert client.post("/b", data={"text": "y"}).text == "took y"


def test_two_forms_of_a_page_are_told_apart() -> None:
    """Only the form that was sent is judged; the other one keeps quiet."""

    class Login(BaseModel):
        name: str = Field(min_length=1)

    class Join(BaseModel):
        name: str = Field(min_length=5)

    app = Kolba(__name__)

    @app.route("/", methods=["GET", "POST"])
    def home(login: Form[Login], join: Form[Join]):
        if login.valid:
            return "login"
        if join.valid:
            return "join"
        return render_template_string("{{ login }}{{ join }}", login=login, join=join)

    client = app.test_client()
    page = Page(client.get("/").text)
    assert [c.attrs["value"] for c in page.named("_form")] == ["login", "join"]
    assert len(page.ids) == len(set(page.ids))
    assert client.post("/", data={"_form": "login", "name": "abc"}).text == "login"
    refused = client.post("/", data={"_form": "join", "name": "abc"})
    assert refused.status_code == 422
    first, second = Page(refused.text).named("name")
    assert ("aria-invalid" in first.attrs, "aria-invalid" in second.attrs) == (False, True)
    assert ("value" in first.attrs, second.attrs["value"]) == (False, "abc")


def test_a_query_has_its_defaults_and_its_errors() -> None:
    """Nothing sent is all defaults; a bad value is 422 and shown again."""
    app = Kolba(__name__)

    @app.get("/search")
    def search(query: Query[Search]):
        if query.valid:
            return f"{query.value.words}:{query.value.page}"
        return render_template_string("{{ q }}", q=query)

    client = app.test_client()
    assert client.get("/search").text == ":1"
    assert client.get("/search?words=%D1%81%D0%B0%D0%B4&page=2").text == "сад:2"
    refused = client.get("/search?page=0&words=x")
    assert refused.status_code == 422
    page = Page(refused.text)
    assert page.one("page")["value"] == "0"
    assert page.one("words")["value"] == "x"
    assert ("method", "get") in [
        item for tag, a in page.tags if tag == "form" for item in a.items()
    ]


def test_a_needed_field_of_a_query_is_not_complained_of_at_first() -> None:
    """A search page that nobody has used yet is 200 and without errors, but not valid."""

    class Needed(BaseModel):
        words: str = Field(min_length=1)

    app = Kolba(__name__)

    @app.get("/")
    def search(query: Query[Needed]):
        return render_template_string("{{ q.valid }} {{ q }}", q=query)

    answer = app.test_client().get("/")
    assert answer.status_code == 200
    assert answer.text.startswith("False")
    assert "aria-invalid" not in answer.text
    assert app.test_client().get("/?words=").status_code == 422


def test_what_the_view_says_of_itself_stays() -> None:
    """A redirect, a status of its own, an abort: 422 takes the place of 200 only."""
    app = Kolba(__name__)

    @app.post("/<how>")
    def note(form: Form[Note], how: str):
        assert not form.valid
        return {
            "redirect": ("", 303, {"Location": "/"}),
            "ok": ("fine by me", 200),
            "teapot": ("", 418),
            "plain": "plain",
            "dict": {"plain": 1},
        }[how]

    client = app.test_client()
    found = {h: client.post(f"/{h}").status_code for h in ("redirect", "ok", "teapot", "plain")}
    assert found == {"redirect": 303, "ok": 200, "teapot": 418, "plain": 422}
    answer = client.post("/dict", json={})
    assert (answer.status_code, answer.json) == (422, {"plain": 1})


def test_a_form_that_nobody_looks_at_reads_nothing() -> None:
    """A gate that answers first does so without the body being read or judged."""
    app = Kolba(__name__)

    @app.post("/")
    def note(form: Form[Note]):
        return "gate", 401

    with app.test_client() as client:
        answer = client.post("/", data={"text": "x"})
        assert answer.status_code == 401
        assert "form" not in vars(request._get_current_object())


def test_a_view_without_forms_is_left_alone() -> None:
    """Flask keeps the very function that was given."""
    app = Kolba(__name__)

    def plain(name: str = "x") -> str:
        return name

    app.add_url_rule("/", view_func=plain)
    assert app.view_functions["plain"] is plain


def test_pydantic_is_imported_with_the_first_form_only() -> None:
    """An app of class `Kolba` without forms starts without pydantic."""
    code = (
        "import sys, kolba; app = kolba.Kolba('x'); app.test_client().get('/')\n"
        "print(any(name.startswith('pydantic') for name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_without_pydantic_the_error_says_what_to_install() -> None:
    """A form without pydantic is an error that names the extra."""
    code = (
        "import sys; sys.modules['pydantic'] = None\n"
        "import kolba, kolba.errors\n"
        "class M: pass\n"
        "try: kolba.Form(M)\n"
        "except kolba.errors.ConfigError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "a form of M needs pydantic: pip install 'kolba[forms]'"


@pytest.mark.parametrize("as_class", [False, True])
@pytest.mark.parametrize(
    ("model", "look", "message"),
    [
        (int, "plain", "write a pydantic model or a dataclass"),
        (Note, "bootstrap", "KOLBA_FORM_LOOK is 'bootstrap'.*'bootstrap5'"),
    ],
)
def test_what_no_form_can_be_made_of_stops_the_start(
    as_class: bool, model: type, look: str, message: str
) -> None:
    """A type that is no model, and a look that is not there, are told of before a visitor asks."""
    app = Kolba(__name__)
    app.config["KOLBA_FORM_LOOK"] = look

    def note(form: Any) -> str:
        return ""

    note.__annotations__["form"] = Form[model]  # type: ignore[valid-type]
    view: Any = note
    if as_class:
        view = type("Note", (MethodView,), {"get": lambda self, form: "", "init_every_request": 0})
        view.get.__annotations__["form"] = Form[model]  # type: ignore[valid-type]
        view = view.as_view("note")
    app.add_url_rule("/note", view_func=view)
    with pytest.raises(ConfigError, match=message):
        startup.start(app)


def test_an_annotation_that_cannot_be_read_is_an_error_at_start() -> None:
    """A model that does not exist is found when the view is added, and named."""
    app = Kolba(__name__)

    def note(form: Form[Nowhere]):  # type: ignore[name-defined]  # noqa: F821
        return ""

    with pytest.raises(ConfigError, match=r"note.*Form\[Nowhere\].*cannot be read"):
        app.add_url_rule("/", view_func=note)


def test_what_is_no_model_is_an_error() -> None:
    """A form of something without fields says what to write."""
    with pytest.raises(ConfigError, match="write a pydantic model or a dataclass"):
        Form(int)


def test_wtforms_and_hand_written_forms_work_beside() -> None:
    """Flask-WTF validates as ever in an app of class `Kolba`, and `request.form` is Flask's."""
    from flask_wtf import FlaskForm
    from wtforms import StringField
    from wtforms.validators import InputRequired

    class Old(FlaskForm):
        name = StringField(validators=[InputRequired()])

    app = Kolba(__name__)
    app.config.update(SECRET_KEY="of the tests", TESTING=True)

    @app.post("/wtf")
    def wtf() -> Any:
        form = Old()
        return form.name.data if form.validate_on_submit() else (str(form.errors), 422)

    @app.post("/hand")
    def hand() -> Any:
        return ",".join(request.form.getlist("name"))

    client = app.test_client()
    assert client.post("/wtf", data={"name": "Анна"}).text == "Анна"
    assert client.post("/wtf", data={}).status_code == 422
    assert client.post("/hand", data={"name": ["a", "b"]}).text == "a,b"
