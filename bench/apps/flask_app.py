"""The jobs as a Flask app. The engine runs this very module: only `kolba.install()` differs.

A variant is the same app with what real apps add: hooks, receivers, other kinds of answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from flask import (
    Flask,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    request_finished,
    request_started,
    session,
    url_for,
)
from markupsafe import escape

from bench.apps import OTHER_ROUTES, PASSWORD, ROWS


def add_pages(app: Flask) -> None:
    """The pages of the journey, which stand first."""

    @app.get("/")
    def hello() -> str:
        return "Hello"

    @app.get("/login")
    def login_form() -> str:
        return render_template("login.html")

    @app.post("/login")
    def login() -> Any:
        user = request.form["user"]
        if request.form["password"] != PASSWORD:
            abort(403)
        session["user"] = user
        flash(f"Welcome {user}", "success")
        return redirect(url_for("page"))

    @app.get("/page")
    def page() -> Any:
        user = session.get("user")
        if user is None:
            return redirect(url_for("login_form"))
        return render_template("page.html", user=user, rows=ROWS)

    @app.post("/prefs")
    def prefs() -> Any:
        response = redirect(url_for("page"))
        response.set_cookie("theme", request.form["theme"], max_age=365 * 24 * 3600)
        return response

    @app.post("/logout")
    def logout() -> Any:
        session.clear()
        return redirect(url_for("hello"))


def add_other_routes(app: Flask) -> None:
    """A hundred dynamic routes to look past."""
    for i in range(OTHER_ROUTES):

        def other(x: str, i: int = i) -> str:
            return f"{i} {escape(x)}"

        app.add_url_rule(f"/r{i}/<x>/b{i}", f"other{i}", other)


def add_item(app: Flask) -> None:
    """The last route."""

    @app.get("/item/<int:n>")
    def item(n: int) -> str:
        return f"<p>Item {n}: {escape(request.args.get('q', ''))}</p>"


def add_hooks(app: Flask) -> None:
    """What Flask-Login and Flask-SQLAlchemy register, with next to nothing inside."""

    @app.before_request
    def before() -> None:
        g.user = None

    @app.after_request
    def after(response: Response) -> Response:
        return response

    @app.teardown_appcontext
    def teardown(error: BaseException | None) -> None:
        g.pop("user", None)

    @app.context_processor
    def names() -> dict[str, str]:
        return {"site": "bench"}


def add_environ_hook(app: Flask) -> None:
    """The hooks, and one that reads the environ."""
    add_hooks(app)

    @app.before_request
    def agent() -> None:
        g.agent = request.environ.get("HTTP_USER_AGENT")


def add_receivers(app: Flask) -> None:
    """What a monitoring agent connects."""

    def seen(sender: Flask, **extra: Any) -> None:
        pass

    request_started.connect(seen, app, weak=False)
    request_finished.connect(seen, app, weak=False)


def add_answers(app: Flask) -> None:
    """Other kinds of answers than text and redirects."""

    @app.get("/json")
    def json_out() -> dict[str, int]:
        return {"a": 1}

    @app.post("/json")
    def json_in_out() -> dict[str, Any]:
        return {"got": request.get_json()}

    @app.get("/tuple")
    def with_headers() -> Any:
        return "made", 201, {"X-Made": "yes"}

    @app.get("/generator")
    def generator() -> Any:
        def pieces() -> Iterator[str]:
            yield "one "
            yield "two"

        return pieces()

    @app.get("/headers")
    def headers() -> str:
        return request.headers.get("X-Word", "none")

    @app.get("/forbidden")
    def forbidden() -> str:
        abort(403)

    @app.get("/folder/")
    def folder() -> str:
        return "folder"

    @app.errorhandler(403)
    def refused(error: Exception) -> tuple[str, int]:
        return "no entry", 403


def add_state(app: Flask) -> None:
    """Pages that leave the session alone, read it, change it."""

    @app.route("/text", methods=["GET", "POST"])
    def text() -> str:
        return "text"

    @app.post("/leave")
    def leave() -> Any:
        response = redirect("/text")
        response.set_cookie("seen", "yes", max_age=3600)
        return response

    @app.get("/read")
    def read() -> str:
        return str(session["user"])

    @app.get("/write")
    def write() -> str:
        session["last"] = perf_counter()
        return "kept"


class OwnResponse(Response):
    """A subclass that changes nothing, as many apps have."""


def add_response_class(app: Flask) -> None:
    """An app with a response class of its own."""
    app.response_class = OwnResponse


VARIANTS: dict[str, Callable[[Flask], None]] = {
    "plain": lambda app: None,
    "hooks": add_hooks,
    "environ": add_environ_hook,
    "signals": add_receivers,
    "answers": add_answers,
    "response": add_response_class,
    "state": add_state,
}


def create_app(variant: str = "plain", cls: type[Flask] = Flask) -> Flask:
    """Build the app, of a class, with what the variant adds."""
    app = cls(__name__, template_folder="templates/flask")
    app.secret_key = "a key for measuring, of enough length"
    add_pages(app)
    add_other_routes(app)
    add_item(app)
    VARIANTS[variant](app)
    return app
