"""Blueprints: prefixes, nesting, names, static folders, errors, and registration options."""

from __future__ import annotations

import flask
from flask import Blueprint, request, url_for

from tests.differential.collect import table
from tests.differential.trace import SITE, Trace, error_text


def _shows(**values: object) -> str:
    return (
        f"{request.endpoint} {request.blueprint} {request.blueprints} {values} {url_for('.index')}"
    )


@table(["none", "prefix", "override", "param", "slash", "empty", "root"])
def prefixes(t: Trace, kind: str) -> None:
    """url_prefix of blueprint and registration, with parameters and odd slashes, make Flask's URLs."""
    own, given = {
        "none": (None, None),
        "prefix": ("/p", None),
        "override": ("/p", "/q"),
        "param": ("/<lang>", None),
        "slash": ("/p/", None),
        "empty": ("", None),
        "root": ("/", None),
    }[kind]
    app = t.app()
    bp = Blueprint("bp", __name__, url_prefix=own)
    for path, name in (("/", "index"), ("", "bare"), ("x", "x"), ("/y/", "y")):
        try:
            bp.add_url_rule(path, name, _shows)
        except ValueError as error:
            t.note(path, error_text(error))
    t.attempt(
        "register", lambda: app.register_blueprint(bp, **({"url_prefix": given} if given else {}))
    )
    t.note(sorted(str(rule) for rule in app.url_map.iter_rules()))
    for base in ("", "/p", "/q", "/en"):
        for path in ("", "/", "/x", "/y", "/y/", "x"):
            t.send(app, base + path)


def nesting(t: Trace) -> None:
    """Three levels, url_defaults, the same child twice, names with options: endpoints are Flask's."""
    app = t.app()
    a, b, c = (Blueprint(n, __name__, url_prefix=f"/{n}") for n in "abc")
    for bp in (a, b, c):
        bp.add_url_rule("/", "index", _shows)
        bp.add_url_rule(
            "/up",
            "up",
            lambda: f"{url_for('a.b.c.index')} {url_for('.index')} {url_for('a.index')}",
        )
    b.register_blueprint(c)
    b.register_blueprint(c, name="c2", url_prefix="/c2")
    a.register_blueprint(b, url_defaults={"given": 1})
    app.register_blueprint(a)
    t.attempt("again", lambda: app.register_blueprint(a))
    app.register_blueprint(a, name="other", url_prefix="/other")
    t.note(sorted((rule.endpoint, str(rule)) for rule in app.url_map.iter_rules()))
    for path in (
        "/a/",
        "/a/b/",
        "/a/b/c/",
        "/a/b/c2/",
        "/other/b/c/",
        "/a/up",
        "/a/b/up",
        "/a/b/c/up",
        "/a/b/c",
        "/other/b/c2/up",
    ):
        t.send(app, path)


def static_folders(t: Trace) -> None:
    """A blueprint's static folder is served under its prefix, and shadowed as under Flask."""
    app = t.app()
    bp = Blueprint(
        "bp",
        __name__,
        static_folder=str(SITE / "static"),
        static_url_path="/files",
        url_prefix="/bp",
    )
    bare = Blueprint("bare", __name__, static_folder=str(SITE / "static"))
    bp.add_url_rule(
        "/",
        "index",
        lambda: (
            f"{url_for('.static', filename='style.css')} {url_for('static', filename='style.css')}"
        ),
    )
    bp.get_send_file_max_age = lambda name: t.note("max age", name) or 99  # type: ignore[method-assign]
    app.register_blueprint(bp)
    app.register_blueprint(bare)
    for path in (
        "/bp/",
        "/bp/files/style.css",
        "/bp/files/none.css",
        "/static/style.css",
        "/bp/files/../x",
        "/bp/files/",
    ):
        t.send(app, path)
        t.send(app, path, "HEAD")


def app_wide_registrations(t: Trace) -> None:
    """before_app_request and its kin, app_errorhandler and record callbacks act on the whole app."""
    app = t.app()
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.before_app_request(lambda: t.note("before app"))
    bp.after_app_request(lambda r: t.note("after app") or r)
    bp.teardown_app_request(lambda e: t.note("teardown app"))
    bp.app_errorhandler(404)(lambda e: (f"app 404 {request.blueprints}", 404))
    bp.errorhandler(404)(lambda e: (f"bp 404 {request.blueprints}", 404))
    bp.app_url_defaults(lambda e, v: v.setdefault("lang", "en") if e == "bp.lang" else None)
    bp.record(
        lambda state: t.note("recorded", state.url_prefix, state.first_registration, state.options)
    )
    bp.record_once(
        lambda state: state.app.add_url_rule("/recorded", "recorded", lambda: "recorded")
    )
    bp.add_url_rule("/abort", "abort", lambda: flask.abort(404))
    bp.add_url_rule(
        "/<lang>", "lang", lambda lang: url_for("bp.lang") + url_for("bp.lang", lang=lang)
    )
    app.register_blueprint(bp)
    app.register_blueprint(bp, name="again", url_prefix="/again")
    for path in ("/recorded", "/bp/abort", "/bp/x", "/bp/none/x", "/none", "/again/x"):
        t.send(app, path)


def names_with_dots_and_errors(t: Trace) -> None:
    """Wrong names, late changes and doubled endpoints are refused with Flask's words."""
    app = t.app()
    t.attempt("dots", lambda: Blueprint("a.b", __name__))
    t.attempt("empty", lambda: Blueprint("", __name__))
    bp = Blueprint("bp", __name__)
    t.attempt("endpoint", lambda: bp.add_url_rule("/x", "a.b", _shows))
    t.attempt("self", lambda: bp.register_blueprint(bp))
    app.register_blueprint(bp)
    t.attempt("late", lambda: bp.add_url_rule("/late", "late", _shows))
    app.add_url_rule("/", "index", lambda: "one")
    t.attempt("same endpoint", lambda: app.add_url_rule("/two", "index", lambda: "two"))
    t.send(app)
    for name in (
        "before_request",
        "after_request",
        "teardown_request",
        "context_processor",
        "errorhandler",
        "route",
        "add_url_rule",
        "register_blueprint",
        "url_defaults",
        "teardown_appcontext",
        "template_filter",
        "shell_context_processor",
        "url_value_preprocessor",
        "register_error_handler",
        "endpoint",
    ):
        t.attempt(f"{name} after the first request", getattr(app, name), lambda *a: None)


def cli_groups_and_resources(t: Trace) -> None:
    """open_resource, cli groups and jinja loaders of blueprints work beside requests."""
    app = t.app()
    bp = Blueprint("bp", __name__, root_path=str(SITE), cli_group="tools")

    @bp.cli.command("hello")
    def hello() -> None:
        t.note("command", flask.current_app.name, flask.has_request_context())

    bp.add_url_rule("/", "index", lambda: bp.open_resource("static/file.txt").read())
    app.register_blueprint(bp)
    t.send(app)
    t.note(app.test_cli_runner().invoke(args=["tools", "hello"]).exit_code)
    t.send(app)
