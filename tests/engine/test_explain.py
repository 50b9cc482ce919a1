"""`explain` tells of each route how it would run, from the plan alone."""

from __future__ import annotations

import logging
from collections import UserDict

import pytest
from flask import Blueprint, Config, Flask, Response
from flask.json.provider import DefaultJSONProvider

from kolba import engine
from kolba.engine.report import AppReport, RouteReport

engine.install()


class Shop(Flask):
    """An app with its own idea of one piece of a request."""

    def make_response(self, rv):
        return super().make_response(rv)


class Gateway(Flask):
    """An app that runs its requests itself."""

    def full_dispatch_request(self):
        return super().full_dispatch_request()


def route(report: AppReport, endpoint: str) -> RouteReport:
    return next(route for route in report.routes if route.endpoint == endpoint)


def test_every_route_is_told_in_the_maps_order() -> None:
    """Each rule appears with its methods, path, view and what it is bound to."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/b/<int:n>", "b", str, methods=["POST"])
    app.add_url_rule("/a", "a", subdomain="api")
    first, second = engine.explain(app).routes
    assert (first.path, first.methods, first.view) == ("/b/<int:n>", ("OPTIONS", "POST"), str)
    assert (second.endpoint, second.host_or_subdomain, second.view) == ("a", "api", None)
    assert {r.how for r in (first, second)} == {"compiled"}


def test_hooks_are_told_in_the_order_in_which_they_run() -> None:
    """The order told for a nested blueprint is the order noted by a real request."""
    ran: list[str] = []

    def hook(name: str, result: bool = False):
        def function(*args: object) -> object:
            ran.append(name)
            return args[0] if result else None

        function.__name__ = name
        return function

    app = Flask(__name__)
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.add_url_rule("/", "index", lambda: "")
    for place, of in ((app, "app"), (outer, "outer"), (inner, "inner")):
        for n in "12":
            place.url_value_preprocessor(hook(f"{of} values {n}"))
            place.before_request(hook(f"{of} before {n}"))
            place.after_request(hook(f"{of} after {n}", result=True))
            place.teardown_request(hook(f"{of} teardown {n}"))
    app.teardown_appcontext(hook("app context"))
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    told = route(engine.explain(app), "outer.inner.index")
    app.test_client().get("/")
    assert [f.__name__ for f in (*told.before, *told.after, *told.teardown)] == ran


def test_a_piece_of_the_apps_own_is_told_and_costs_no_route() -> None:
    """An overridden method is a reason of the app's; the routes stay compiled."""
    report = engine.explain(Shop(__name__))
    assert report.app_reasons == ("make response: make_response is the app's own",)
    assert {r.how for r in report.routes} == {"compiled"}


def test_a_session_left_to_flask_is_told_with_what_differs() -> None:
    """Flask's own sessions are named as left together with the JSON provider that is the cause."""
    app = Flask(__name__)
    provider = type("Loud", (DefaultJSONProvider,), {"dumps": lambda s, o, **k: "{}"})
    app.json = provider(app)
    (reason,) = engine.explain(app).app_reasons
    assert reason.startswith("session: flask.sessions.SecureCookieSessionInterface with ")
    assert reason.endswith("a JSON provider that has its own dumps or loads")


def test_what_flask_runs_is_told_as_fallback() -> None:
    """An app that dispatches by itself has only fallback routes, each with the reason."""
    report = engine.explain(Gateway(__name__))
    assert {(r.how, r.reasons) for r in report.routes} == {
        ("fallback", ("dispatch: full_dispatch_request is the app's own",))
    }


def test_an_odd_config_is_told() -> None:
    """A config whose changes nobody could see makes the whole app Flask's."""
    app = Flask(__name__)
    app.config = UserDict(app.config)  # type: ignore[assignment]
    (reason,) = engine.explain(app).app_reasons
    assert (
        reason == "whole application: app.config is not a flask.Config: its changes cannot be seen"
    )


def test_values_that_an_app_computes_are_told() -> None:
    """A config that reads in its own way, and a key of the class, are named where they matter."""
    own = type("Own", (Config,), {"__getitem__": lambda self, key: dict.__getitem__(self, key)})
    app = type("Shop", (Flask,), {"config_class": own})(__name__)
    reads = "reads in its own way"
    assert [reason.partition(": ")[0] for reason in engine.explain(app).app_reasons] == [
        "matching",
        "app context",
        "session",
    ]
    assert all(reason.endswith(reads) for reason in engine.explain(app).app_reasons)
    keyed = type("Shop", (Flask,), {"secret_key": property(lambda self: "k")})(__name__)
    (reason,) = engine.explain(keyed).app_reasons
    assert reason.startswith("session: ") and "secret_key" in reason


def test_each_request_is_counted_once() -> None:
    """`stats` counts compiled, Werkzeug-matched and fallback requests, and pieces by name."""

    def counted(app: Flask) -> dict[str, int]:
        before = engine.stats()
        assert app.test_client().get("/static/none").status_code == 404
        after = engine.stats()
        new = {k: after[k] - before[k] for k in ("compiled", "werkzeug", "fallback")}
        new |= {f"piece {k}": n for k, n in (after["pieces"] - before["pieces"]).items()}
        return {k: n for k, n in new.items() if n}

    odd = Flask(__name__)
    odd.url_map._matcher.match = odd.url_map._matcher.match  # type: ignore[method-assign]
    odd.url_map.default_subdomain = ""  # tells the engine that the map has changed
    assert counted(Flask(__name__)) == {"compiled": 1}
    assert counted(Shop(__name__)) == {
        "compiled": 1,
        "piece make response: make_response is the app's own": 1,
    }
    assert counted(Gateway(__name__)) == {
        "fallback": 1,
        "piece dispatch: full_dispatch_request is the app's own": 1,
    }
    assert counted(odd) == {
        "werkzeug": 1,
        "piece matching: StateMachineMatcher.match is replaced on the instance": 1,
    }


def test_a_fallback_is_logged_once_for_each_plan(caplog: pytest.LogCaptureFixture) -> None:
    """A debug line says what is left to Flask; the same again says nothing."""
    caplog.set_level(logging.DEBUG, "kolba.engine")
    app = Shop(__name__)
    app.response_class = type("Own", (Response,), {"default_status": 201})
    app.test_client().get("/")
    app.config["ANYTHING"] = 1
    app.test_client().get("/")
    assert [record.getMessage() for record in caplog.records] == [
        (
            f"{__name__}: left to Flask's own code: answer: the response class {__name__}.Own has "
            "default_status of its own"
        ),
        f"{__name__}: left to Flask's own code: make response: make_response is the app's own",
    ]
