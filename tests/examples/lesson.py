"""The lesson's ten apps, and what a visitor does in each: `JOURNEYS`, in the lesson's order.

A journey sends requests and asserts nothing: it is played by Flask's test client, under the
engine, and over real sockets, and the answers are compared. The claims are in `test_lesson`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

from flask import Flask

LESSON = Path(__file__).parents[2] / "examples" / "lesson"
STEPS = [f"task_{number}" for number in range(1, 11)]
KOLBA_STEPS = [f"{step}_kolba" for step in STEPS]
RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
LOGIN = {"user": "anna", "password": "kolba"}


class Browser(Protocol):
    """What a journey needs of whoever plays it. Cookies are kept between requests."""

    def get(self, path: str, **options: Any) -> Any: ...
    def post(self, path: str, data: Any = None, **options: Any) -> Any: ...
    def open(self, path: str, *, method: str, **options: Any) -> Any: ...
    def set_cookie(self, name: str, value: str) -> None: ...


def load(step: str) -> Flask:
    """A fresh app of the step: the file is run again, as by a restart of the server."""
    spec = importlib.util.spec_from_file_location(step, LESSON / f"{step}.py")
    assert spec and spec.loader
    module = sys.modules[step] = importlib.util.module_from_spec(spec)
    with own_register() if step in KOLBA_STEPS else nullcontext():
        spec.loader.exec_module(module)
    app: Flask = module.app
    return app


def own_register() -> AbstractContextManager[Any]:
    """As in a process of its own: others may declare cookies of the same names."""
    # By name, since plain Flask's journeys are played where Kolba is not imported.
    return mock.patch.dict("kolba.cookies.declared._register", clear=True)


def task_1(browser: Browser) -> None:
    for path in (
        "/",
        "/?lang=ru",
        "/trap",
        "/hello/Anna%20%26%20Co",
        "/hello/%D0%90%D0%BD%D0%BD%D0%B0",
    ):
        browser.get(path, headers=RUSSIAN)
    for path in (
        "/archive/2024/?page=2",
        "/archive/2024/?page=x",
        "/archive/2024",
        "/archive/abc/",
    ):
        browser.get(path, headers=ENGLISH)
    browser.get("/static/lesson.css")
    browser.get("/static/lesson.css", headers={"Range": "bytes=0-9"})
    browser.get("/static/missing.css")
    browser.get("/static/..%2ftask_1.py")


def task_2(browser: Browser) -> None:
    for path in ("/", "/?name=%3Cb%3E%22you%22", "/?name=%F0%9F%91%8B&lang=ru"):
        browser.get(path)
    browser.get("/hello/%3Cscript%3Ealert(1)%3C/script%3E", headers=RUSSIAN)
    browser.get("/bold/%3Cscript%3Ealert(1)%3C/script%3E?lang=ru")


def task_3(browser: Browser) -> None:
    browser.get("/write")
    browser.post("/write?lang=ru", data={"note": " Чай & <кофе> "})
    browser.post("/write", data={"note": "tea"})
    browser.post("/write", data={})
    browser.get("/?lang=ru&q=%D1%87%D0%B0%D0%B9")
    browser.get("/?q=nothing", headers=RUSSIAN)
    browser.post("/", data={"note": "lost"}, headers=RUSSIAN)
    browser.open("/", method="HEAD")
    browser.open("/write", method="OPTIONS")


def task_4(browser: Browser) -> None:
    browser.post("/?lang=en", data={"text": "apples"})
    browser.post("/", data={"text": "<плов>"})
    browser.get("/", headers=RUSSIAN)
    browser.post("/1/remove")
    browser.post("/1/remove")
    browser.get("/1/remove", headers=RUSSIAN)
    browser.open("/", method="PUT")
    browser.open("/", method="DELETE")
    browser.open("/", method="HEAD")
    browser.get("/trap")
    browser.get("/")


def task_5(browser: Browser) -> None:
    browser.post("/", data={})
    whole = {"name": "Анна", "drink": "tea", "guests": "3", "day": ["saturday", "sunday"]}
    browser.post("/?lang=ru", data={**whole, "letters": "on"})
    browser.post("/", data={"name": "<b>", "drink": "petrol", "guests": "many", "day": "never"})
    browser.get("/?lang=ru")
    browser.get("/", headers=ENGLISH)
    browser.post("/strict", data={"name": "Anna"}, headers=RUSSIAN)
    browser.post("/strict", data={"letters": "on"})


def task_6(browser: Browser) -> None:
    whole = {"name": "Анна", "email": "anna@example.org", "age": "33", "password": "long enough"}
    browser.get("/", headers=RUSSIAN)
    browser.post("/", data=whole)
    browser.get("/welcome/1?lang=ru")
    browser.post("/?lang=ru", data={**whole, "email": '"><b>', "age": "²"})
    browser.post("/", data={**whole, "name": " ", "password": "short"})
    browser.post("/", data={"name": "Anna"})
    browser.get("/welcome/x")


def task_7(browser: Browser) -> None:
    browser.post("/", data={"message": "hello"})
    browser.get("/thanks/1", headers=RUSSIAN)
    browser.post("/careless", data={"message": "hello"})
    browser.get("/account?tab=2", headers=RUSSIAN)
    browser.get("/login?next=/account?tab%3D2&lang=ru")
    browser.post("/login", data={"user": "anna", "password": "wrong", "next": "/account"})
    browser.post("/login", data={**LOGIN, "next": "/account?tab=2"})
    browser.get("/account?tab=2")
    browser.post("/login", data={**LOGIN, "next": "//evil.example"})
    browser.post("/logout")
    browser.get("/account")
    browser.get("/targets?lang=ru")


def task_8(browser: Browser) -> None:
    for coins in ("5", "70", "700", "none"):
        browser.post("/?lang=ru", data={"coins": coins})
    browser.post("/plain")
    browser.get("/?lang=ru")
    browser.get("/?lang=ru")
    browser.get("/big")


def task_9(browser: Browser) -> None:
    browser.get("/", headers=RUSSIAN)
    browser.post("/", data={"lang": "ru", "theme": "dark"})
    browser.get("/", headers=ENGLISH)
    browser.post("/", data={"lang": "klingon"})
    browser.set_cookie("theme", "<script>")
    browser.get("/")
    browser.post("/forget")
    browser.get("/")


def task_10(browser: Browser) -> None:
    browser.get("/", headers=RUSSIAN)
    browser.post("/order?lang=ru", data={"goods": "Яблоки", "phone": "12"})
    browser.get("/?lang=ru")
    for way in ("/wrong", "/right") * 2:
        browser.post(way)
    browser.post("/login", data={"user": "anna"})
    browser.post("/login", data=LOGIN)
    browser.get("/")
    browser.post("/order", data={"goods": "Apples", "phone": "12", "address": "<Home>"})
    browser.get("/sent")
    browser.get("/")
    browser.set_cookie("session", "eyJ1c2VyIjoicm9vdCJ9.forged.signature")
    browser.get("/")
    browser.post("/login", data=LOGIN)
    browser.post("/logout")
    browser.get("/")


JOURNEYS: dict[str, Callable[[Browser], None]] = {step: globals()[step] for step in STEPS}
