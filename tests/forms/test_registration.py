"""The form of the README does what the README says."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kolba import Form
from tests.forms.reading import form_of
from tests.forms.registration import GOOD, Registration, create_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_model_becomes_html(client: FlaskClient) -> None:
    """Types, limits and the title of the model are on the page, and nothing is complained of."""
    answer = client.get("/register")
    page = form_of(answer)
    assert answer.status_code == 200
    name = page.one("name")
    assert (name["type"], name["maxlength"], "required" in name) == ("text", "80", True)
    assert page.one("email")["type"] == "email"
    assert (page.one("age")["type"], page.one("age")["min"]) == ("number", "18")
    assert page.one("password")["type"] == "password"
    assert [(c.attrs["value"], "checked" in c.attrs) for c in page.named("plan")] == [
        ("free", True),
        ("team", False),
    ]
    assert "Your name" in page.words
    assert "aria-invalid" not in answer.text
    assert 'role="alert"' not in answer.text


def test_a_good_form_is_taken(client: FlaskClient) -> None:
    """What fits the model is its value: the view says welcome and redirects."""
    answer = client.post("/register", data=GOOD)
    assert answer.status_code in {302, 303}
    with client.session_transaction() as session:
        assert session["_flashes"] == [("success", "Welcome, Аня")]


def test_a_refused_form_comes_back_filled(client: FlaskClient) -> None:
    """422, all errors at once, each by its field, what was typed kept, the password left out."""
    typed = {"name": "", "email": "anna@", "age": "17", "plan": "team", "password": "short"}
    answer = client.post("/register", data=typed)
    page = form_of(answer)
    assert answer.status_code == 422
    assert page.one("email")["value"] == "anna@"
    assert page.one("age")["value"] == "17"
    assert ["checked" in c.attrs for c in page.named("plan")] == [False, True]
    assert "value" not in page.one("password")
    assert "short" not in answer.text
    for name, words in {
        "name": "Fill in this field.",
        "email": "Enter an email address, such as name@example.com.",
        "age": "Enter 18 or more.",
        "password": "Enter at least 10 characters.",
    }.items():
        control = page.one(name)
        assert control["aria-invalid"] == "true"
        assert control["aria-describedby"] in page.ids
        assert page.words.count(words) == 2  # beside the field, and in the summary
    assert answer.cache_control.no_store


def test_errors_are_in_the_visitors_language(client: FlaskClient) -> None:
    """A Russian browser gets Russian errors, with the plural that the number asks for."""
    answer = client.post("/register", data={}, headers={"Accept-Language": "ru-RU,ru;q=0.9"})
    assert "Заполните это поле." in answer.text
    assert "Accept-Language" in answer.vary
    short = client.post("/register", data={"password": "x"}, headers={"Accept-Language": "ru"})
    assert "Введите не меньше 10 символов." in short.text


def test_the_summary_takes_the_focus_and_leads_to_the_fields(client: FlaskClient) -> None:
    """The summary is an alert with autofocus, no script; every link leads to a control."""
    answer = client.post("/register", data={})
    page = form_of(answer)
    (summary,) = [attrs for _, attrs in page.tags if attrs.get("role") == "alert"]
    assert "autofocus" in summary
    assert summary["tabindex"] == "-1"
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert len(links) == 4
    assert {link.removeprefix("#") for link in links} <= set(page.ids)
    assert "<script" not in answer.text
    assert " on" not in answer.text.replace(" one", "")


def test_json_gets_problem_details(client: FlaskClient) -> None:
    """A JSON body is judged by the same model; the errors are RFC 9457, with JSON pointers."""
    answer = client.post("/register", json={"name": "", "email": "a@example.com", "age": 3})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    errors = {error["pointer"]: error["detail"] for error in answer.json["errors"]}
    assert errors == {
        "#/name": "Fill in this field.",
        "#/age": "Enter 18 or more.",
        "#/password": "Fill in this field.",
    }
    assert client.post("/register", json={**GOOD, "age": 19}).status_code in {302, 303}


def test_a_json_client_gets_problem_details_for_a_form(client: FlaskClient) -> None:
    """A client that likes JSON better than HTML gets problem details for form fields too."""
    answer = client.post("/register", data={}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_only_declared_fields_arrive(app: Flask) -> None:
    """A field that the model does not declare (`is_admin`) never reaches the value."""
    sent = {**GOOD, "is_admin": "1"}
    with app.test_request_context("/register", method="POST", data=sent):
        form = Form(Registration)
        assert form.valid
        assert "is_admin" not in vars(form.value)


def test_the_query_string_is_no_part_of_a_form(client: FlaskClient) -> None:
    """A field in the URL never fills a form: body and query string are not mixed."""
    without = {name: text for name, text in GOOD.items() if name != "age"}
    answer = client.post("/register?age=30", data=without)
    assert answer.status_code == 422
    assert "value" not in form_of(answer).one("age")
