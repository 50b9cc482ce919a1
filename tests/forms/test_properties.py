"""Generated models and generated input: stable, never a 5xx, linear."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from flask import render_template_string
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, EmailStr, Field, HttpUrl, SecretStr, create_model

from kolba import Form, Input, Kolba, Query
from tests.forms.reading import Page
from tests.fuzz import examples


class Colour(Enum):
    RED = "red"
    BLUE = "blue "


class Inner(BaseModel):
    name: str = Field(min_length=1, max_length=5)
    count: int = 1


TYPES: dict[str, tuple[Any, Any]] = {
    "text": (str, ""),
    "needed": (Annotated[str, Field(min_length=1)], ...),
    "area": (Annotated[str, Input("textarea")], "a\nb"),
    "maybe": (str | None, None),
    "whole": (Annotated[int, Field(ge=0, le=1000)], ...),
    "ratio": (float | None, None),
    "money": (Decimal, Decimal("1.5")),
    "flag": (bool, True),
    "three": (bool | None, None),
    "agreed": (Literal[True], ...),
    "choice": (Literal["a", "b", ""], "a"),
    "number": (Literal[1, 2, 3, 4, 5], 3),
    "colour": (Colour, ...),
    "colours": (set[Colour], set()),
    "day": (date | None, None),
    "moment": (datetime | None, None),
    "clock": (time | None, None),
    "mail": (EmailStr | None, None),
    "site": (HttpUrl | None, None),
    "tags": (list[str], []),
    "numbers": (list[int], []),
    "inner": (Inner, ...),
    "optional": (Inner | None, None),
    "rows": (list[Inner], []),
    "data": (dict[str, int], {}),
    "secret": (SecretStr | None, None),
}

LOOKS = ("plain", "bootstrap5")
NAMES = [
    *(name for name in TYPES if name not in {"inner", "optional", "rows"}),
    *(f"{group}.{field}" for group in ("inner", "optional") for field in ("name", "count")),
    *(f"rows.{n}.{field}" for n in (0, 1, 7) for field in ("name", "count")),
    "rows",
    "rows.x",
    "inner.name.deeper",
    "",
    ".",
    "_form",
]
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            *("", "1", "-0", "1e5", "nan", "true", "on", "a", "red", "blue ", " ", "x" * 300),
            *("2026-02-30", "2026-02-03", "2026-02-03T04:05", "09:30", "a@b.example", "http://x"),
            *("[1]", '{"a":1}', "\0", "\r\n", "</textarea><script>", "'\"<&>", "٣"),
        ]
    ),
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), st.lists(TEXTS, max_size=3), max_size=12)
MODELS = st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=8, unique=True)


def model(names: list[str]) -> type[BaseModel]:
    fields: Any = {name: TYPES[name] for name in names}
    return create_model("Generated", **fields)


# Models are compiled once each: the same names give the same model.
_known: dict[tuple[str, ...], type[BaseModel]] = {}


def known_model(names: list[str]) -> type[BaseModel]:
    return _known.setdefault(tuple(names), model(names))


APP = Kolba(__name__)
quick = settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)


def said(form: Form[Any]) -> list[tuple[Any, str]]:
    return [(problem.path, problem.kind) for problem in form.problems]


def taken(form: Form[Any]) -> Any:
    return form.value.model_dump() if form.valid else said(form)


# What no page can hold: a NUL, an option that was never offered, a box that is "maybe".
FORGED = {"nul", "enum", "literal_error", "bool_parsing", "string_unicode"}


def judged(made: type[BaseModel], fields: dict[str, list[str]]) -> tuple[Any, dict[str, list[str]]]:
    with APP.test_request_context("/", method="POST", data=fields):
        form = Form(made)
        return taken(form), Page(str(form)).sent()


@quick
@given(names=MODELS, fields=FIELDS)
@example(names=["optional"], fields={"optional.count": ["", "0"]})
@example(names=["area", "choice", "rows"], fields={"rows.0.name": ["", "0"]})
def test_a_page_sent_again_says_the_same(names: list[str], fields: dict[str, list[str]]) -> None:
    """parse(render(parse(x))) is parse(x), value or problems; and the page is the same again."""
    made = known_model(names)
    first, page = judged(made, fields)
    second, page_again = judged(made, page)
    assert judged(made, page_again) == (second, page_again)
    kinds = {kind for _, kind in first} if isinstance(first, list) else set()
    if not kinds & FORGED:
        assert page_again == page
        # A secret is never on the page, so it is not sent again.
        assert second == first or "secret" in names


@quick
@given(
    names=MODELS, fields=FIELDS, json=st.booleans(), look=st.sampled_from(["plain", "bootstrap5"])
)
def test_no_input_is_a_server_error(
    names: list[str], fields: dict[str, list[str]], json: bool, look: str
) -> None:
    """Whatever is sent, as a form, a query or JSON, is answered 200, 400 or 422."""
    app = Kolba(__name__)
    app.testing = True
    app.config["KOLBA_FORM_LOOK"] = look
    made = known_model(names)

    def view(form: Form[Any], query: Query[Any]) -> str:
        return render_template_string("{{ a }}{{ b }}", a=form, b=query)

    view.__annotations__ = {"form": Form[made], "query": Query[made]}  # type: ignore[valid-type]
    app.add_url_rule("/", view_func=view, methods=["POST"])
    sent = {"json": fields} if json else {"data": fields}
    answer = app.test_client().post("/", query_string=fields, **sent)
    assert answer.status_code in {200, 400, 422}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@quick
@given(names=MODELS, data=JSON)
def test_no_json_is_a_server_error(names: list[str], data: Any) -> None:
    """Any JSON value (lone surrogates, huge numbers, wrong shapes) is judged and can be shown."""
    import json

    body = json.dumps(data)
    with APP.test_request_context(
        "/", method="POST", data=body, content_type="application/json"
    ) as context:
        if "NaN" in body or "Infinity" in body:
            return
        form = Form(known_model(names))
        taken(form)
        str(form).encode()
    del context


def steps(work: Callable[[], Any]) -> int:
    """How many lines of Python a call runs: a cost that no noisy machine changes."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "fields",
    [
        lambda n: {f"rows.{i}.name": "a" for i in range(n)},
        lambda n: {f"rows.{i}.{'a.' * 20}": "a" for i in range(n)},
        lambda n: {"tags": ["a"] * n},
        lambda n: {f"unknown{i}": "a" for i in range(n)},
        lambda n: {"text": "a" * n, "tags": ["\r\n" * n]},
        lambda n: {"rows." * n: "a"},
    ],
    ids=["rows", "deep rows", "list", "unknown", "long", "dots"],
)
def test_cost_grows_with_what_was_sent(fields: Callable[[int], dict[str, Any]]) -> None:
    """Twice the input costs at most about twice the steps, to judge and to show."""
    made = known_model(["rows", "tags", "text"])

    def cost(n: int) -> int:
        with APP.test_request_context("/", method="POST", data=fields(n)):
            form = Form(made)

            def work() -> None:
                form.valid  # noqa: B018
                str(form)

            return steps(work)

    cost(10)
    small, large = cost(200), cost(400)
    assert large <= 2.2 * small + 200
