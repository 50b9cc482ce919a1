"""Links in templates, constant and not, under every way a request or an app can bend a URL."""

from __future__ import annotations

import flask
from flask import Blueprint, g, render_template_string, request

from tests.differential.collect import table
from tests.differential.trace import Trace

_PAGE = (
    "{{ url_for('index') }} {{ url_for('item', n=4, q='<&') }} {{ url_for('static', filename='a.css') }}"
    "{% block b %} {{ url_for('bp.page') }} {{ url_for('.index') }}{% endblock %}"
    "{% for n in (1, 2) %} {{ url_for('item', n=n) }} {{ url_for('item', n=3) }}{% endfor %}"
    "{% autoescape false %} {{ url_for('item', n=5, q='\"') }}&{% endautoescape %}"
)


def _app(t: Trace, **options: object) -> flask.Flask:
    app = t.app(**options)
    bp = Blueprint("bp", "bp", url_prefix="/bp")
    bp.add_url_rule("/", "index", lambda: render_template_string(_PAGE))
    bp.add_url_rule("/page", "page", lambda: render_template_string(_PAGE))
    app.add_url_rule("/", "index", lambda: render_template_string(_PAGE), methods=["GET", "POST"])
    app.add_url_rule("/item/<int:n>", "item", lambda n: render_template_string(_PAGE))
    app.register_blueprint(bp)
    return app


_REQUESTS: dict[str, dict[str, str]] = {
    "plain": {},
    "below_a_root": {"script_name": "/shop"},
    "below_a_root_with_a_slash": {"script_name": "/shop/"},
    "by_post": {"method": "POST"},
    "by_head": {"method": "HEAD"},
    "over_https": {"scheme": "https"},
    "another_host": {"host": "evil.example:8080"},
}


@table(_REQUESTS)
def a_request(t: Trace, row: str) -> None:
    """The same page twice, and again without what was special about the request."""
    app = _app(t)
    for how in (_REQUESTS[row], _REQUESTS[row], {}):
        t.send(app, "/", **how)  # type: ignore[arg-type]


def blueprints(t: Trace) -> None:
    """Links on the pages of a blueprint, relative ones included."""
    app = _app(t)
    for path in ("/bp/", "/bp/page", "/item/3", "/bp/"):
        t.send(app, path)


def rules_added_late(t: Trace) -> None:
    """A rule added to an endpoint that was linked to, and a map changed in place."""
    app = _app(t)
    t.send(app, "/")
    app.url_map.add(app.url_rule_class("/", endpoint="item", defaults={"n": 4}))
    t.send(app, "/")
    app.url_map.add(app.url_rule_class("/second/<int:n>", endpoint="item", methods=["GET"]))
    app.url_map._rules_by_endpoint["item"].reverse()
    app.url_map._remap = True
    t.send(app, "/")


def defaults_added_late(t: Trace) -> None:
    """URL defaults of an app and of a blueprint, which count from the next link on."""
    app = _app(t)
    t.send(app, "/")
    app.url_default_functions[None].append(lambda endpoint, values: values.setdefault("lang", "de"))
    t.send(app, "/")
    app.url_default_functions[None].clear()
    app.url_default_functions["bp"].append(lambda endpoint, values: values.update(x=request.path))
    t.send(app, "/bp/page")
    t.send(app, "/")


def another_url_for(t: Trace) -> None:
    """A context processor, a global and a subclass that each have a function of their own."""
    for number in range(4):
        app = _app(t) if number != 3 else _app(t, cls=_Counting)
        t.send(app, "/")
        if number == 0:
            app.template_context_processors[None].append(
                lambda: {"url_for": lambda endpoint, **values: f"/p/{endpoint}"}
            )
        elif number == 1:
            app.jinja_env.globals["url_for"] = lambda endpoint, **values: f"/g/{endpoint}"
        elif number == 2:
            app.inject_url_defaults = lambda endpoint, values: values.update(y="1")  # type: ignore[method-assign]
        t.send(app, "/")
        t.send(app, "/")


class _Counting(flask.Flask):
    """Counts its URLs."""

    made = 0

    def url_for(self, /, endpoint: str, **values: object) -> str:  # type: ignore[override]
        type(self).made += 1
        return f"{super().url_for(endpoint, **values)}?{self.made}"  # type: ignore[arg-type]


def errors(t: Trace) -> None:
    """A link that cannot be built: its error, its handler, and what ran before it."""
    app = _app(t)
    source = "{{ note() }}{{ url_for('index') }}{{ url_for('nowhere', n=1) }}{{ note() }}"
    app.add_url_rule(
        "/bad", "bad", lambda: render_template_string(source, note=lambda: t.note("ran") or "")
    )
    t.send(app, "/bad")
    app.url_build_error_handlers.append(lambda error, endpoint, values: f"/handled/{endpoint}")
    t.send(app, "/bad")
    t.send(app, "/bad")


def hosts(t: Trace) -> None:
    """Subdomains and host matching: what is relative on one host is not on another."""
    app = _app(t, SERVER_NAME="example.com", subdomain_matching=True)
    app.add_url_rule("/", "shop", lambda: render_template_string(_SHOP), subdomain="shop")
    for host in ("example.com", "shop.example.com", "example.com", "other.example.com"):
        t.send(app, "/", host=host)
    app = t.app(host_matching=True, static_folder=None)
    source = "{{ url_for('one') }} {{ url_for('two') }}"
    app.add_url_rule("/", "one", lambda: render_template_string(source), host="one.example")
    app.add_url_rule("/", "two", lambda: render_template_string(source), host="two.example")
    for host in ("one.example", "two.example", "one.example"):
        t.send(app, "/", host=host)


_SHOP = "{{ url_for('shop') }} {{ url_for('index') }}"


def adapters_replaced(t: Trace) -> None:
    """A hook that binds the request's URLs elsewhere."""
    app = _app(t)

    @app.before_request
    def elsewhere() -> None:
        if request.args.get("where"):
            adapter = app.url_map.bind("elsewhere.example", "/there")
            flask.globals.request_ctx.url_adapter = adapter
            g.where = "elsewhere"

    for query in ("", "where=1", ""):
        t.send(app, "/", query=query)
