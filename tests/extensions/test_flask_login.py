"""Flask-Login: strangers, logins, remember-me, freshness, session protection, header logins."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, flash, redirect, render_template_string, request, url_for
from flask_login import (
    LoginManager,
    UserMixin,
    confirm_login,
    current_user,
    fresh_login_required,
    login_required,
    login_user,
    logout_user,
    user_logged_in,
    user_logged_out,
    user_unauthorized,
)
from werkzeug import Request, Response

from tests.journey import compare
from tests.journey.player import Visitor

PAGE = """{% for category, message in get_flashed_messages(with_categories=true) -%}
[{{ category }}: {{ message }}]{% endfor %}
{% if current_user.is_authenticated %}{{ current_user.id }}{% else %}nobody{% endif %}"""
NAMES = ("anna", "boris")
SIGNALS: list[str] = []


class User(UserMixin):
    def __init__(self, name: str) -> None:
        self.id = name
        self.active = name != "boris"

    @property
    def is_active(self) -> bool:
        return self.active


def load(name: str) -> User | None:
    return User(name) if name in NAMES else None


def from_header(request: Request) -> User | None:
    return load(request.headers.get("X-Api-User", ""))


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of the tests", REMEMBER_COOKIE_DURATION=timedelta(days=7))
    manager = LoginManager(app)
    manager.login_view = "login"
    manager.login_message_category = "warning"
    manager.refresh_view = "refresh"
    manager.needs_refresh_message = "Подтвердите вход"
    manager.blueprint_login_views = {"admin": "/admin/entry"}
    manager.user_loader(load)
    manager.request_loader(from_header)
    for signal in (user_logged_in, user_logged_out, user_unauthorized):
        signal.connect(record, app)
    add_views(app)
    app.register_blueprint(admin(), url_prefix="/admin")
    return app


def record(sender: Flask, user: User | None = None) -> None:
    SIGNALS.append(f"{request.endpoint}: {user and user.get_id()}")


def add_views(app: Flask) -> None:
    @app.get("/")
    def index() -> str:
        return render_template_string(PAGE)

    @app.route("/login", methods=["GET", "POST"])
    def login() -> str | Response:
        if request.method == "POST":
            user = load(request.form.get("name", ""))
            if user and login_user(user, remember="remember" in request.form):
                flash("in", "success")
                return redirect(request.args.get("next") or url_for("index"))
            flash("no", "error")
        return render_template_string(PAGE)

    @app.post("/refresh")
    def refresh() -> Response:
        confirm_login()
        return redirect(url_for("fresh"))

    @app.get("/account")
    @login_required
    def account() -> str:
        return render_template_string(PAGE)

    @app.get("/fresh")
    @fresh_login_required
    def fresh() -> str:
        return "fresh " + render_template_string(PAGE)

    @app.post("/logout")
    @login_required
    def logout() -> Response:
        logout_user()
        return redirect(url_for("index"))


def admin() -> Blueprint:
    blueprint = Blueprint("admin", __name__)

    @blueprint.before_request
    @login_required
    def guard() -> None: ...

    @blueprint.get("/")
    def home() -> str:
        return current_user.get_id()

    return blueprint


def journey(visitor: Visitor) -> None:
    strangers(visitor)
    logins(visitor)
    remembered(visitor)
    protected(visitor)
    visitor.note("signals", SIGNALS)


def strangers(visitor: Visitor) -> None:
    assert visitor.get("/account?tab=2").status_code == 302
    visitor.get("/login")
    visitor.get("/admin/")
    visitor.post("/login", data={"name": "nobody"})
    visitor.post("/login", data={"name": "boris"})
    assert visitor.get("/account", headers={"X-Api-User": "anna"}).status_code == 200
    visitor.get("/", headers={"X-Api-User": "ghost"})


def logins(visitor: Visitor) -> None:
    assert visitor.post("/login?next=/account", data={"name": "anna"}).location == "/account"
    assert "anna" in visitor.get("/account").text
    assert visitor.get("/fresh").status_code == 200
    assert visitor.get("/admin/").text == "anna"
    visitor.post("/logout")
    assert "nobody" in visitor.get("/").text
    assert visitor.post("/logout").status_code == 302


def remembered(visitor: Visitor) -> None:
    visitor.forget()
    answer = visitor.post("/login", data={"name": "anna", "remember": "on"})
    assert any("remember_token" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    visitor.client.delete_cookie("session")
    assert "anna" in visitor.get("/account").text
    assert visitor.get("/fresh").status_code == 302
    visitor.post("/refresh")
    assert visitor.get("/fresh").status_code == 200
    visitor.post("/logout")
    visitor.get("/")
    visitor.set_cookie("remember_token", "anna|0000")
    assert "nobody" in visitor.get("/").text


def protected(visitor: Visitor) -> None:
    visitor.forget()
    visitor.app.login_manager.session_protection = "strong"
    visitor.post("/login", data={"name": "anna"})
    assert "nobody" in visitor.get("/", headers={"User-Agent": "a thief's"}).text
    visitor.get("/")


def test_flask_login() -> None:
    """A session of logins, remembered and protected, is on the engine what it is on Flask."""
    compare(__name__)
