"""Mistakes in routes: each is found with its places, before the first request, all at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView, View
from werkzeug.routing import BaseConverter, Rule

import kolba
from kolba import Kolba, startup
from kolba.safety import Refusal, refused
from kolba.urls.examination import examine
from kolba.urls.problems import RoutingErrors, StaticEndpoint

Setup = Callable[[Flask], Any]


def nothing(**values: Any) -> str:
    return ""


def view(name: str, *parameters: str) -> Callable[..., str]:
    """A function of that name, with those parameters."""
    namespace: dict[str, Any] = {}
    exec(f"def {name}({', '.join(parameters)}): return '{name}'", namespace)
    return namespace[name]  # type: ignore[no-any-return]


def route(app: Flask, rule: str, name: str, **options: Any) -> None:
    app.add_url_rule(rule, name, lambda **values: "", **options)


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Item(MethodView):
    def get(self, number: int) -> str:
        return ""

    def post(self) -> str:
        return ""


class Page(View):
    def dispatch_request(self, name: str) -> str:
        return name


class OtherNames(MethodView):
    def get(this, number: int) -> str:
        return ""

    @staticmethod
    def post(number: int) -> str:
        return ""

    @classmethod
    def put(cls, number: int) -> str:
        return ""

    @decorated
    def delete(_, number: int) -> str:
        return ""


class Short(BaseConverter):
    regex = "[a-z]{2}"


def custom_converters(app: Flask) -> None:
    app.url_map.converters["short"] = Short
    route(app, "/<short:x>", "a")
    route(app, "/<y>", "b")


def twice(app: Flask) -> None:
    route(app, "/<a>", "one")
    route(app, "/<string:b>", "two")


def blueprint_twice(app: Flask) -> None:
    for name in ("one", "two"):
        blueprint = Blueprint(name, __name__)
        blueprint.add_url_rule("/", "page", view(name))
        app.register_blueprint(blueprint)


def class_lacks(app: Flask) -> None:
    app.add_url_rule("/<int:number>", view_func=Item.as_view("item"))


def preprocessed(app: Flask) -> None:
    app.url_value_preprocessor(lambda endpoint, values: values.pop("lang") if values else None)
    app.add_url_rule("/<lang>/", "home", view("home"))


def languages(app: Flask) -> None:
    app.add_url_rule("/", "home", view("home", "lang"), defaults={"lang": "en"})
    app.add_url_rule("/<lang>/", "home")


def second_name(app: Flask) -> None:
    blueprint = Blueprint("blog", __name__)
    blueprint.add_url_rule("/", "index", nothing)
    app.register_blueprint(blueprint)
    app.add_url_rule("/", endpoint="index")


def name_without_a_view(app: Flask) -> None:
    app.add_url_rule("/", endpoint="index")
    app.add_url_rule("/", "home", nothing)


MISTAKES: dict[str, tuple[Setup, list[str]]] = {
    "one URL, two views": (twice, ["duplicate-route"]),
    "one URL, two blueprints": (blueprint_twice, ["duplicate-route"]),
    "one URL, one method in common": (
        lambda app: (
            route(app, "/", "a", methods=["GET", "POST"]),
            route(app, "/", "b", methods=["POST"]),
        ),
        ["duplicate-route"],
    ),
    "text before a choice": (
        lambda app: (route(app, "/<a>", "one"), route(app, "/<any(x, y):b>", "two")),
        ["unreachable-route"],
    ),
    "text before a longer text": (
        lambda app: (route(app, "/<a>/x", "one"), route(app, "/<string(minlength=3):b>/x", "two")),
        ["unreachable-route"],
    ),
    "no view": (lambda app: app.url_map.add(Rule("/x", endpoint="x")), ["route-without-view"]),
    "a name first": (name_without_a_view, ["route-without-view", "duplicate-route"]),
    "an argument too many": (
        lambda app: app.add_url_rule("/<x>", "a", view("a")),
        ["route-parameters"],
    ),
    "an argument too few": (
        lambda app: app.add_url_rule("/", "a", view("a", "x")),
        ["route-parameters"],
    ),
    "a misspelt argument": (
        lambda app: app.add_url_rule("/<name>", "a", view("a", "nmae")),
        ["route-parameters", "route-parameters"],
    ),
    "methods of a class with names of its own": (
        lambda app: app.add_url_rule("/", view_func=OtherNames.as_view("other")),
        ["route-parameters"] * 4,
    ),
    "one method of a class": (class_lacks, ["route-parameters"]),
    "a class": (
        lambda app: app.add_url_rule("/<x>", view_func=Page.as_view("page")),
        ["route-parameters", "route-parameters"],
    ),
}

FINE: dict[str, Setup] = {
    "one URL, two methods": lambda app: (
        route(app, "/", "a", methods=["GET"]),
        route(app, "/", "b", methods=["POST"]),
    ),
    "the same route said twice": lambda app: [app.add_url_rule("/", "a", nothing) for _ in "12"],
    "a number before text": lambda app: (route(app, "/<int:n>", "a"), route(app, "/<x>", "b")),
    "text before a number": lambda app: (route(app, "/<x>", "b"), route(app, "/<int:n>", "a")),
    "a path before text": lambda app: (route(app, "/<path:p>", "a"), route(app, "/<x>", "b")),
    "a choice before text": lambda app: (
        route(app, "/<any(x, y):b>", "two"),
        route(app, "/<a>", "one"),
    ),
    "short text before long text": lambda app: (
        route(app, "/<string(maxlength=3):a>", "a"),
        route(app, "/<string(minlength=4):b>", "b"),
    ),
    "a slash of difference": lambda app: (route(app, "/a", "a"), route(app, "/a/", "b")),
    "a converter of one's own": custom_converters,
    "a rule that only builds": lambda app: (
        route(app, "/x", "a"),
        route(app, "/x", "b", build_only=True),
    ),
    "a rule that leads elsewhere": lambda app: app.url_map.add(
        Rule("/x", endpoint="x", redirect_to="/y")
    ),
    "an argument with a default": lambda app: app.add_url_rule("/", "a", view("a", "x=1")),
    "any arguments": lambda app: app.add_url_rule("/<x>", "a", view("a", "**kw")),
    "arguments that a preprocessor takes": preprocessed,
    "defaults of the route": languages,
    "a class that takes them": lambda app: app.add_url_rule(
        "/<name>", view_func=Page.as_view("page")
    ),
    "a class with names of its own": lambda app: app.add_url_rule(
        "/<int:number>", view_func=OtherNames.as_view("other")
    ),
    "a second name for a URL": second_name,
    "a built-in function": lambda app: app.add_url_rule("/", "a", dict),
}


@pytest.mark.parametrize(("setup", "codes"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found(make_app: Any, setup: Setup, codes: list[str]) -> None:
    """Each mistake has its code, and stops the app at its first request with an error."""
    app = make_app()
    setup(app)
    assert [problem.code for problem in examine(app).problems] == codes
    with pytest.raises(RoutingErrors):
        app.test_client().get("/")


@pytest.mark.parametrize("setup", FINE.values(), ids=FINE)
def test_what_works_is_no_mistake(make_app: Any, setup: Setup) -> None:
    """Routes that look alike and work are passed over."""
    app = make_app()
    setup(app)
    assert examine(app).problems == ()
    app.test_client().get("/")


def test_flask_says_nothing_of_two_views_on_one_url() -> None:
    """Flask answers with the first view, whatever else is registered there."""
    app = Flask(__name__)
    app.add_url_rule("/", "a", view("a"))
    app.add_url_rule("/", "b", view("b"))
    assert app.test_client().get("/").text == "a"


def test_all_mistakes_are_raised_once_with_their_places(make_app: Any) -> None:
    """One error names the file and line of each part of each mistake, and how to go on."""
    app = make_app()

    @app.get("/item/<int:n>")
    def item(n: int) -> str:
        return ""

    @app.get("/item/<int:m>")
    def thing(m: int) -> str:
        return ""

    @app.get("/late")
    def late(when: str) -> str:
        return ""

    with pytest.raises(RoutingErrors) as caught:
        app.test_client().get("/")
    text = str(caught.value)
    assert len(caught.value.problems) == 2
    for function in (item, thing, late):
        assert f"{function.__code__.co_filename.rpartition('/')[2]}:" in text
        assert f":{function.__code__.co_firstlineno})" in text
    assert 'KOLBA_ROUTES = "report"' in text


def test_they_are_raised_again_for_each_request(make_app: Any) -> None:
    """An app with mistakes in its routes never answers."""
    app = make_app()
    twice(app)
    for _ in range(2):
        with pytest.raises(RoutingErrors):
            app.test_client().get("/static/x")


def test_report_answers_and_tells(make_app: Any, caplog: pytest.LogCaptureFixture) -> None:
    """In `report` the app answers as Flask does; each mistake is logged and sent once."""
    app = make_app(safety="report")
    twice(app)
    heard: list[Refusal] = []
    with refused.connected_to(lambda app, refusal: heard.append(refusal), app):
        assert [app.test_client().get("/x").status_code for _ in range(2)] == [200, 200]
    assert [(refusal.guard, refusal.mode) for refusal in heard] == [("routes", "report")]
    assert [r.getMessage()[:15] for r in caplog.records] == ["duplicate-route"]


def test_off_does_not_look(make_app: Any, caplog: pytest.LogCaptureFixture) -> None:
    """With `KOLBA_ROUTES = "off"` nothing is said."""
    app = make_app()
    app.config["KOLBA_ROUTES"] = "off"
    twice(app)
    assert app.test_client().get("/x").status_code == 200
    assert caplog.records == []


def test_what_a_decorator_may_mend_is_only_reported(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A decorator may add arguments: the app starts, and the log names the route."""
    app = make_app()
    app.add_url_rule("/<x>", "a", decorated(view("a", "user", "x")))
    app.test_client().get("/")
    assert ["'user'" in r.getMessage() for r in caplog.records] == [True]


def giving_more(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, user="anna", **kwargs)

    return wrapper


def giving_first(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if request.args:
            return function("anna", *args, **kwargs)
        return function(*args, **kwargs)

    return wrapper


def taking_away(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("x")
        return function(*args, **kwargs)

    return wrapper


def renaming(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(x: str, *args: Any, **kwargs: Any) -> Any:
        return function(*args, user=x, **kwargs)

    return wrapper


@pytest.mark.parametrize("decorate", [giving_more, giving_first, taking_away, renaming])
@pytest.mark.parametrize("outermost", [decorated, lambda function: function])
def test_a_decorator_that_changes_arguments_is_believed(
    make_app: Any, caplog: pytest.LogCaptureFixture, decorate: Any, outermost: Any
) -> None:
    """A view's arguments that a decorator gives, takes or renames are no mistake."""
    app = make_app()
    app.add_url_rule("/<x>", "a", outermost(decorate(view("a", "user"))))
    app.test_client().get("/")
    assert caplog.records == []


class Decorated(MethodView):
    decorators = (decorated,)

    def get(self, user: str) -> str:
        return user


class Given(MethodView):
    decorators = (giving_more,)

    def get(self, x: str, user: str) -> str:
        return x + user

    @giving_more
    def post(self, x: str, user: str) -> str:
        return x + user


def test_decorators_of_classes_are_read_too(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a class, too: what hands on is looked through, what gives more is believed."""
    app = make_app()
    app.add_url_rule("/a/<x>", view_func=Decorated.as_view("a"))
    app.add_url_rule("/b/<x>", view_func=Given.as_view("b"))
    app.test_client().get("/")
    assert ["'a'" in r.getMessage() for r in caplog.records] == [True, True]


def test_static_folders_at_one_url_are_only_reported(
    make_app: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A blueprint's static files behind the app's: the app answers, and the log names both."""
    (tmp_path / "a.txt").write_text("a", "utf-8")
    app = make_app(static_folder=str(tmp_path))
    app.register_blueprint(Blueprint("shop", __name__, static_folder=str(tmp_path)))
    assert app.test_client().get(f"/{tmp_path.name}/a.txt").text == "a"
    [told] = [record.getMessage() for record in caplog.records]
    assert "'static' (Flask's own static files) and by 'shop.static' (Flask's own" in told


def two_names(app: Flask, *, guarded: bool = False, **second: Any) -> None:
    for name, options in (("dataset", {}), ("resource", second)):
        blueprint = Blueprint(name, __name__)
        blueprint.add_url_rule("/<id>", "read", nothing, **options)
        if guarded and name == "resource":
            blueprint.before_request(lambda: None)
        app.register_blueprint(blueprint)


def test_one_view_with_two_names_is_only_told(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Each visitor gets what that view answers, by either name (CKAN's resources)."""
    app = make_app()
    two_names(app)
    assert app.test_client().get("/x").status_code == 200
    assert ["duplicate-route" in r.getMessage() for r in caplog.records] == [True]


@pytest.mark.parametrize("second", [{"guarded": True}, {"defaults": {"page": 1}}])
def test_one_view_that_would_be_called_otherwise_is_a_mistake(
    make_app: Any, second: dict[str, Any]
) -> None:
    """A hook, as one that asks who is there, or an argument would be lost."""
    app = make_app()
    two_names(app, **second)
    with pytest.raises(RoutingErrors, match="duplicate-route"):
        app.test_client().get("/x")


def test_what_a_package_does_is_only_reported(
    make_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Two views of one installed package on one URL: the developer cannot mend it."""
    namespace: dict[str, Any] = {}
    source = "def root(): return 'root'\ndef doc(): return 'doc'"
    exec(compile(source, "/usr/lib/python3/site-packages/package.py", "exec"), namespace)
    app = make_app()
    app.add_url_rule("/", "root", namespace["root"])
    app.add_url_rule("/", "doc", namespace["doc"])
    assert app.test_client().get("/").text == "root"
    assert ["duplicate-route" in r.getMessage() for r in caplog.records] == [True]
    mixed = make_app()
    mixed.add_url_rule("/", "root", namespace["root"])
    mixed.add_url_rule("/", "home", view("home"))
    with pytest.raises(RoutingErrors):
        mixed.test_client().get("/")


def test_a_parameter_of_kolba_does_not_come_from_the_url(make_app: Any) -> None:
    """A view may ask for what Kolba fills in by its type."""
    app = make_app()

    def page(form: kolba.Kolba) -> str:
        return ""

    app.add_url_rule("/", "page", page)
    assert examine(app).problems == ()


def test_a_view_named_static_is_refused_where_it_is_written() -> None:
    """With a static folder the decorator raises, naming the view, what breaks and what to write."""
    app = Kolba(__name__)
    with pytest.raises(StaticEndpoint) as caught:
        app.get("/files")(view("static"))
    assert "the view 'static'" in str(caught.value)
    assert "url_for('static', filename=...)" in str(caught.value)
    assert 'endpoint="assets"' in str(caught.value)


def test_a_view_named_static_is_refused_without_a_folder(make_app: Any) -> None:
    """Without a static folder Flask lets it pass; Kolba finds it."""
    app = make_app(static_folder=None)
    app.add_url_rule("/files", view_func=view("static"))
    assert [problem.code for problem in examine(app).problems] == ["static-endpoint"]
    plain = Flask(__name__, static_folder=None)
    plain.add_url_rule("/files", view_func=view("static"))
    with plain.test_request_context():
        assert plain.url_for("static", filename="site.css") == "/files?filename=site.css"


def test_a_blueprints_static_view_is_refused_too(make_app: Any) -> None:
    """A blueprint with a static folder keeps its endpoint."""
    app = make_app()
    blueprint = Blueprint("shop", __name__, static_folder="static")
    blueprint.add_url_rule("/files", view_func=view("static"))
    with pytest.raises(StaticEndpoint):
        app.register_blueprint(blueprint)


def test_starting_twice_examines_once(make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done before the first request, and not again."""
    app = make_app()
    startup.start(app)
    twice(app)
    assert app.test_client().get("/x").status_code == 200


def test_a_plain_flask_app_is_never_touched() -> None:
    """An unmodified app with every mistake answers as Flask made it."""
    app = Flask(__name__)
    twice(app)
    assert app.test_client().get("/x").status_code == 200
