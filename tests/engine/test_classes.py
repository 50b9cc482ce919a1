"""A class that changes is seen by the next request, and one that does not costs no new plan."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response
from flask.ctx import AppContext, RequestContext
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Request
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, MapAdapter

from kolba import engine
from kolba.engine import classes, genuine
from kolba.engine.frame import PLAN

engine.install()


def index() -> str:
    return "index"


def plan_of(app: Flask) -> Any:
    """The plan after one more request."""
    assert app.test_client().get("/").status_code == 200
    return app.__dict__[PLAN]


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__)
    app.secret_key = "a key of thirty-two characters!!"
    app.add_url_rule("/", "index", index)
    yield app


def test_this_python_numbers_its_classes() -> None:
    """On the CPython that the project is tested with, the one comparison is in use."""
    assert classes.OFFSET is not None


def test_a_look_differs_after_any_change() -> None:
    """Of the class or a base: an attribute added, replaced, taken away; not of another class."""

    class Base:
        here = 1

    class Derived(Base):
        pass

    class Other:
        pass

    look = classes.look_at([Derived], lambda: pytest.fail("not needed here"))

    def changed(change: Any) -> bool:
        classes.settle([Derived])
        before = look()
        change()
        return before != look()

    assert changed(lambda: setattr(Derived, "new", 1))
    assert changed(lambda: setattr(Base, "here", 2))
    assert changed(lambda: delattr(Base, "here"))
    assert not changed(lambda: setattr(Other, "here", 2))
    assert not changed(lambda: Derived().__dict__.update(here=3))


def test_a_class_without_a_number_says_nothing() -> None:
    """Right after a change, until it is looked into, a class must not count as unchanged."""

    class Fresh:
        pass

    look = classes.look_at([Fresh], tuple)
    Fresh.value = 1  # type: ignore[attr-defined]
    assert not classes.is_settled(look())
    classes.settle([Fresh])
    assert classes.is_settled(look())


def test_an_heir_differs_when_any_of_its_bases_does() -> None:
    """One number tells for all of the classes, and for what they inherit from; or there is none."""

    class Base:
        here = 1

    class Left(Base):
        pass

    class Right(dict[str, int]):
        pass

    heir = classes.heir_of([Left, Right])
    assert heir is not None
    look = classes.look_at([heir], lambda: pytest.fail("not needed here"))
    for changed in (Base, Left, Right):
        classes.settle([heir])
        before = look()
        assert classes.is_settled(before)
        changed.new = changed  # type: ignore[attr-defined]
        assert look() != before
    assert classes.heir_of([Base, Left]) is None


def test_requests_change_no_class(app: Flask) -> None:
    """A hundred requests run by one plan: nothing in a request looks like a change."""
    plan = plan_of(app)
    assert len(plan.looked_at) == 1
    assert {id(plan_of(app)) for _ in range(100)} == {id(plan)}


def test_a_change_that_no_plan_is_made_of_makes_no_new_plan(app: Flask) -> None:
    """An attribute of somebody else's on Flask's class is looked at once, and that is all."""
    plan = plan_of(app)
    Flask.somebody_elses = 1  # type: ignore[attr-defined]
    try:
        assert plan_of(app) is plan
        assert plan.seen == plan.look()
    finally:
        del Flask.somebody_elses  # type: ignore[attr-defined]


PATCHED = [
    (Flask, "dispatch_request"),
    (Flask, "make_response"),
    (RequestContext, "push"),
    (AppContext, "pop"),
    (Request, "__init__"),
    (Response, "__call__"),
    (SecureCookieSessionInterface, "open_session"),
    (MapAdapter, "match"),
    (Map, "bind_to_environ"),
]


@pytest.mark.parametrize("numbered", [True, False], ids=["by number", "by attribute"])
@pytest.mark.parametrize(("cls", "name"), PATCHED, ids=str)
def test_a_patch_after_requests_is_called(
    app: Flask, cls: type, name: str, numbered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With CPython's numbers or without, the next request calls what was put on a class."""
    if not numbered:
        monkeypatch.setattr(classes, "OFFSET", None)
    plan_of(app)
    calls: list[str] = []
    plain = getattr(cls, name)

    def patched(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return plain(*args, **kwargs)

    monkeypatch.setattr(cls, name, patched)
    plan_of(app)
    assert calls
    monkeypatch.undo()
    calls.clear()
    plan_of(app)
    assert calls == []


def test_what_was_replaced_before_the_engine_came_is_told() -> None:
    """A function from another file than Flask's, plain or in a wrapper object, is not genuine."""

    class Wrapper:
        def __call__(self) -> None:
            """Not a function."""

    assert not genuine._is_as_written(index)
    assert not genuine._is_as_written(Wrapper())
    assert genuine._is_as_written(Headers.add)
    assert [cls.__name__ for cls in genuine.CLASSES if genuine.changed_name(cls)] == []


def left_pieces(app: Flask) -> set[str]:
    """What Flask's own code does in a request of `app`."""
    before = engine.stats()["pieces"]
    plan_of(app)
    return set(engine.stats()["pieces"] - before)


def test_what_copying_leaves_on_a_class_is_no_change_of_it(app: Flask) -> None:
    """After answers and requests were copied, as caches do, an app is compiled as before."""
    kept = [copy.copy(Response("kept")), copy.copy(Request({}))]
    assert all("__slotnames__" in vars(type(one)) for one in kept)
    assert left_pieces(app) == set()


@pytest.mark.parametrize("cls", [Response, Request, Headers, Map])
def test_a_name_that_is_nobodys_is_no_change_of_a_class(
    app: Flask, cls: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application may put helpers of its own on Flask's classes; its answers stay compiled."""
    monkeypatch.setattr(cls, "as_the_shop_likes_it", lambda self: "so", raising=False)
    assert left_pieces(app) == set()


def test_a_new_special_method_is_a_change_of_a_class(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python itself asks for those, so answers of such a class are left to Flask's code."""
    monkeypatch.setattr(Response, "__len__", lambda self: 1, raising=False)
    assert any("__len__" in piece for piece in left_pieces(app))
