"""Flask-Login, Flask-WTF, Flask-Principal and Authlib in real use, with all guards enforced.

The lines of configuration that they need are those of docs/moving.md.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import flask_login
import pytest
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify
from flask_principal import (
    AnonymousIdentity,
    Identity,
    Permission,
    Principal,
    RoleNeed,
    identity_changed,
    identity_loaded,
)
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.serving import make_server
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from kolba import (
    Kolba,
    current_identity,
    flash,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)
from kolba.testing import Visitor, flashes, refused_by, session_of
from tests.extensions import test_flask_login as theirs


@pytest.fixture
def login_app(monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app of Flask-Login's own journey, with only its class changed."""
    monkeypatch.setattr(theirs, "Flask", Kolba)
    return theirs.create_app()


def test_flask_login(login_app: Flask) -> None:
    """Strangers, logins, remember-me, freshness and log-out are what they were."""
    tab = Visitor(login_app).tab()
    page = tab.get("/account?tab=2")
    assert tab.url.startswith("http://localhost/login?next=")
    assert "warning" in [category for category, _ in flashes(page)]
    stranger = login_app.test_client().get_cookie("session")
    page = tab.send(tab.url, {"name": "anna", "remember": "on"})
    assert tab.url == "http://localhost/account?tab=2"
    assert "anna" in page.text and ("success", "in") in flashes(page)
    assert stranger is None
    assert tab.get("/fresh").status_code == 200
    assert tab.get("/admin/").text == "anna"
    token = tab.client.get_cookie("remember_token")
    assert token is not None and token.same_site == "Lax" and token.http_only
    tab.client.delete_cookie("session")
    assert "anna" in tab.get("/account").text
    assert tab.get("/fresh", follow=False).status_code == 302
    tab.send("/refresh")
    assert tab.get("/fresh").status_code == 200
    assert tab.foreign("/logout").status_code == 403
    tab.send("/logout")
    assert "nobody" in tab.get("/").text


def test_flask_login_leads_nowhere_else(login_app: Flask) -> None:
    """Its `next` argument, which its view redirects to, cannot lead away from the site."""
    tab = Visitor(login_app).tab()
    page = tab.send("/login?next=https://evil.test/", {"name": "anna"})
    assert page.status_code == 400 and refused_by(page) == "redirect"
    assert tab.get("/account").status_code == 200
    plain = theirs.create_app()
    assert plain.test_client().get("/login?next=//evil.test").status_code == 200


def test_flask_login_rotates_the_id(login_app: Flask) -> None:
    """A session planted before the login is not the person's afterwards (M13)."""
    visitor = Visitor(login_app)
    visitor.tab().get("/account")
    planted = visitor.client.get_cookie("session")
    visitor.tab().send("/login", {"name": "anna"})
    now = visitor.client.get_cookie("session")
    assert planted and now and planted.value != now.value
    thief = login_app.test_client()
    thief.set_cookie("session", planted.value)
    assert "nobody" in thief.get("/").text


class LoginForm(FlaskForm):
    name = StringField(validators=[DataRequired()])
    password = PasswordField()


def wtf_app() -> Kolba:
    app = Kolba(__name__)
    app.config["SECRET_KEY"] = "of the tests"
    CSRFProtect(app)
    app.register_error_handler(CSRFError, lambda error: (f"csrf: {error.description}", 400))

    @app.route("/form", methods=["GET", "POST"])
    def form() -> Any:
        form = LoginForm()
        if form.validate_on_submit():
            flash(f"Hello {form.name.data}")
            return redirect(url_for("form"))
        template = "{{ form.csrf_token }}{{ form.name.errors }}{{ get_flashed_messages() }}"
        return render_template_string(template, form=form)

    return app


def test_flask_wtf() -> None:
    """Its forms validate with their token, with an expired one and without; foreign ones never."""
    tab = Visitor(wtf_app()).tab()
    page = tab.get("/form")
    assert 'name="csrf_token"' in page.text
    token = page.text.split('value="')[1].split('"')[0]
    for sent in (token, "expired", None):
        data = {"name": "Anna"} | ({} if sent is None else {"csrf_token": sent})
        assert flashes(tab.send("/form", data)) == [("message", "Hello Anna")]
    assert "This field is required" in tab.send("/form", {"name": ""}).text
    assert refused_by(tab.foreign("/form", {"name": "Anna", "csrf_token": token})) == "cross_origin"


ADMIN = Permission(RoleNeed("admin"))


def principal_app() -> Kolba:
    app = Kolba(__name__)
    app.config["SECRET_KEY"] = "of the tests"
    app.config["KOLBA_IDENTITY_KEYS"] = ["identity.id"]
    Principal(app)

    @identity_loaded.connect_via(app)
    def loaded(sender: Any, identity: Identity) -> None:
        if identity.id == "anna":
            identity.provides.add(RoleNeed("admin"))

    @app.post("/in/<name>")
    def enter(name: str) -> str:
        identity_changed.send(app, identity=Identity(name))
        return "in"

    @app.post("/out")
    def leave() -> str:
        for key in ("identity.id", "identity.auth_type"):
            session.pop(key, None)
        identity_changed.send(app, identity=AnonymousIdentity())
        return "out"

    @app.get("/admin")
    @ADMIN.require(403)
    def admin() -> str:
        return f"admin {current_identity}"

    return app


def test_flask_principal() -> None:
    """Its identities live in the session, which changes its id with them."""
    tab = Visitor(principal_app()).tab()
    assert tab.get("/admin").status_code == 403
    tab.send("/in/boris")
    assert tab.get("/admin").status_code == 403
    first = tab.client.get_cookie("session")
    tab.send("/in/anna")
    assert tab.get("/admin").text == "admin anna"
    second = tab.client.get_cookie("session")
    assert first and second and first.value != second.value
    assert tab.foreign("/out").status_code == 403
    tab.send("/out")
    assert tab.get("/admin").status_code == 403


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A login provider on a port of its own: gives a token for a code, and the user for a token."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    idp = Flask("provider")

    @idp.post("/token")
    def token() -> Any:
        assert request.form["code"] == "the-code"
        return jsonify(access_token="T", token_type="Bearer")

    @idp.get("/user")
    def user() -> Any:
        assert request.headers["Authorization"] == "Bearer T"
        return jsonify(login="anna")

    server = make_server("127.0.0.1", 0, idp)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def oauth_app(provider: str, **config: Any) -> Kolba:
    app = Kolba(__name__)
    app.config.update(SECRET_KEY="of the tests", **config)
    oauth = OAuth(app)
    client = oauth.register(
        "idp",
        client_id="shop",
        client_secret="S",
        access_token_url=f"{provider}/token",
        authorize_url=f"{provider}/authorize",
        api_base_url=f"{provider}/",
    )

    @app.get("/login")
    def login() -> Any:
        return client.authorize_redirect(url_for("back", _external=True))

    @app.get("/back")
    def back() -> Any:
        client.authorize_access_token()
        session["user"] = client.get("user").json()["login"]
        return redirect("/")

    @app.get("/")
    def index() -> str:
        return f"{current_identity or 'nobody'}"

    return app


def test_authlib(provider: str) -> None:
    """With the provider listed, the login goes there and comes back; the state is the session's."""
    app = oauth_app(provider, KOLBA_REDIRECT_ORIGINS=[provider])
    tab = Visitor(app).tab()
    sent = tab.get("/login", follow=False)
    location = sent.headers["Location"]
    assert location.startswith(f"{provider}/authorize?")
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Fback" in location
    state = location.split("state=")[1].split("&")[0]
    assert tab.get(f"/back?code=the-code&state={state}").text == "anna"
    assert session_of(tab)["user"] == "anna"
    forged = Visitor(app).tab().get(f"/back?code=the-code&state={state}")
    assert forged.status_code == 500


def test_authlib_unlisted(provider: str) -> None:
    """Without the line, the redirect to the provider is refused, and the log says which line."""
    page = Visitor(oauth_app(provider)).tab().get("/login")
    assert page.status_code == 400
    assert page.refusals[0].mend.startswith(f"If it is meant, add {provider!r}")


def test_flask_login_is_unmodified() -> None:
    """What is tested here is the installed package itself."""
    assert flask_login.login_user.__module__ == "flask_login.utils"
