"""The login gate: who passes, where the others go, and what is kept for them."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import flask_login
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from kolba import (
    Blueprint,
    Kolba,
    current_identity,
    current_user,
    log_in,
    log_out,
    login_required,
    redirect,
    redirect_back,
    request,
    require_login,
    session,
    url_for,
)
from kolba.errors import ConfigError

PAGE = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
OWN = {**PAGE, "Origin": "http://localhost", "Referer": "http://localhost/orders/new?for=7"}
USERS = {"anna": "Anna A.", "boris": "Boris B."}


def shop(login_view: str | None = "login", **config: Any) -> Kolba:
    app = Kolba(__name__)
    app.config.update(SECRET_KEY="of the tests", **config)
    app.login_view = login_view

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Any:
        if request.method == "GET" or request.form["password"] != "right":
            return "login page"
        log_in(request.form["name"])
        return redirect_back("/")

    @app.post("/logout")
    def logout() -> Any:
        log_out()
        return redirect("/")

    @app.get("/")
    def index() -> str:
        return f"{current_identity or 'nobody'}"

    @app.get("/account")
    @login_required
    def account() -> str:
        return f"account of {current_identity}"

    @app.get("/password")
    @login_required(fresh=True)
    def password() -> str:
        return "new password"

    @app.route("/orders/<path:rest>", methods=["GET", "POST", "PUT"])
    @login_required
    def orders(rest: str) -> Any:
        return {
            "rest": rest,
            "form": request.form.to_dict(flat=False),
            "files": list(request.files),
        }

    @app.get("/remembered")
    def remembered() -> str:
        log_in("anna", fresh=False)
        return "in"

    @app.get("/cart")
    def cart() -> str:
        session["cart"] = [*session.get("cart", []), 1]
        return str(session["cart"])

    return app


def enter(client: FlaskClient, name: str = "anna", password: str = "right") -> TestResponse:
    return client.post("/login", data={"name": name, "password": password}, headers=OWN)


def test_strangers_are_sent_to_the_login_and_back() -> None:
    """The wanted page is opened after the login, with its query, and only once."""
    client = shop().test_client()
    answer = client.get("/orders/100%25%20a?q=a%2Fb&x=%C3%A9", headers=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert enter(client, password="wrong").text == "login page"
    back = enter(client)
    assert (back.status_code, back.headers["Location"]) == (
        303,
        "/orders/100%25%20a?q=a%2Fb&x=%C3%A9",
    )
    assert client.get(back.headers["Location"], headers=PAGE).status_code == 200
    assert enter(client).headers["Location"] == "http://localhost/orders/new?for=7"


def test_the_last_page_wanted_is_the_way_back() -> None:
    """Of several pages the one that was wanted last is opened."""
    client = shop().test_client()
    client.get("/account", headers=PAGE)
    client.get("/orders/2", headers=PAGE)
    assert enter(client).headers["Location"] == "/orders/2"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Dest": "script"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"Accept": "application/json"},
    ],
)
def test_what_is_no_page_is_no_way_back(headers: dict[str, str]) -> None:
    """An image, a fetch or a program gets a 401, and is not remembered (FL1, 33)."""
    client = shop().test_client()
    client.get("/account", headers=PAGE)
    answer = client.get("/orders/avatar.png", headers=headers)
    assert answer.status_code == 401
    assert "Location" not in answer.headers
    assert answer.headers["HX-Redirect"] == "/login"
    assert answer.cache_control.no_store
    assert enter(client).headers["Location"] == "/account"


def test_other_methods_are_no_way_back() -> None:
    """HEAD, PUT and a POST that no page of the site sent are not remembered."""
    client = shop().test_client()
    assert client.head("/account", headers=PAGE).status_code == 302
    assert client.put("/orders/1", headers=OWN).status_code == 303
    assert client.post("/orders/1", data={"a": "b"}).status_code == 303
    assert "Set-Cookie" not in client.post("/orders/1", data={"a": "b"}).headers
    response = client.post("/login", data={"name": "anna", "password": "right"})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["//evil.test/x", "/\\evil.test", "/%5Cevil.test/x"])
def test_a_way_back_stays_on_the_site(path: str) -> None:
    """A path that is another site's address is never gone to."""
    app = shop()
    app.add_url_rule("/<path:all>", "all", login_required(lambda all: "x"))
    client = app.test_client()
    client.get(path, headers=PAGE, base_url="http://localhost")
    location = client.post("/login", data={"name": "a", "password": "right"}).headers["Location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


def test_without_a_login_view_it_is_a_401() -> None:
    """An app that has no login page says that a login is needed, in the visitor's language."""
    client = shop(None).test_client()
    answer = client.get("/account", headers={**PAGE, "Accept-Language": "ru"})
    assert answer.status_code == 401
    assert "Войдите, чтобы продолжить" in answer.text
    problem = client.get("/account", headers={"Accept": "application/json"})
    assert problem.content_type == "application/problem+json"
    assert json.loads(problem.text)["status"] == 401


def test_pages_behind_the_gate_are_not_stored() -> None:
    """They, and the redirect to the login, are `no-store`; the view may say otherwise."""
    app = shop()

    @app.get("/shared")
    @login_required
    def shared() -> Any:
        return "x", {"Cache-Control": "private, max-age=60"}

    client = app.test_client()
    assert client.get("/account", headers=PAGE).cache_control.no_store
    enter(client)
    assert client.get("/account").cache_control.no_store
    assert not client.get("/shared").cache_control.no_store
    assert client.get("/shared").cache_control.max_age == 60


def test_log_out_is_final() -> None:
    """After it the copied cookie is worth nothing, and the browser drops its cached pages."""
    client = shop().test_client()
    enter(client)
    stolen = client.get_cookie("session")
    assert stolen is not None
    answer = client.post("/logout", headers=OWN)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.cache_control.no_store
    assert client.get("/").text == "nobody"
    client.set_cookie("session", stolen.value)
    assert client.get("/account", headers=PAGE).status_code == 302


def test_the_id_changes_with_the_identity() -> None:
    """The session of before the login is another one than that of after it (M13)."""
    client = shop().test_client()
    client.get("/cart")
    before = client.get_cookie("session")
    enter(client)
    after = client.get_cookie("session")
    assert before and after and before.value != after.value
    assert client.get("/cart").text == "[1, 1]"
    planted = shop().test_client()
    planted.set_cookie("session", before.value)
    assert planted.get("/").text == "nobody"


def test_another_person_gets_nothing_of_the_first() -> None:
    """Logging in as somebody else without a log-out drops what the session held."""
    client = shop().test_client()
    enter(client)
    client.get("/cart")
    enter(client, "boris")
    assert client.get("/cart").text == "[1]"
    assert client.get("/").text == "boris"
    enter(client, "boris")
    assert client.get("/cart").text == "[1, 1]"


def test_freshness() -> None:
    """A remembered login does not pass where a fresh one is asked for."""
    client = shop().test_client()
    client.get("/remembered")
    assert client.get("/account").text == "account of anna"
    assert client.get("/password", headers=PAGE).headers["Location"] == "/login"
    assert enter(client).headers["Location"] == "/password"
    assert client.get("/password").text == "new password"


@pytest.mark.parametrize("nobody", ["", None, False])
def test_nobody_cannot_log_in(nobody: Any) -> None:
    """An empty identity is an error, not a login."""
    app = shop()
    with app.test_request_context("/"), pytest.raises(ValueError, match="names nobody"):
        log_in(nobody)


def test_identities_by_hand() -> None:
    """An app that writes `session["user"]` itself is understood (D8b)."""
    app = shop()

    @app.post("/by-hand")
    def by_hand() -> str:
        session["user"] = "anna"
        return "in"

    client = app.test_client()
    client.post("/by-hand", headers=OWN)
    assert client.get("/account").text == "account of anna"


@pytest.mark.parametrize("nobody", [None, "", False, 0, {}, []])
def test_nobody_by_hand_is_nobody(nobody: Any) -> None:
    """Apps that log out by assigning nothing have closed the gate."""
    app = shop()
    app.add_url_rule("/out", "by_hand", lambda: str(session.update(user=nobody)))
    client = app.test_client()
    enter(client)
    assert client.get("/account").status_code == 200
    client.get("/out")
    with client.session_transaction() as kept:
        kept.pop("_user_id")
    assert client.get("/account").headers["Location"] == "/login"


def test_users() -> None:
    """`current_user` is what the loader gives; a user who is gone is logged in no more."""
    app = shop()
    asked: list[str] = []

    @app.user_loader
    def load(identity: str) -> str | None:
        asked.append(identity)
        return USERS.get(identity)

    @app.get("/user")
    @login_required
    def user() -> str:
        return f"{current_user} {current_user} {bool(current_user)}"

    client = app.test_client()
    assert client.get("/user", headers=PAGE).status_code == 302
    enter(client)
    asked.clear()
    assert client.get("/user").text == "Anna A. Anna A. True"
    assert asked == ["anna"]
    enter(client, "gone")
    assert client.get("/user", headers=PAGE).status_code == 302


def gated_app() -> Kolba:
    app = shop()
    require_login(app, public=["index", "admin.help"])
    admin = Blueprint("admin", __name__, url_prefix="/admin")
    admin.add_url_rule("/", "home", lambda: "admin")
    admin.add_url_rule("/help", "help", lambda: "help")
    app.register_blueprint(admin)
    return app


def test_whole_apps_are_gated() -> None:
    """All but the login, the named exceptions, static files and unknown pages need a login."""
    client = gated_app().test_client()
    table = {
        "/": 200,
        "/login": 200,
        "/admin/help": 200,
        "/cart": 302,
        "/admin/": 302,
        "/nowhere": 404,
        "/static/none.css": 404,
    }
    assert {path: client.get(path, headers=PAGE).status_code for path in table} == table
    assert client.options("/cart").status_code == 200
    enter(client)
    assert client.get("/cart").status_code == 200


def test_blueprints_are_gated() -> None:
    """A blueprint alone can need a login, with a login view of its own."""
    app = shop()
    admin = Blueprint("admin", __name__, url_prefix="/admin")
    require_login(admin, public=[".help"], login_view="admin.entry")
    admin.add_url_rule("/", "home", lambda: "admin")
    admin.add_url_rule("/help", "help", lambda: "help")
    admin.add_url_rule("/entry", "entry", lambda: "entry")
    app.register_blueprint(admin)
    client = app.test_client()
    assert client.get("/cart").status_code == 200
    assert client.get("/admin/help").text == "help"
    assert client.get("/admin/entry").text == "entry"
    assert client.get("/admin/", headers=PAGE).headers["Location"] == "/admin/entry"


def test_a_view_that_is_called_static_is_gated() -> None:
    """Open are the files of those who have a folder of them, and not what has their name."""
    app = gated_app()
    notes = Blueprint("notes", __name__, url_prefix="/notes")
    notes.add_url_rule("/", "static", lambda: "secret")
    app.register_blueprint(notes)
    files = Blueprint("files", __name__, url_prefix="/files", static_folder="static")
    app.register_blueprint(files)
    client = app.test_client()
    assert client.get("/notes/", headers=PAGE).headers["Location"] == "/login"
    assert client.get("/files/static/none.css", headers=PAGE).status_code == 404


def test_options_open_no_view() -> None:
    """Flask's own answer is open; a view that takes OPTIONS itself is gated, as for GET."""
    app = gated_app()
    app.add_url_rule("/notes", "notes", lambda: "secret", methods=["GET", "OPTIONS"])
    client = app.test_client()
    assert "GET" in client.options("/cart").headers["Allow"]
    for method in ("GET", "OPTIONS"):
        assert client.open("/notes", method=method, headers=PAGE).status_code == 302
    assert client.options("/notes").text != "secret"
    enter(client)
    assert client.options("/notes").text == "secret"


@pytest.mark.parametrize("root", ["", "/shop"])
def test_a_login_that_is_a_path_is_open(root: str) -> None:
    """It was sent to itself, for ever, where the whole app is gated."""
    app = gated_app()
    app.login_view = f"{root}/login"
    client = app.test_client()
    options: Any = {"headers": PAGE, "base_url": f"http://localhost{root}"}
    assert client.get("/cart", **options).headers["Location"] == f"{root}/login"
    assert client.get("/login", **options).text == "login page"
    assert client.get("/login/more", **options).status_code == 404
    client.post("/login", data={"name": "anna", "password": "right"}, **options)
    assert client.get("/cart", **options).status_code == 200


def test_exceptions_are_checked_at_start() -> None:
    """An exception that names no view would gate what should be open: it is an error."""
    app = shop()
    require_login(app, public=["indx"])
    with pytest.raises(ConfigError, match="no endpoint 'indx'"):
        app.test_client().get("/")


def test_a_login_that_needs_a_login_is_an_error() -> None:
    """Instead of an endless redirect the app says what is wrong."""
    app = shop("entry", PROPAGATE_EXCEPTIONS=True)
    app.add_url_rule("/entry", "entry", login_required(lambda: "x"))
    with pytest.raises(ConfigError, match="'entry' must not require a login"):
        app.test_client().get("/entry", headers=PAGE)


FORM = {
    "title": "Tea <b>",
    "text": "\nfirst line\nsecond & last",
    "tag": ["a", "b"],
    "password": "SECRET",
    "csrf_token": "TOKEN",
    "empty": "",
}


def fields(html: str) -> list[tuple[str, str]]:
    """Names and values of a page's inputs and textareas, as a browser reads them."""
    from html import unescape

    found = []
    pattern = r'<input name="([^"]*)" value="([^"]*)">|<textarea name="([^"]*)"[^>]*>\n([^<]*)<'
    for match in re.finditer(pattern, html):
        name, value = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
        found.append((unescape(name), unescape(value)))
    return found


def test_a_form_is_kept_over_an_expired_login() -> None:
    """A form that met the gate is offered after the login, filled, and can be sent (23)."""
    client = shop().test_client()
    enter(client)
    client.delete_cookie("session")  # it has expired
    answer = client.post("/orders/7?draft=1", data=FORM, headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert enter(client, password="wrong").text == "login page"
    offered = enter(client).headers["Location"]
    assert offered == "/_kolba/form"
    page = client.get(offered, headers=PAGE)
    assert page.status_code == 200 and page.cache_control.no_store
    assert '<form method="post" action="/orders/7?draft=1">' in page.text
    assert fields(page.text) == [
        ("title", "Tea <b>"),
        ("text", "\nfirst line\nsecond & last"),
        ("tag", "a"),
        ("tag", "b"),
        ("empty", ""),
    ]
    assert "SECRET" not in page.text and "TOKEN" not in page.text
    assert '<input type="password" name="password"' in page.text
    assert "csrf_token" not in page.text
    assert 'href="/orders/new?for=7"' in page.text
    assert client.get(offered, headers=PAGE).status_code == 200  # reload
    sent = client.post("/orders/7?draft=1", data=fields(page.text) and FORM, headers=OWN)
    assert sent.get_json()["form"]["title"] == ["Tea <b>"]
    assert client.get(offered, headers=PAGE).status_code == 404


def test_a_form_is_kept_on_hosts_of_every_alphabet() -> None:
    """Also on one that Python's IDNA does not know, with the way back to its page."""
    app = shop()
    for host in ("xn--strae-oqa.de", "xn--80ak6aa92e.com"):
        site = f"http://{host}"
        own = {**PAGE, "Origin": site, "Referer": f"{site}/orders/new"}
        builder = EnvironBuilder("/orders/7", site, data={"a": "b"}, headers=own, method="POST")
        # Werkzeug's own client fails on the first of them.
        _, status, headers = run_wsgi_app(app, builder.get_environ())
        assert (status[:3], headers["Location"]) == ("303", "/login")
    client = app.test_client()
    client.post("/orders/7", data={"a": "b"}, headers=own, base_url=site)
    data = {"name": "anna", "password": "right"}
    back = client.post("/login", data=data, headers=own, base_url=site).headers["Location"]
    page = client.get(back, headers=PAGE, base_url=site)
    assert page.status_code == 200 and 'href="/orders/new"' in page.text


def test_the_page_is_in_russian_too() -> None:
    """The offer speaks the visitor's language."""
    client = shop().test_client()
    client.post("/orders/7", data={"a": "b"}, headers=OWN)
    location = enter(client).headers["Location"]
    page = client.get(location, headers={**PAGE, "Accept-Language": "ru"})
    assert "Ваша форма сохранена" in page.text and "Отправить форму" in page.text


def test_a_kept_form_can_be_dropped() -> None:
    """The second button drops it for good."""
    client = shop().test_client()
    client.post("/orders/7", data={"a": "b"}, headers=OWN)
    location = enter(client).headers["Location"]
    assert client.post(location, headers=OWN).headers["Location"] == "/"
    gone = client.get(location, headers=PAGE)
    assert gone.status_code == 404 and "There is no kept form" in gone.text


def test_another_form_drops_no_kept_one() -> None:
    """What a page's script posts meanwhile, or another tab, does not lose the form."""
    client = shop().test_client()
    enter(client)
    client.delete_cookie("session")
    client.post("/orders/7?draft=1", data=FORM, headers=OWN)
    offered = enter(client).headers["Location"]
    assert client.post("/orders/8", data={"a": "b"}, headers=OWN).status_code == 200
    assert 'action="/orders/7?draft=1"' in client.get(offered, headers=PAGE).text
    assert client.post("/orders/7?draft=1", data=FORM, headers=OWN).status_code == 200
    assert client.get(offered, headers=PAGE).status_code == 404


def test_files_are_named_not_kept() -> None:
    """The text of a form with files is kept; the files have to be chosen again."""
    client = shop().test_client()
    data = {"title": "t", "photo": (BytesIO(b"SECRET bytes"), "p.png")}
    client.post("/orders/7", data=data, headers=OWN)
    page = client.get(enter(client).headers["Location"], headers=PAGE).text
    assert 'enctype="multipart/form-data"' in page
    assert '<input type="file" name="photo" multiple>' in page
    assert "SECRET" not in page


def test_it_is_the_same_persons_only() -> None:
    """Who logs in instead of the person whose login had expired sees nothing of their form."""
    client = shop().test_client()
    enter(client)
    client.delete_cookie("session")
    client.post("/orders/7", data={"a": "private"}, headers=OWN)
    location = enter(client, "boris").headers["Location"]
    page = client.get(location, headers=PAGE)
    assert page.status_code == 404 and "private" not in page.text
    elsewhere = shop().test_client()
    enter(elsewhere)
    assert elsewhere.get("/_kolba/form", headers=PAGE).status_code == 404


def test_it_is_kept_for_half_an_hour() -> None:
    """After that it is gone, and its page says so."""
    client = shop().test_client()
    with time_machine.travel(1_770_000_000, tick=False) as clock:
        client.post("/orders/7", data={"a": "b"}, headers=OWN)
        location = enter(client).headers["Location"]
        clock.shift(29 * 60)
        assert client.get(location, headers=PAGE).status_code == 200
        clock.shift(2 * 60)
        assert client.get(location, headers=PAGE).status_code == 404


@pytest.mark.parametrize(
    ("data", "headers", "kind"),
    [
        ({"a": "b"}, {}, None),  # not from a page of the site, as far as anybody knows
        ({"a": "b"}, {"Sec-Fetch-Site": "none"}, None),
        ({"a": "x" * 200_000}, OWN, None),
        ({f"f{n}": "x" for n in range(501)}, OWN, None),
        ('{"a": 1}', OWN, "application/json"),
        ("a=b", OWN, "text/plain"),
    ],
)
def test_what_is_not_kept(data: Any, headers: dict[str, str], kind: str | None) -> None:
    """Forms of strangers, too large ones, and what is no form, are not kept."""
    client = shop().test_client()
    answer = client.post("/orders/7", data=data, headers=headers, content_type=kind)
    assert answer.status_code in (303, 401)
    in_ = client.post("/login", data={"name": "anna", "password": "right"})
    assert in_.headers["Location"] == "/"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::{}"])
def test_no_address_keeps_many(address: str) -> None:
    """Strangers cannot fill the store: an address has thirty kept forms in half an hour, and so
    has one customer's network of IPv6."""
    app = shop()
    kept = 0
    for n in range(35):
        client = app.test_client()
        sender = {"REMOTE_ADDR": address.format(n)}
        client.post("/orders/7", data={"a": "b"}, headers=OWN, environ_overrides=sender)
        kept += enter(client).headers["Location"] == "/_kolba/form"
    assert kept == 30


def test_apps_without_a_gate_have_no_such_page() -> None:
    """The page of kept forms is there only where a view needs a login."""
    app = Kolba(__name__)
    app.add_url_rule("/", "index", lambda: "ok")
    client = app.test_client()
    assert client.get("/").text == "ok"
    assert client.get("/_kolba/form").status_code == 404
    assert "kolba_kept_form" not in app.view_functions


def flask_login_app() -> Kolba:
    app = shop()
    manager = flask_login.LoginManager(app)
    manager.login_view = "login"

    class User(flask_login.UserMixin):
        def __init__(self, name: str) -> None:
            self.id = name

    @manager.user_loader
    def load(name: str) -> User | None:
        return User(name) if name in USERS else None

    @app.post("/theirs/in")
    def in_() -> str:
        flask_login.login_user(User("anna"))
        return "in"

    @app.post("/theirs/out")
    def out() -> str:
        flask_login.logout_user()
        return "out"

    @app.get("/theirs")
    @flask_login.login_required
    def theirs() -> str:
        return f"{flask_login.current_user.id}"

    return app


def test_flask_login_works_beside_it() -> None:
    """Either knows of the other's logins and log-outs; Flask-Login is unmodified."""
    client = flask_login_app().test_client()
    client.post("/theirs/in", headers=OWN)
    assert client.get("/account").text == "account of anna"
    assert client.get("/theirs").text == "anna"
    client.post("/logout", headers=OWN)
    assert client.get("/theirs", headers=PAGE).status_code == 302
    enter(client)
    assert client.get("/theirs").text == "anna"
    client.post("/theirs/out", headers=OWN)
    assert client.get("/account", headers=PAGE).status_code == 302


def test_the_gate_works_in_async_views() -> None:
    """A coroutine behind the gate is run as Flask runs it."""
    app = shop()

    @app.get("/async")
    @login_required
    async def later() -> str:
        return str(url_for("index"))

    client = app.test_client()
    assert client.get("/async", headers=PAGE).status_code == 302
    enter(client)
    assert client.get("/async").text == "/"


def test_plain_flask_can_use_it() -> None:
    """All of it needs nothing of the class but the session: the way back is open."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "of the tests"
    app.add_url_rule("/", "index", login_required(lambda: f"in {current_identity}"))
    app.add_url_rule("/in", "in", lambda: log_in("anna") or redirect_back("/x"))
    app.add_url_rule("/out", "out", lambda: log_out() or "out")
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert client.get("/in").headers["Location"] == "/x"
    assert client.get("/").text == "in anna"
    assert client.get("/out").headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/").status_code == 401
