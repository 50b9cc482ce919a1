"""What a model becomes in HTML, and what stays when it comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from flask import Flask
from pydantic import (
    BaseModel,
    EmailStr,
    Field,
    HttpUrl,
    SecretStr,
    field_validator,
    model_validator,
)

from kolba import File, Form, Input, Kolba, Query, Upload
from kolba.errors import ConfigError
from kolba.forms import PLAIN_CSS
from kolba.forms.attributes import html_pattern
from kolba.forms.base import InvalidForm
from tests.forms.reading import Page


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark_blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Place(BaseModel):
    street: str = Field(min_length=1)
    flat: int | None = None


class Everything(BaseModel):
    text: str = ""
    long: Annotated[str, Input("textarea", rows=5)] = ""
    mail: EmailStr
    site: HttpUrl | None = None
    whole: int = Field(ge=1, lt=10)
    step: int = Field(default=10, ge=0, multiple_of=5)
    money: Decimal = Field(ge=0, decimal_places=2)
    ratio: float | None = None
    day: date
    moment: datetime | None = None
    clock: time | None = None
    agreed: Literal[True] = Field(title="I agree", description="Read it first.")
    news: bool = True
    sure: bool | None = None
    colour: Colour
    colours: set[Colour] = Field(min_length=1)
    level: Level = Level.LOW
    many: Literal["a", "b", "c", "d", "e"] = "c"
    tags: list[str] = Field(default=[], max_length=3)
    place: Place
    places: list[Place] = []
    maybe: Place | None = None
    code: str = Field(default="", pattern="^[A-Z]{2}\\d+$")
    secret: SecretStr | None = None
    phone: Annotated[str, Input("tel", autocomplete="tel")] = ""
    ident: UUID | None = None
    data: dict[str, int] = {}
    photo: Annotated[Upload | None, File(max_size=1000, types=["image/png", ".jpg"])] = None
    papers: Annotated[list[Upload], File(types=[".pdf"])] = Field(default=[], max_length=2)


FULL: dict[str, Any] = {
    "text": "  <b>&amp;\"'`Ж😀‮ ",
    "long": "\r\nтри\r\n\r\nстроки\r\n",
    "mail": "a@example.com",
    "site": "https://example.com/",
    "whole": "9",
    "step": "15",
    "money": "12.50",
    "ratio": "0.1",
    "day": "2026-12-31",
    "moment": "2026-12-31T09:30:05",
    "clock": "09:30:00",
    "agreed": "true",
    "sure": "false",
    "colour": "dark_blue",
    "colours": ["red", "dark_blue"],
    "level": "2",
    "many": "e",
    "tags": ["x", "", "у"],
    "place.street": "Main",
    "place.flat": "",
    "places.0.street": "First",
    "places.3.street": "Second",
    "places.3.flat": "3",
    "places.4.street": "",
    "code": "AB12",
    "phone": "+7 999",
    "ident": "123e4567-e89b-12d3-a456-426614174000",
    "data": '{"a": 1}',
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return Kolba(__name__)


def posted(app: Flask, data: dict[str, Any]) -> Any:
    return app.test_request_context("/", method="POST", data=data)


def test_the_controls_follow_from_the_model(app: Flask) -> None:
    """Each type and limit of the model is the control and the attribute that HTML has for it."""
    with app.test_request_context("/"):
        page = Page(str(Form(Everything)))
    expected: dict[str, dict[str, str]] = {
        "text": {"type": "text"},
        "long": {"rows": "5"},
        "mail": {"type": "email", "required": "", "autocomplete": "email"},
        "site": {"type": "url", "maxlength": "2083"},
        "whole": {"type": "number", "min": "1", "max": "9", "required": ""},
        "step": {"type": "number", "step": "5", "min": "0", "value": "10"},
        "money": {"type": "number", "step": "any", "min": "0"},
        "ratio": {"type": "number", "step": "any"},
        "day": {"type": "date", "required": ""},
        "moment": {"type": "datetime-local"},
        "clock": {"type": "time"},
        "agreed": {"type": "checkbox", "required": "", "aria-describedby": "form-agreed-hint"},
        "news": {"type": "checkbox", "checked": ""},
        "many": {"class": "kolba-input"},
        "tags": {"type": "text"},
        "place.street": {"type": "text", "required": "", "minlength": "1"},
        "places.0.street": {"type": "text"},
        "code": {"pattern": "[A-Z]{2}\\p{Nd}+"},
        "secret": {"type": "password"},
        "phone": {"type": "tel", "autocomplete": "tel"},
        "photo": {"type": "file", "accept": "image/png,.jpg"},
        "papers": {"type": "file", "accept": ".pdf", "multiple": ""},
    }
    for name, attributes in expected.items():
        assert attributes.items() <= page.one(name).items(), name
    assert "required" not in page.one("places.0.street")
    assert "required" not in page.one("maybe.street")
    assert [c.attrs["type"] for c in page.named("colour")] == ["radio", "radio"]
    assert [c.attrs["type"] for c in page.named("colours")] == ["checkbox", "checkbox"]
    assert [c.attrs["type"] for c in page.named("sure")] == ["radio", "radio"]
    assert page.named("many")[0].tag == "select"
    assert "Dark blue" in page.words
    assert ("form", "multipart/form-data") in [(t, a.get("enctype")) for t, a in page.tags]
    assert len(page.ids) == len(set(page.ids))


def test_everything_arrives_typed(app: Flask) -> None:
    """HTML's texts become the model's values, exactly: spaces, quotes, Cyrillic, emoji, RTL."""
    with posted(app, FULL):
        form = Form(Everything)
        assert form.valid, [(p.path, p.message) for p in form.problems]
        value = form.value
    assert value.text == FULL["text"]
    assert value.long == "\nтри\n\nстроки\n"
    assert (value.whole, value.step, value.money, value.ratio) == (9, 15, Decimal("12.50"), 0.1)
    assert value.moment == datetime(2026, 12, 31, 9, 30, 5)
    assert (value.news, value.sure, value.colour) == (False, False, Colour.DARK_BLUE)
    assert value.colours == set(Colour)
    assert (value.level, value.many, value.tags) == (Level.HIGH, "e", ["x", "у"])
    assert value.place == Place(street="Main")
    assert value.places == [Place(street="First"), Place(street="Second", flat=3)]
    assert (value.maybe, value.data, value.secret) == (None, {"a": 1}, None)


def test_a_page_sends_back_what_was_sent(app: Flask) -> None:
    """A refused form, sent again as the browser would, says the same once more."""
    wrong = {**FULL, "mail": "nowhere", "whole": "много", "day": "31.12.2026", "ratio": "1,5"}
    with posted(app, wrong):
        first = Form(Everything)
        assert not first.valid
        page = Page(str(first))
        said = [(p.path, p.kind) for p in first.problems]
    assert page.one("whole") | {"type": "text", "value": "много"} == page.one("whole")
    assert page.one("day") | {"type": "text", "value": "31.12.2026"} == page.one("day")
    assert page.one("ratio")["value"] == "1,5"
    with posted(app, page.sent()):
        second = Form(Everything)
        assert not second.valid
        assert [(p.path, p.kind) for p in second.problems] == said
        assert Page(str(second)).sent() == page.sent()
    with posted(app, {**page.sent(), "mail": "a@b.example", "whole": "1", "day": "2026-12-31"}):
        third = Form(Everything)
        third.submitted  # noqa: B018
        assert {p.path for p in third.problems} == {("ratio",)}


def test_errors_stand_where_they_belong(app: Flask) -> None:
    """Errors in nested models and rows are at the field; what fits no field is of the whole."""

    class Pair(BaseModel):
        low: int
        high: int

        @model_validator(mode="after")
        def in_order(self) -> Any:
            if self.low > self.high:
                raise ValueError("The first must not be the larger one.")
            return self

    class Pairs(BaseModel):
        pairs: list[Pair]
        name: str = ""

        @field_validator("name")
        @classmethod
        def known(cls, name: str) -> str:
            if name == "nobody":
                raise ValueError("Nobody has this name.")
            return name

    data = {"pairs.0.low": "2", "pairs.0.high": "1", "pairs.1.low": "x", "name": "nobody"}
    with posted(app, data):
        form = Form(Pairs)
        assert not form.valid
        assert list(form["pairs"].errors) == []
        assert [str(error) for error in form.problems_at("pairs.0")[0].message.split("\n")] == [
            "The first must not be the larger one."
        ]
        assert list(form["name"].errors) == ["Nobody has this name."]
        html = str(form)
    assert "The first must not be the larger one." in html
    assert html.count("Enter a whole number.") == 2


def test_parts_of_a_form(app: Flask) -> None:
    """Label, input and errors are written one by one, with the caller's attributes."""
    with posted(app, {"mail": "x"}):
        form = Form(Everything)
        assert not form.valid
        assert form.mail.label.text == "Mail"
        assert 'for="form-mail"' in str(form.mail.label)
        box = str(form.mail.input(class_="wide", data_page="1", placeholder='a"b'))
        assert 'class="kolba-input wide kolba-invalid"' in box
        assert 'data-page="1"' in box
        assert 'placeholder="a&#34;b"' in box
        assert list(form.mail.errors) == ["Enter an email address, such as name@example.com."]
        assert 'id="form-mail-error"' in str(form.mail.errors)
        assert str(form.text.errors) == ""
        assert (form.mail.raw, form.mail.value) == ("x", None)
        assert form.place.street.path == "place.street"
        with pytest.raises(AttributeError, match="nothing"):
            form.nothing  # noqa: B018
        with pytest.raises(InvalidForm, match=r"Ask `if form\.valid:` first"):
            form.value  # noqa: B018


def test_a_form_begins_with_what_it_is_filled_with(app: Flask) -> None:
    """An object to edit, a mapping or single values are shown; what was sent goes before them."""
    place = Place(street="Main", flat=7)
    with app.test_request_context("/"):
        assert Page(str(Form(Place).fill(place))).one("flat")["value"] == "7"
        assert Page(str(Form(Place).fill({"street": "A"}, flat=8))).one("street")["value"] == "A"
    with posted(app, {"street": "sent"}):
        assert Page(str(Form(Place).fill(place))).one("street")["value"] == "sent"


def test_the_app_may_refuse_for_its_own_reasons(app: Flask) -> None:
    """`reject` adds an error to a field or the whole, and the form is not valid any more."""
    with posted(app, {"street": "Main"}):
        form = Form(Place)
        assert form.valid
        form.reject("This street is closed.", field="street")
        form.reject("Come back tomorrow.")
        assert not form.valid
        assert form.refused
        assert list(form.street.errors) == ["This street is closed."]
        assert list(form.errors) == ["Come back tomorrow."]
        with pytest.raises(KeyError):
            form.reject("?", field="strete")


def test_dataclasses(app: Flask) -> None:
    """A standard dataclass is a model too: types, defaults, `Annotated` limits."""

    @dataclass
    class Order:
        item: Annotated[str, Field(min_length=1, title="What")]
        count: Annotated[int, Field(ge=1)] = 1
        tags: list[str] = dataclass_field(default_factory=lambda: ["new"])

    with app.test_request_context("/"):
        page = Page(str(Form(Order)))
        assert page.one("count") | {"min": "1", "value": "1"} == page.one("count")
        assert [c.attrs.get("value") for c in page.named("tags")] == ["new", None]
        assert "What" in page.words
    with posted(app, {"item": "tea", "count": "2"}):
        form = Form(Order)
        assert form.value == Order("tea", 2, [])


def test_aliases(app: Flask) -> None:
    """A field with an alias has it as its name in HTML, and both names in Python."""

    class Aliased(BaseModel):
        from_: int = Field(alias="from")

    with posted(app, {"from": "x"}):
        form = Form(Aliased)
        assert form["from"].path == form.from_.path == "from"
        assert list(form["from"].errors) == ["Enter a whole number."]
    with posted(app, {"from": "3"}):
        assert Form(Aliased).value.from_ == 3
        assert Form(Aliased)["from"].value == 3


def test_a_model_that_contains_itself_ends(app: Flask) -> None:
    """The nested copy of a model is asked for as JSON."""
    with posted(app, {"name": "a", "child": '{"name": "b"}'}):
        assert Form(Node).value.child == Node(name="b")


class Node(BaseModel):
    name: str
    child: Node | None = None


def test_a_model_that_forbids_extras_is_obeyed(app: Flask) -> None:
    """`extra="forbid"` refuses what is not declared, but not a CSRF token."""

    class Strict(BaseModel, extra="forbid"):
        name: str

    with posted(app, {"name": "a", "csrf_token": "x"}):
        assert Form(Strict).valid
    with posted(app, {"name": "a", "role": "admin"}):
        form = Form(Strict)
        assert list(form.errors) == ["Something was sent that is not asked for here."]


def test_an_unticked_box_of_a_query_is_no(app: Flask) -> None:
    """A box that is ticked by default can be unticked in a GET form."""

    class Filters(BaseModel):
        stock: bool = True

    with app.test_request_context("/"):
        page = Page(str(Query(Filters)))
        assert [c.attrs["type"] for c in page.named("stock")] == ["hidden", "checkbox"]
        assert Query(Filters).value.stock is True
    with app.test_request_context("/?stock=false"):
        assert Query(Filters).value.stock is False
    with app.test_request_context("/?stock=false&stock=true"):
        assert Query(Filters).value.stock is True


def test_bad_texts_are_field_errors(app: Flask) -> None:
    """NUL, lone surrogates from JSON, "nan", "1_000", Arabic digits: errors, no 500."""

    class Values(BaseModel):
        text: str = ""
        number: float = 0
        whole: int = 0

    for data in (
        {"text": "a\0b"},
        {"number": "nan"},
        {"number": "1e999x"},
        {"whole": "1_000"},
        {"whole": "٣"},
        {"whole": "9" * 5000},
    ):
        with posted(app, data):
            form = Form(Values)
            (name,) = data
            assert [problem.path for problem in form.problems] == [(name,)], data
            str(form).encode()
    body = '{"text": "\\ud800", "number": {"a": [1]}}'
    with app.test_request_context("/", method="POST", data=body, content_type="application/json"):
        form = Form(Values)
        assert {problem.path for problem in form.problems} == {("text",), ("number",)}
        str(form).encode()
    with app.test_request_context("/", method="POST", json=[1]):
        assert [problem.kind for problem in Form(Values).problems] == ["not_an_object"]


def test_gettext_comes_first(app: Flask) -> None:
    """`KOLBA_GETTEXT` may translate errors, labels and hints into any language."""
    german = {"Street": "Straße", "Fill in this field.": "Bitte ausfüllen."}
    app = Kolba(__name__)
    app.config["KOLBA_GETTEXT"] = lambda text: german.get(text, text)
    with posted(app, {}):
        html = str(Form(Place))
    assert "Straße" in html
    assert "Bitte ausfüllen." in html


def test_labels_name_the_choices_of_a_list(app: Flask) -> None:
    """`Input(labels=...)` of a list of choices names them, and so does one of its items."""
    labels = Input(labels={"a": "Apples", "b": "Pears"})

    class Basket(BaseModel):
        outer: Annotated[list[Literal["a"]], labels] = []
        inner: list[Annotated[Literal["b"], labels]] = []

    with posted(app, {}):
        page = str(Form(Basket))
    assert "Apples" in page and "Pears" in page


def test_the_language_may_be_the_apps(app: Flask) -> None:
    """`KOLBA_LANGUAGE` decides before the browser does."""
    app = Kolba(__name__)
    app.config["KOLBA_LANGUAGE"] = lambda: "ru_RU"
    with posted(app, {}):
        assert "Заполните это поле." in str(Form(Place))


@pytest.mark.parametrize("look", ["plain", "bootstrap5"])
def test_both_looks_write_the_same_controls(look: str) -> None:
    """Names, values and descriptions are the same; only the classes differ."""
    app = Kolba(__name__)
    app.config["KOLBA_FORM_LOOK"] = look
    with posted(app, {**FULL, "mail": "x"}):
        page = Page(str(Form(Everything)))
    plain = Kolba(__name__)
    with posted(plain, {**FULL, "mail": "x"}):
        other = Page(str(Form(Everything)))
    assert page.sent() == other.sent()
    assert set(page.ids) == set(other.ids)


def test_an_app_may_bring_its_own_look(tmp_path: Path) -> None:
    """A template of the app that extends ours changes one macro and keeps the others."""
    (tmp_path / "mine.html").write_text('{% extends "kolba/plain.html" %}')
    (tmp_path / "whole.html").write_text(
        '{% set classes = {"input": "mine"} %}'
        "{% macro form(form, attributes, submit) %}<form{{ attributes }}>"
        "{% for one in form %}{{ one }}{% endfor %}</form>{% endmacro %}"
        "{% macro field(field) %}<p>{{ field.input }}</p>{% endmacro %}"
        "{% macro errors(errors) %}{% endmacro %}{% macro label(field, a) %}{% endmacro %}"
        "{% macro group(field, a) %}{% endmacro %}{% macro summary(form) %}{% endmacro %}"
    )
    app = Kolba(__name__, template_folder=str(tmp_path))
    app.config["KOLBA_FORM_LOOK"] = "whole.html"
    with app.test_request_context("/"):
        assert "<p><input" in str(Form(Place))
        assert Page(str(Form(Place))).one("street")["class"] == "mine"
    app.config["KOLBA_FORM_LOOK"] = "nowhere.html"
    with app.test_request_context("/"), pytest.raises(ConfigError, match=r"nowhere\.html"):
        str(Form(Place))


@pytest.mark.parametrize(
    ("pattern", "html"),
    [
        ("^a+$", "a+"),
        ("a+", ".*a+.*"),
        (r"^\d{3}-[\w-]*$", None),
        (r"^\d{3}-\w*$", r"\p{Nd}{3}-[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]*"),
        (r"^(?:[a-z]+,)*[a-z]+$", r"(?:[a-z]+,)*[a-z]+"),
        ("^a|b$", None),
        ("(?i)abc", None),
        (r"\Aabc\Z", None),
        ("[[:alpha:]]", None),
        ("", None),
    ],
)
def test_patterns_are_written_only_if_they_mean_the_same(pattern: str, html: str | None) -> None:
    """A pattern that HTML might read differently is left to the server."""
    assert html_pattern(pattern) == html


def test_the_style_sheet_is_for_the_plain_look() -> None:
    """Every class of the style sheet is one of the macros', and every class of theirs is in it."""
    named = re.compile(r"kolba-[a-z]+")
    macros = (PLAIN_CSS.parent / "plain.html").read_text("utf-8")
    assert set(named.findall(PLAIN_CSS.read_text("utf-8"))) - {"kolba-actions"} == set(
        named.findall(macros)
    ) - {"kolba-actions"}
