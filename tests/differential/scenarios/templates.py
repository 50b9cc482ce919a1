"""Templates: contexts, escaping, processors, signals and everything an environment can be told."""

from __future__ import annotations

import flask
import jinja2
import jinja2.sandbox
from flask import Blueprint, g, render_template, render_template_string, request, session
from markupsafe import Markup

from tests.differential.collect import table
from tests.differential.trace import SITE, Trace, error_text


def _render(t: Trace, app: flask.Flask, **sources: str) -> None:
    """One path a template source; `view` gives the values."""
    values = {
        "x": "<x>",
        "d": {"items": "I", "keys": 1, "get": "G", "a": {"b": "deep"}, "<k>": "<v>"},
        "l": ["<a>", 1, None],
        "m": Markup("<b>"),
        "n": 3,
        "none": None,
        "f": lambda *a, **k: f"<f{a}{k}>",
    }
    for name, source in sources.items():
        app.add_url_rule(
            f"/{name}", name, lambda source=source: render_template_string(source, **values)
        )
    for name in sources:
        t.send(app, f"/{name}")


def files_and_inheritance(t: Trace) -> None:
    """Files with blocks, imports, macros and lists of names render as under Flask, again and again."""
    app = t.app(LINK=True)
    app.add_url_rule(
        "/", "index", lambda: render_template("page.html", items=["<a>", Markup("<b>")])
    )
    app.add_url_rule("/empty", "empty", lambda: render_template("page.html"))
    app.add_url_rule("/text", "text", lambda: render_template("notes.txt", name="<you>"))
    app.add_url_rule(
        "/list", "list", lambda: render_template(["missing.html", "notes.txt"], name="x")
    )
    app.add_url_rule("/missing", "missing", lambda: render_template("missing.html"))
    app.add_url_rule("/none", "none", lambda: render_template(["a", "b"]))
    app.add_url_rule(
        "/object",
        "object",
        lambda: render_template(app.jinja_env.get_template("notes.txt"), name="o"),
    )
    app.add_url_rule(
        "/flash",
        "flash",
        lambda: flask.flash("<hi>", "cat") or session.__setitem__("user", "<eve>") or "-",
    )
    browser = t.browser(app)
    for path in (
        "/",
        "/empty",
        "/text",
        "/list",
        "/missing",
        "/none",
        "/object",
        "/flash",
        "/",
        "/",
    ):
        browser.send(path)


def expressions(t: Trace) -> None:
    """Attribute and item look-up, filters, tests, calls and undefined values are Jinja's."""
    _render(
        t,
        t.app(),
        plain="no variables",
        escape="{{ x }}{{ m }}{{ x|safe }}{{ x|e }}{{ x ~ m }}{{ m ~ x }}{{ '<' }}",
        dict_methods="{{ d.items }} {{ d['items'] }} {{ d.keys }} {{ d.get }} {{ d.values() }} {{ d.a.b }} {{ d.pop }}",
        items="{% for k, v in d|dictsort %}{{ k }}={{ v }},{% endfor %}",
        undefined="[{{ nothing }}{{ d.nothing }}{{ none }}{{ none.x }}]",
        undefined2="{{ nothing.x }}",
        undefined3="{{ nothing() }}",
        undefined4="{% if nothing %}y{% else %}n{% endif %}{{ nothing is defined }}",
        numbers="{{ n }} {{ n / 2 }} {{ n // 2 }} {{ n ** 2 }} {{ 1.50 }} {{ true }} {{ none }}",
        calls="{{ f(1, a=2) }} {{ f }}",
        filters="{{ l|join(', ') }} {{ x|upper }} {{ l|tojson }} {{ d|tojson }} {{ 'a b'|urlencode }} {{ l|length }} {{ x|title|reverse }} {{ [3,1]|sort }}",
        attributes="{{ d|attr('items') }} {{ x.upper() }} {{ l[0] }} {{ l.0 }} {{ l[9] }}",
        loops="{% for i in l %}{{ loop.index }}{{ loop.last }}{{ i }}{% endfor %}",
        macro="{% macro q(a, b=2) %}<{{ a }}{{ b }}{{ varargs }}{{ kwargs }}>{% endmacro %}{{ q(x) }}{{ q(1, 2, 3, c=4) }}{{ q.name }}",
        set="{% set y = x %}{{ y }}{% set z %}<i>{{ x }}</i>{% endset %}{{ z }}",
        ns="{% set s = namespace(i=0) %}{% for i in l %}{% set s.i = s.i + 1 %}{% endfor %}{{ s.i }}",
        auto="{% autoescape false %}{{ x }}{% endautoescape %}{{ x }}",
        call="{% macro w() %}[{{ caller() }}]{% endmacro %}{% call w() %}{{ x }}{% endcall %}",
        include="{% include 'notes.txt' %}",
        include_missing="{% include 'no.html' ignore missing %}",
        imported="{% from 'macros.html' import row %}{{ row(x) }}",
        raw="{% raw %}{{ x }}{% endraw %}",
        comment="{# no #}yes",
        ws="{%- if true -%} a {%- endif %}",
        html="{{ '%s'|format(x) }}{{ '<i>%s</i>'|safe|format(x) }}",
        err="{{ 1 // 0 }}",
        syntax="{% if %}",
        stop="{{ f.__name__ }}{{ d.__class__ }}",
        lipsum="{{ range(3)|list }}{{ dict(a=1) }}{{ cycler('a','b').next() }}{{ joiner(',')() }}",
        cond="{{ 'a' if n > 2 }}{{ 'b' if n > 5 }}|",
        inop="{{ 3 in l }}{{ 'a' in d }}",
        chained="{{ (x|e)|e }}{{ x|striptags }}{{ x|forceescape }}",
        block="{% block b %}{{ self.b is defined }}{% endblock %}",
    )


def dict_attributes_named_like_methods(t: Trace) -> None:
    """d.items is the method on a dict; session.pop, g.get, request.args.get and config.items too."""
    app = t.app()
    source = "{{ session.items() | list }} {{ session.pop }} {{ session.keys }} {{ session['keys'] }} {{ g.get('x') }} {{ g.x }} {{ request.args.get('a') }} {{ request.args.a }} {{ request.args.items }} {{ config.get('X') }} {{ config.X }} {{ config.items is callable }}"

    @app.get("/")
    def index() -> str:
        session["keys"] = "mine"
        g.x = "<g>"
        return render_template_string(source).replace("built-in", "")

    app.config["X"] = "<config>"
    t.send(app, "/?a=<q>&items=2")


def what_a_template_sees(t: Trace) -> None:
    """request, session, g, config, url_for and flashes are there, proxies or objects, as under Flask."""
    app = t.app()

    def kind(value: object) -> str:
        return type(value).__name__

    app.jinja_env.filters["kind"] = kind
    source = "{{ request|kind }} {{ session|kind }} {{ g|kind }} {{ config|kind }} {{ url_for|kind }} {{ get_flashed_messages|kind }} {{ request.path }} {{ request.endpoint }}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    app.add_url_rule(
        "/import",
        "import",
        lambda: render_template_string(
            "{% import 'm' as m %}{{ m.f() }}{% import 'm' as c with context %}{{ c.f() }}"
        ),
    )
    app.jinja_env.loader = jinja2.DictLoader(
        {
            "m": "{% macro f() %}{{ request|kind }}{{ session|kind }}{{ g|kind }}{{ x }}{% endmacro %}"
        }
    )
    t.send(app)
    t.send(app, "/import")
    with app.app_context():
        t.attempt(
            "app context",
            lambda: render_template_string("{{ g|kind }} {{ request|kind }} {{ config.DEBUG }}"),
        )
        t.attempt("session", lambda: render_template_string("{{ session.a }}"))
    t.attempt("outside", lambda: render_template_string("x"))


def context_processors(t: Trace) -> None:
    """Processors of app and blueprints run in order, values given to render win, results may be odd."""
    app = t.app()
    app.context_processor(lambda: t.note("app one") or {"a": "app1", "x": "app x"})
    app.context_processor(lambda: t.note("app two") or {"a": "app2", "fn": lambda v: f"<{v}>"})
    bp = Blueprint("bp", __name__, url_prefix="/bp", template_folder="templates")
    bp.context_processor(lambda: t.note("bp") or {"b": "bp", "x": "bp x"})
    bp.app_context_processor(lambda: t.note("bp app") or {"c": request.endpoint})
    child = Blueprint("child", __name__, url_prefix="/child")
    child.context_processor(lambda: t.note("child") or {"d": "child"})
    source = "{{ a }} {{ b }} {{ c }} {{ d }} {{ x }} {{ fn(1) }} {{ request.path }} {{ g }}"
    for owner in (app, bp, child):
        owner.add_url_rule("/", "index", lambda: render_template_string(source))
        owner.add_url_rule(
            "/given",
            "given",
            lambda: render_template_string(source, x="given", request="mine", g="mine"),
        )
    bp.register_blueprint(child)
    app.register_blueprint(bp)
    app.register_error_handler(404, lambda e: render_template_string(source))
    for path in ("/", "/given", "/bp/", "/bp/given", "/bp/child/", "/none"):
        t.send(app, path)
    app.template_context_processors[None].append(lambda: None)
    t.send(app)
    app.template_context_processors[None].pop()
    app.template_context_processors[None].pop(0)
    t.send(app)


_NAMES: dict[str, object] = {"number": 1, "none": None, "tuple": ("a",), "bytes": b"a"}


@table(_NAMES)
def context_processors_whose_names_are_no_strings(t: Trace, kind: str) -> None:
    """A processor that gives a name which is no string is the error that Jinja makes of it."""
    app = t.app()
    app.context_processor(lambda: {"a": "app", _NAMES[kind]: "odd"})
    source = "{{ a }} {{ g }} {{ request.path }}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    app.add_url_rule("/given", "given", lambda: render_template_string(source, a="given"))
    app.add_url_rule("/mine", "mine", lambda: render_template_string(source, g="mine"))
    for path in ("/", "/given", "/mine", "/"):
        t.send(app, path)


def template_signals(t: Trace) -> None:
    """Signals come before and after rendering; the first may change the context."""
    app = t.app()
    t.watch_signals(app, "before-render-template", "template-rendered")
    flask.before_render_template.connect(
        lambda s, template, context, **k: context.update(x="changed"), app, weak=False
    )
    app.add_url_rule("/", "index", lambda: render_template_string("{{ x }}", x=1))
    app.add_url_rule("/file", "file", lambda: render_template("notes.txt", name="n"))
    app.add_url_rule("/fails", "fails", lambda: render_template_string("{{ 1 // 0 }}"))
    for path in ("/", "/file", "/fails"):
        t.send(app, path)


def filters_tests_and_globals(t: Trace) -> None:
    """Filters, tests and globals registered by decorator, or put into jinja_env late, are used."""
    app = t.app()
    app.template_filter("shout")(lambda s: s.upper() + "!")
    app.template_test("odd_test")(lambda n: n % 2 == 1)
    app.template_global("now")(lambda: "noon")
    app.add_url_rule(
        "/",
        "index",
        lambda: render_template_string(
            "{{ 'a'|shout }} {{ 3 is odd_test }} {{ now() }} {{ late }} {{ url_for('index') }}"
        ),
    )
    app.add_url_rule("/filter", "filter", lambda: render_template_string("{{ 'a'|latefilter }}"))
    t.send(app)
    t.send(app, "/filter")
    app.jinja_env.globals["late"] = "late global"
    app.jinja_env.filters["latefilter"] = lambda s: f"<{s}>"
    app.jinja_env.filters["shout"] = lambda s: "quiet"
    app.jinja_env.globals["url_for"] = lambda endpoint: f"shadow {endpoint}"
    t.send(app)
    t.send(app, "/filter")
    app.jinja_env.globals.pop("url_for")
    t.send(app)


_ENVIRONMENTS = [
    "strict",
    "chainable",
    "debug undefined",
    "finalize",
    "sandbox",
    "subclass",
    "autoescape off",
    "select autoescape",
    "options",
    "extension",
    "bytecode",
    "native",
]


@table(_ENVIRONMENTS)
def environments_of_every_kind(t: Trace, kind: str) -> None:
    """Custom Jinja environments and options behave as under Flask, set early or late."""
    for late in (False, True):
        app = _environment_app(t, kind, late)
        source = "{{ x }} {{ d.items }} {{ missing }}"
        app.add_url_rule(
            "/", "index", lambda s=source: render_template_string(s, x="<x>", d={"items": 1})
        )
        app.add_url_rule(
            "/attr",
            "attr",
            lambda: render_template_string(
                "{{ ''.__class__.__mro__ | length }} {{ none }} {{ missing.deep }}"
            ),
        )
        app.add_url_rule("/file", "file", lambda: render_template("page.html", items=["<a>"]))
        app.add_url_rule("/text", "text", lambda: render_template("notes.txt", name="<n>"))
        app.add_url_rule(
            "/url", "url", lambda: render_template_string("{{ url_for('index', a='<') }}")
        )
        for path in ("/", "/attr", "/file", "/text", "/url"):
            t.send(app, path)
        if late:
            _change_environment(app, kind)
            for path in ("/", "/attr", "/file", "/text", "/url"):
                t.send(app, path)


def _environment_app(t: Trace, kind: str, late: bool) -> flask.Flask:
    if kind in ("sandbox", "subclass"):
        base = (
            (flask.templating.Environment, jinja2.sandbox.SandboxedEnvironment)
            if kind == "sandbox"
            else (flask.templating.Environment,)
        )

        class Own(*base):  # type: ignore[misc]
            if kind == "subclass":

                def getattr(self, obj: object, attribute: str) -> object:
                    return f"[{attribute}]"

        return t.app(cls=type("App", (flask.Flask,), {"jinja_environment": Own}))
    app = t.app(
        cls=type(
            "App",
            (flask.Flask,),
            {
                "select_jinja_autoescape": lambda self, name: (
                    name is not None and name.endswith(".txt")
                )
            },
        )
        if kind == "select autoescape"
        else flask.Flask
    )
    if kind == "native":
        from jinja2.nativetypes import NativeEnvironment

        app.jinja_environment = type("N", (flask.templating.Environment, NativeEnvironment), {})  # type: ignore[misc]
    if not late:
        options = {
            "strict": {"undefined": jinja2.StrictUndefined},
            "chainable": {"undefined": jinja2.ChainableUndefined},
            "debug undefined": {"undefined": jinja2.DebugUndefined},
            "finalize": {"finalize": lambda v: "" if v is None else v},
            "autoescape off": {"autoescape": False},
            "options": {
                "trim_blocks": True,
                "lstrip_blocks": True,
                "variable_start_string": "{{",
                "cache_size": 0,
            },
            "extension": {"extensions": ["jinja2.ext.do", "jinja2.ext.loopcontrols"]},
        }
        app.jinja_options = options.get(kind, {})
    return app


def _change_environment(app: flask.Flask, kind: str) -> None:
    env = app.jinja_env
    if kind in ("strict", "chainable", "debug undefined"):
        env.undefined = {
            "strict": jinja2.StrictUndefined,
            "chainable": jinja2.ChainableUndefined,
            "debug undefined": jinja2.DebugUndefined,
        }[kind]
        env.cache.clear()
    if kind == "finalize":
        env.finalize = lambda v: "" if v is None else v
        env.cache.clear()
    if kind in ("autoescape off", "select autoescape"):
        env.autoescape = False
        env.cache.clear()
    if kind == "extension":
        env.add_extension("jinja2.ext.do")


def autoescape_by_name(t: Trace) -> None:
    """Autoescaping follows the file name, and select_jinja_autoescape can be replaced."""
    app = t.app()
    names = [
        "a.html",
        "a.htm",
        "a.xml",
        "a.xhtml",
        "a.svg",
        "a.txt",
        "a.HTML",
        "a",
        "a.html.j2",
        "a.js",
    ]
    app.jinja_env.loader = jinja2.DictLoader(dict.fromkeys(names, "{{ x }}"))
    app.add_url_rule("/<name>", "index", lambda name: render_template(name, x="<x>"))
    app.add_url_rule("/", "string", lambda: render_template_string("{{ x }}", x="<x>"))
    for name in (*names, ""):
        t.send(app, f"/{name}")


def blueprint_templates(t: Trace) -> None:
    """Blueprint folders come after the app's, in order, and loading can be explained in the log."""
    app = t.app(EXPLAIN_TEMPLATE_LOADING=True)
    bp = Blueprint("bp", __name__, template_folder=str(SITE / "static"), url_prefix="/bp")
    for owner in (app, bp):
        owner.add_url_rule("/<name>", "index", lambda name: render_template(name, name="n"))
    app.register_blueprint(bp)
    app.logger.setLevel("INFO")
    for path in ("/notes.txt", "/file.txt", "/bp/file.txt", "/bp/notes.txt", "/bp/missing"):
        t.send(app, path)


def reloading(t: Trace) -> None:
    """Templates changed on the loader, with TEMPLATES_AUTO_RELOAD or without, show when Flask shows them."""
    for auto in (True, False, None):
        app = t.app(TEMPLATES_AUTO_RELOAD=auto)
        files = {"a.html": "one {{ x }}"}
        app.jinja_loader = None  # type: ignore[misc,assignment]
        app.jinja_env.loader = jinja2.FunctionLoader(
            lambda name, files=files: (
                files[name],
                None,
                lambda seen=files[name]: files[name] == seen,
            )
        )
        app.add_url_rule("/", "index", lambda: render_template("a.html", x="<"))
        t.send(app)
        files["a.html"] = "two {{ x }}"
        t.send(app)
        app.jinja_env.auto_reload = True
        t.send(app)


def get_template_attribute(t: Trace) -> None:
    """Macros called from Python, and templates rendered by hand, escape as Jinja does."""
    app = t.app()

    @app.get("/")
    def index() -> str:
        row = flask.get_template_attribute("macros.html", "row")
        template = app.jinja_env.from_string("{{ x }}{{ request.path }}")
        module = app.jinja_env.get_template("macros.html").module
        return f"{row('<a>')} {type(row('<a>')).__name__} {template.render(x='<')} {template.render({'x': 1}, y=2)} {module.row('<m>')} {''.join(template.generate(x='<'))} {type(template).__name__} {template.root_render_func.__name__}"

    t.send(app)


def rendering_with_odd_values(t: Trace) -> None:
    """Objects with __html__, failing __str__, properties that raise, lazy strings and generators."""

    class Html:
        def __html__(self) -> str:
            return "<ok>"

    class Fails:
        def __str__(self) -> str:
            raise ValueError("no str")

        @property
        def attr(self) -> str:
            raise AttributeError("inner")

        @property
        def boom(self) -> str:
            raise LookupError("boom")

        def __getitem__(self, key: str) -> str:
            if key == "stop":
                raise StopIteration
            return f"item {key}"

        def call(self) -> str:
            raise StopIteration("in call")

    values = {
        "h": Html(),
        "f": Fails(),
        "gen": (c for c in "<a>"),
        "b": b"<b>",
        "e": ValueError("<e>"),
        "lazy": type("L", (), {"__str__": lambda self: "<lazy>"})(),
        "sub": type("S", (str,), {})("<sub>"),
        "i": type("I", (int,), {"__str__": lambda self: "<int>"})(3),
        "fl": 1e100,
        "m": Markup("<m>%s"),
    }
    app = t.app()
    app.add_url_rule(
        "/<path:source>",
        "index",
        lambda source: render_template_string("{{ " + source + " }}", **values),
    )
    for source in (
        "h",
        "f",
        "f.attr",
        "f.boom",
        "f.other",
        "f['x']",
        "f.stop",
        "f.call()",
        "gen|join",
        "gen",
        "b",
        "e",
        "lazy",
        "sub",
        "i",
        "fl",
        "m % h",
        "m % '<'",
        "h ~ '<'",
        "[h, sub]",
        "h|upper",
        "{'a': sub}",
        "sub + sub",
        "sub|safe",
        "(h, 1)",
    ):
        t.send(app, f"/{source}")


def url_for_in_templates(t: Trace) -> None:
    """url_for in a template escapes, takes options, follows the request and fails as in Python."""
    app = t.app()
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    calls = [
        "url_for('index')",
        "url_for('item', n=1)",
        "url_for('item', n=1, q='<&>', r='é')",
        "url_for('item')",
        "url_for('none')",
        "url_for('.here')",
        "url_for('index', _external=true)",
        "url_for('index', _anchor='a&b')",
        "url_for('static', filename='a b.css')",
        "url_for(endpoint='index')",
        "url_for('item', n='x')",
        "url_for('index', _scheme='https')",
        "url_for(request.endpoint)",
        "url_for('index', a=none, b=['1','2'])",
    ]
    app.add_url_rule("/item/<int:n>", "item", lambda n: "-")
    for owner in (app, bp):
        owner.add_url_rule(
            "/" if owner is app else "/here",
            "index" if owner is app else "here",
            lambda: render_template_string("{{ " + calls[int(request.args.get("c", 0))] + " }}"),
        )
    app.register_blueprint(bp)
    for n in range(len(calls)):
        t.send(app, f"/?c={n}")
        t.send(app, f"/bp/here?c={n}", script_name="/app", host="shop.example", scheme="https")


def errors_in_templates(t: Trace) -> None:
    """Errors in templates are handled, logged and torn down as other errors."""
    app = t.app()
    app.teardown_request(lambda e: t.note("teardown", error_text(e)))
    app.register_error_handler(jinja2.TemplateNotFound, lambda e: (f"no {e.name}", 404))
    app.add_url_rule("/missing", "missing", lambda: render_template("nope.html"))
    app.add_url_rule("/syntax", "syntax", lambda: render_template_string("{{ "))
    app.add_url_rule(
        "/abort", "abort", lambda: render_template_string("{{ abort(403) }}", abort=flask.abort)
    )
    app.add_url_rule("/undefined", "undefined", lambda: render_template_string("{{ a.b.c }}"))
    for path in ("/missing", "/syntax", "/abort", "/undefined"):
        t.send(app, path)
