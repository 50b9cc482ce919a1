"""Every page of the tour, as steps of one visitor: used by each test that looks at them all."""

from __future__ import annotations

from typing import NamedTuple

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.tour.words import WORDS


class Step(NamedTuple):
    """One request; redirects are followed."""

    url: str
    form: dict[str, str] | None = None
    status: int = 200


def steps(language: str) -> list[Step]:
    """Returns the steps; what the visitor types is in the visitor's language."""
    word = WORDS[language]
    form = {"name": word, "city": word}
    return [
        Step("/cookies/"),
        Step("/"),
        Step("/urls/"),
        Step("/urls/?view=urls.item&arguments=number%3D7&external=on"),
        Step("/urls/?view=urls.item"),
        Step("/urls/?view=urls.item&arguments=number%3Dx"),
        Step("/urls/?view=urls.itme"),
        Step("/urls/?view=urls.item&arguments=7"),
        Step("/urls/?name=static&folder=on"),
        Step("/urls/?name=static&folder=off"),
        Step("/urls/?name=about&folder=on"),
        Step("/urls/?name=about&folder=off"),
        Step("/urls/items/7"),
        Step("/urls/people/7"),
        Step("/urls/files/7/7"),
        Step("/escaping/"),
        Step("/escaping/?name=%3C7%3E"),
        Step("/requests/?form=full"),
        Step("/requests/?form=short"),
        Step("/requests/?form=extra"),
        Step("/requests/order?name=7"),
        Step("/requests/order", {"name": "7", "admin": "yes"}),
        Step("/requests/strict", form),
        Step("/requests/strict", {"name": "7"}, 400),
        Step("/redirects/"),
        Step("/redirects/orders", {"tea": "green", "code": "303"}),
        Step("/redirects/orders/unsafe", {"tea": "herbal"}),
        Step("/redirects/orders/forget", {}),
        *[Step(f"/redirects/?target={target}") for target in TARGETS],
        *[Step(f"/login/?next={target}") for target in TARGETS],
        Step("/redirects/secret"),
        Step("/login/", {"user": word, "next": "/redirects/secret"}),
        Step("/redirects/"),
        Step("/sessions/"),
        Step("/cookies/"),
        Step("/login/out", {}),
        Step("/flashes/"),
        Step("/flashes/", {"message": word, "category": "info", "then": "index"}),
        *[Step("/flashes/", {"message": "7", "then": "index"}) for _ in range(5)],
        Step("/flashes/show?only=error"),
        Step("/flashes/", {"message": word, "category": "warning", "then": "show"}),
        Step("/flashes/show"),
        Step("/cookies/"),
        Step("/cookies/", {"theme": "dark", "language": language, "life": "hour"}),
        Step("/cookies/forget", {}),
        Step("/sessions/draft", {"subject": word, "message": ""}),
        Step("/sessions/send", {"subject": word, "message": word}),
        Step("/sessions/draft", {"subject": word, "message": word}),
        Step("/sessions/forge", {}),
        Step("/sessions/clear", {}),
        Step("/nowhere", None, 404),
        Step("/requests/strict", None, 405),
        Step("/flashes/", {"message": ""}, 400),
        Step("/flashes/", {"message": "7" * 101}, 400),
        Step("/flashes/", {"message": "7", "category": "no"}, 400),
        Step("/flashes/", {"message": "7" * 70_000}, 413),
    ]


TARGETS = (
    "/redirects/secret",
    "//evil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "https://evil.example",
    "/" + "7" * 2000,
)


def take(client: FlaskClient, step: Step, language: str) -> TestResponse:
    """Takes one step."""
    return client.open(
        step.url,
        method="GET" if step.form is None else "POST",
        data=step.form,
        headers={"Accept-Language": language},
        follow_redirects=True,
    )
