"""Every page of the tour, as steps of one visitor: used by each test that looks at them all."""

from __future__ import annotations

from typing import NamedTuple

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kolba.tour.lab.board import BOARD
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
        Step("/urls/?view=urls.item&arguments=number%3D7&external=true&build=true"),
        Step("/urls/?view=urls.item&arguments=&build=true"),
        Step("/urls/?view=urls.item&arguments=number%3Dx&build=true"),
        Step("/urls/?view=urls.itme&build=true"),
        Step("/urls/?view=urls.item&arguments=7&build=true"),
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
        Step("/requests/typed", form),
        Step("/requests/typed", {"name": "7"}, 422),
        Step("/redirects/"),
        Step("/redirects/", {"tea": "green", "code": "303"}),
        Step("/redirects/unsafe", {"tea": "herbal"}),
        Step("/redirects/forget", {}),
        *[Step(f"/redirects/?target={target}") for target in TARGETS],
        *[Step(f"/login/?next={target}") for target in TARGETS],
        Step("/redirects/secret"),
        Step("/login/", {"user": word, "next": "/redirects/secret"}),
        Step("/redirects/secret"),
        Step("/redirects/"),
        Step("/sessions/"),
        Step("/cookies/"),
        Step("/login/out", {}),
        Step("/flashes/"),
        Step("/flashes/show"),
        Step("/flashes/", {"message": word, "category": "info", "then": "wait"}),
        Step("/flashes/", {"message": word, "category": "warning", "then": "show"}),
        Step("/cookies/", {"theme": "dark", "language": language}),
        Step("/cookies/"),
        Step("/cookies/forget", {}),
        Step("/sessions/draft", {"subject": word, "message": ""}),
        Step("/sessions/", {"subject": word, "message": word}),
        Step("/sessions/draft", {"subject": word, "message": word}),
        Step("/sessions/clear", {}),
        Step("/engine/"),
        Step("/engine/?endpoint=nowhere"),
        Step(f"/elsewhere/{language}"),
        Step("/elsewhere/arrive", {}),
        *[Step(f"/{name}/?attack={a.name}") for name, attacks in BOARD.items() for a in attacks],
        Step("/requests/?attack=foreign&origin=http://evil.example&site=cross-site"),
        *[Step(f"/{name}/", wrong, 422) for name, wrong in WRONG],
        *[Step(f"/{name}/", right) for name, right in RIGHT.items()],
        Step("/nowhere", None, 404),
        Step("/requests/strict", None, 405),
        Step("/flashes/", {"message": ""}, 422),
        Step("/flashes/", {"message": "7" * 101}, 422),
        Step("/flashes/", {"message": "7", "category": "no"}, 422),
        Step("/requests/order", {"name": "7" * 70_000}, 413),
    ]


RIGHT = {
    "urls": {"path": "/urls/people/Anna%20Maria"},
    "escaping": {"text": "&lt;b&gt;&#34;Tea&#34; &amp; milk&lt;/b&gt;"},
    "requests": {"call": 'request.form.get("city", "Moscow")'},
    "redirects": {"next": "/redirects/secret?from=7"},
    "flashes": {"left": "1"},
    "cookies": {"header": "Set-Cookie: city=Moscow; Max-Age=86400; HttpOnly; SameSite=Lax"},
    "sessions": {"drink": "green tea"},
    "engine": {"hooks": "1"},
}
WRONG = (
    ("urls", {"path": "/urls/people/Anna Maria"}),
    ("urls", {"path": "/7"}),
    ("escaping", {"text": "&lt;b&gt;Tea & milk"}),
    ("escaping", {"text": "7"}),
    ("requests", {"call": "request.form['city']"}),
    ("requests", {"call": "request.form.get('city')"}),
    ("requests", {"call": "7"}),
    ("redirects", {"next": "//evil.example"}),
    ("redirects", {"next": "/7"}),
    ("flashes", {"left": "0"}),
    ("cookies", {"header": "7"}),
    ("cookies", {"header": "city=Moscow"}),
    ("cookies", {"header": "city=Moscow; Max-Age=86400"}),
    ("cookies", {"header": "city=Moscow; Max-Age=86400; HttpOnly"}),
    ("sessions", {"drink": "7"}),
    ("engine", {"hooks": "7"}),
)
TARGETS = (
    "/redirects/secret",
    "//evil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "https://evil.example",
    "/" + "7" * 1990,
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
