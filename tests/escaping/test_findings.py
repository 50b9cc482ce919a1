"""Values that HTML's escapes do not make safe where they stand: found when compiled."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import Environment
from jinja2.sandbox import SandboxedEnvironment

from kolba import Kolba
from kolba.escaping.analysis import Analysis
from kolba.escaping.examination import examine
from kolba.escaping.findings import UnsafeTemplate
from kolba.safety import Refusal, refused

FOUND = {
    "<a href={{ x }}>": "unquoted-attribute",
    "<a class={{ x }} id=y>": "unquoted-attribute",
    "<a class=a-{{ x }}>": "unquoted-attribute",
    "<input value = {{ x }}>": "unquoted-attribute",
    "<a {% if y %}title={{ x }}{% endif %}>": "unquoted-attribute",
    "<p id={{ request.args.id }}>": "unquoted-attribute",
    "<script>var a = '{{ x }}'</script>": "value-in-script",
    "<script>var a = {{ x }}</script>": "value-in-script",
    "<script>var a = {{ x|safe }}</script>": "value-in-script",
    "<script>var a = {{ x|e }}</script>": "value-in-script",
    "<script>if (a<b) x('</p>', {{ x }})</script>": "value-in-script",
    "<script type=module>f({{ x }})</script>": "value-in-script",
    '<script type="application/json">{"a": "{{ x }}"}</script>': "value-in-script",
    "<script>{% for y in x %}f('{{ y }}');{% endfor %}</script>": "value-in-script",
    "<script>f('{{ _(x) }}')</script>": "value-in-script",
    "<script>f('{{ _('hello %(x)s', x=x) }}')</script>": "value-in-script",
    "<script>f({{ x if y else 1 }})</script>": "value-in-script",
    "<script>f('{{ '%s'|format(x) }}')</script>": "value-in-script",
    "<script>f('{{ '%d %s'|format(1, x) }}')</script>": "value-in-script",
    "<script>f('{{ '%d%c' % x }}')</script>": "value-in-script",
    "<script>f('{{ 'a'|replace('a', x) }}')</script>": "value-in-script",
    "<script>f('{{ 'a'|default(x, true) }}')</script>": "value-in-script",
    "{% set t = '' %}<script>f('{{ t|default(x, true) }}')</script>": "value-in-script",
    "<script>f({{ x|int(y) }})</script>": "value-in-script",
    "<script>f({{ x|int(default=y) }})</script>": "value-in-script",
    "<script>f({{ 'a'|replace(*x) }})</script>": "value-in-script",
    "<script>f('{{ _('hello', **x) }}')</script>": "value-in-script",
    "<script>f('{{ x.strftime(y) }}')</script>": "value-in-script",
    "<script>f({{ x * 1000 }})</script>": "value-in-script",
    "<script>f({{ x + y }})</script>": "value-in-script",
    "<script>f('{{ asset('a', 'b.js') }}')</script>": "value-in-script",
    "<script>f('{{ setting('a') }}')</script>": "value-in-script",
    "<script>f('{{ asset(x) }}')</script>": "value-in-script",
    "<script>f({{ request.args.next_num }})</script>": "value-in-script",
    "<style>a { color: {{ x }} }</style>": "value-in-style",
    "<a onclick=\"f('{{ x }}')\">": "value-in-handler",
    "<a ONCLICK=\"f('{{ x }}')\">": "value-in-handler",
    "<a @click=\"f('{{ x }}')\">": "value-in-handler",
    "<div x-data=\"{ a: '{{ x }}' }\">": "value-in-handler",
    "<p :title=\"'{{ x }}'\">": "value-in-handler",
    "<p x-text=\"'{{ x }}'\">": "value-in-handler",
    "<p :total='{{ total }}'>": "value-in-handler",
    "<p :total='{{ request.args.total }}'>": "value-in-handler",
    "<p x-bind:class=\"{ '{{ x }}': on }\">": "value-in-handler",
    "<p v-bind:title=\"'{{ x }}'\">": "value-in-handler",
    "<p v-if=\"name == '{{ x }}'\">": "value-in-handler",
    '<iframe srcdoc="{{ x }}">': "value-in-srcdoc",
    '<a href="{{ x|safe }}">': "unchecked-address",
}

FINE = [
    '<a href="{{ x }}" class="{{ y }}">{{ z }}</a>',
    "<a class='{{ x }}'>",
    "<p>{{ x }}</p><!-- {{ x }} -->",
    "<p {{ x }}>",
    "<{{ x }}>",
    "<p data-{{ x }}='y'>",
    "<input value={{ 5 }}><input value={{ 'a' }}>",
    "<input value={{ x|int }}><input value={{ x|length }}>",
    "<p id={{ item.id }}><p id=row-{{ loop.index }}>",
    "<a href={{ url_for('static', filename=x) }}>",
    "<p class={{ 'on' if x else 'off' }}>",
    "<script>var a = {{ x|tojson }}</script>",
    "<script>var a = {{ x|tojson|safe }}</script>",
    "<script>var a = {{ (x or {})|tojson(indent=2) }}</script>",
    "<script>f({{ x|int }}, {{ loop.index }}, {{ x == 1 }}, {{ item.id }})</script>",
    "<script>f('{{ url_for('static', filename='a.js') }}')</script>",
    "<script>f('{{ config.KEY }}', '{{ csrf_token() }}', '{{ request.endpoint }}')</script>",
    "<script>f({{ '%.2f'|format(x) }}, '{{ '%02d:%02d' % (x, y) }}', {{ '%d%%' % x }})</script>",
    "<script>f({{ x + 1 }}, {{ 1 - x }}, {{ page.prev_num }}, {{ x|round(2) }})</script>",
    "<script>f('{{ x.strftime('%Y-%m-%d') }}', '{{ x.y.isoformat() }}')</script>",
    "<script>f('{{ 'a b'|replace(' ', '_') }}', '{{ 1|default(2) }}')</script>",
    "<style>@import '{{ asset('site.css') }}';</style><i class={{ icon('a.svg') }}></i>",
    "<script>f('{{ _('Really?') }}', '{{ gettext('Yes') }}')</script>",
    "<script>{{ caller() }}{{ super() }}{{ self.body() }}</script>",
    "{% macro m() %}x{% endmacro %}<script>{{ m() }}</script>",
    "{% import 'm.html' as m %}<script>{{ m.js(1) }}</script>",
    "{% set n = 5 %}<script>f({{ n }})</script>",
    "{% set js %}f(){% endset %}<script>{{ js }}</script>",
    "<script type='text/template'><p class='{{ x }}'>{{ y }}</p></script>",
    "<script src='{{ x }}'></script>",
    "<script nonce='{{ csp_nonce() }}'></script>",
    "<textarea>{{ x }}</textarea><title>{{ x }}</title>",
    '<a onclick="f({{ x|tojson }})">',
    "<a onclick='f({{ x|tojson|forceescape }})'>",
    '<a onclick="f({{ item.id }}, {{ x|int }})">',
    "<style>a { width: {{ x|int }}px; color: {{ 'red' if x else 'blue' }} }</style>",
    '<p style="width: {{ x }}px">',
    '<p x-ref="{{ x }}" v-cloak x-transition:enter="{{ x }}" xml:lang="{{ x }}">',
    '<p :key="{{ item.id }}" x-show="{{ x|tojson }}" v-on="a">{{ x }}</p>',
    "<b :total='{{ rows.total }}' :size='{{ rows.per_page }}' :count='{{ rows.pages }}'></b>",
    "<script>f('{{ config.shop.title }}', '{{ config['a']['b'].c }}')</script>",
    "if (a<b) {{ x }}",
    "{% raw %}<a href={{ x }}>{% endraw %}",
    "{# <a href={{ x }}> #}",
    "<option value='1'{% if x %} selected{% endif %}>{{ y }}</option>",
    "<td{% if x %} class='{{ y }}'{% endif %}>{{ z }}</td>",
    "<div {% if x %}class='a'{% else %}id='b'{% endif %} title='{{ y }}'>",
    "{% if x %}<div>{% else %}<div class='y'>{% endif %}{{ z }}</div>",
]


@pytest.fixture
def app(tmp_path: Path) -> Kolba:
    app = Kolba("shop", root_path=str(tmp_path), instance_path=str(tmp_path / "instance"))
    app.testing = True
    return app


def put(app: Flask, name: str, source: str) -> str:
    file = Path(app.root_path) / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")
    return name


def compile_(app: Flask, source: str) -> None:
    app.jinja_env.from_string(source)


@pytest.mark.parametrize(("source", "code"), FOUND.items())
def test_it_is_found_when_the_template_is_compiled(app: Kolba, source: str, code: str) -> None:
    """In tests and in development it is an error with the template's line and what to write."""
    with pytest.raises(UnsafeTemplate) as caught:
        compile_(app, f"<!doctype html>\n{source}")
    (finding,) = caught.value.findings
    assert (finding.code, finding.line) == (code, 2)
    assert "KOLBA_ESCAPING" in str(caught.value)


@pytest.mark.parametrize("source", FINE)
def test_what_is_safe_is_not_found(app: Kolba, source: str) -> None:
    """No false alarm, in a page and in a part of one."""
    app.jinja_env.globals["csp_nonce"] = app.jinja_env.globals["csrf_token"] = lambda: "x"
    compile_(app, f"<!doctype html>\n{source}")
    put(app, "part.html", source)
    app.jinja_env.get_template("part.html")


@pytest.mark.parametrize("source", FOUND)
def test_flask_says_nothing(source: str) -> None:
    """Plain Flask compiles each of them."""
    app = Flask("plain")
    app.jinja_env.globals["_"] = str
    compile_(app, source)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x or 'y'", "x or 'y'"),
        ("x + y", "x + y"),
        ("x ~ '-' ~ y", "x ~ '-' ~ y"),
        ("x if a else y.b", "x if ... else y.b"),
        ("x if a", "x if ..."),
    ],
)
def test_a_value_of_several_parts_is_shown(app: Kolba, value: str, shown: str) -> None:
    """On a line with many values the message says which one is meant."""
    with pytest.raises(UnsafeTemplate) as caught:
        compile_(app, f"<!doctype html><script>f({{{{ {value} }}}})</script>")
    assert caught.value.findings[0].value == f"{{{{ {shown} }}}}"


def test_all_findings_of_a_template_are_told_at_once(app: Kolba) -> None:
    """With their lines; the traceback leads into the template."""
    put(app, "bad.html", "<a id={{ x }}>\n<script>f({{ y }})</script>\n<a href={{ z.w }}>")
    with app.test_request_context(), pytest.raises(UnsafeTemplate) as caught:
        render_template("bad.html")
    assert [(f.line, f.value) for f in caught.value.findings] == [
        (1, "{{ x }}"),
        (2, "{{ y }}"),
        (3, "{{ z.w }}"),
    ]
    assert caught.value.filename and caught.value.filename.endswith("bad.html")


def test_in_production_it_is_a_log_line(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """The page is shown, and the log and the event name the place, once."""
    app.testing = False
    heard: list[Refusal] = []
    with refused.connected_to(lambda app, refusal: heard.append(refusal), app):
        for _ in range(2):
            app.jinja_env.from_string("<a id={{ x }}>")
    assert [refusal.guard for refusal in heard] == ["escaping"]
    assert len(caplog.records) == 1 and "unquoted-attribute" in caplog.text


def test_in_production_an_unquoted_value_stays_in_its_attribute(app: Kolba) -> None:
    """A space, a tab, a quote and a `>` in the value do not end it."""
    app.testing = False
    with app.test_request_context():
        page = render_template_string("<a id={{ x }}>", x="a b\tc=\"d\" onclick='f()'>`/")
    inside = page.removeprefix("<a id=").removesuffix(">")
    assert not set(" \t\"'>`=") & set(inside)


def test_json_in_double_quotes_keeps_its_quotes(app: Kolba) -> None:
    """`data-x="{{ x|tojson }}"` is right: JSON's quotes do not end the attribute."""
    with app.test_request_context():
        page = render_template_string('<a data-x="{{ x|tojson }}">', x={"a": "<\"&'"})
    assert page.count('"') == 2
    with Flask("plain").test_request_context():
        plain = render_template_string('<a data-x="{{ x|tojson }}">', x={"a": "b"})
    assert plain == '<a data-x="{"a": "b"}">'


def test_report_only_logs(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """In `report` a test does not fail for it."""
    app.config["KOLBA_ESCAPING"] = "report"
    compile_(app, "<a id={{ x }}>")
    assert "unquoted-attribute" in caplog.text


def test_off_says_nothing(app: Kolba, caplog: pytest.LogCaptureFixture) -> None:
    """With `off` templates are compiled as Flask compiles them."""
    app.config["KOLBA_ESCAPING"] = "off"
    compile_(app, "<a id={{ x }}>")
    assert caplog.records == []


def test_a_block_stands_where_its_parents_put_it(app: Kolba) -> None:
    """A child's block is judged by its place in the page that it becomes part of."""
    put(
        app,
        "base.html",
        "<!doctype html><style>{% block css %}{% endblock %}</style>"
        "<body class='{% block cls %}{% endblock %}'>"
        "{% block body %}{% endblock %}<script>{% block js %}{% endblock %}</script>",
    )
    put(app, "middle.html", "{% extends 'base.html' %}{% block body %}<b>{{ x }}</b>{% endblock %}")
    put(
        app,
        "page.html",
        "{% extends 'middle.html' %}{% block cls %}{{ a }}{% endblock %}"
        "{% block js %}if (a<b) f({{ b }}){% endblock %}"
        "{% block css %}a { color: {{ c }} }{% endblock %}{% block body %}{{ d }}{% endblock %}",
    )
    found = {(f.name, f.code, f.value) for f in examine(app) if not f.note}
    assert found == {
        ("page.html", "value-in-script", "{{ b }}"),
        ("page.html", "value-in-style", "{{ c }}"),
    }


@pytest.mark.parametrize("parent", ["{% extends x %}", "{% extends 'nowhere.html' %}"])
def test_a_block_of_an_unknown_parent_is_judged_from_its_first_tag(app: Kolba, parent: str) -> None:
    """Where the page cannot be told, comparisons in scripts are no tags."""
    put(app, "page.html", parent + "{% block js %}if (i<n) x={{ y }}{% endblock %}")
    assert examine(app) == []
    put(app, "page.html", parent + "{% block b %}<p id={{ y }}>{% endblock %}")
    assert [f.code for f in examine(app)] == ["unquoted-attribute"]


def test_a_template_that_extends_itself_ends(app: Kolba) -> None:
    """It is a mistake that Jinja tells of; the analysis does not hang."""
    put(app, "loop.html", "{% extends 'loop.html' %}{% block a %}<p id={{ x }}>{% endblock %}")
    assert [f.code for f in examine(app)] == ["unquoted-attribute"]


def test_a_template_that_is_too_deep_hides_no_other(app: Kolba) -> None:
    """What Jinja itself cannot compile is passed over, as one with a mistake in it is."""
    put(app, "deep.html", "{{ " + "(" * 2000 + "x" + ")" * 2000 + " }}")
    put(app, "page.html", "<p class={{ x }}>")
    assert [(f.name, f.code) for f in examine(app)] == [("page.html", "unquoted-attribute")]
    with app.app_context(), pytest.raises(RecursionError):
        render_template("deep.html")


def test_a_script_file_is_a_script(app: Kolba) -> None:
    """Values in a `.js` template are in a script."""
    put(app, "a.js", "var a = '{{ x }}'; var b = {{ y|tojson }};")
    assert [(f.code, f.value) for f in examine(app)] == [("value-in-script", "{{ x }}")]


def test_texts_and_xml_are_not_html(app: Kolba) -> None:
    """What is no page is not looked at."""
    for name in ("a.txt", "a.csv", "a.xml", "a.md"):
        put(app, name, "<a id={{ x }}>")
    assert examine(app) == []


def test_whole_addresses_are_listed(app: Kolba) -> None:
    """`kolba explain` lists what is checked when it is rendered; nobody has to mend it."""
    put(app, "a.html", '<a href="{{ x }}">')
    assert [(f.code, f.note) for f in examine(app)] == [("checked-address", True)]


@pytest.mark.parametrize("cls", [Environment, SandboxedEnvironment])
def test_an_environment_of_ones_own_stays_what_it_is(cls: Any, tmp_path: Path) -> None:
    """The analysis comes with the app's own environment class, not in its place."""

    class Own(cls):  # type: ignore[misc]
        def __init__(self, app: Flask, **options: Any) -> None:
            options.setdefault("loader", app.create_global_jinja_loader())
            super().__init__(**options)
            self.app = app

    class OwnApp(Kolba):
        jinja_environment = Own  # type: ignore[assignment]

    app = OwnApp("own", root_path=str(tmp_path))
    app.testing = True
    assert isinstance(app.jinja_env, Own)
    assert type(app.jinja_env).__name__ == "Own"
    with pytest.raises(UnsafeTemplate):
        compile_(app, "<a id={{ x }}>")


def test_templates_of_packages_are_only_logged(
    app: Kolba, caplog: pytest.LogCaptureFixture
) -> None:
    """What the developer cannot mend does not stop the app."""
    root = importlib.metadata.distribution("flask-debugtoolbar").locate_file("flask_debugtoolbar")
    name = f"{root}/templates/kolba_test.html"
    app.jinja_env._parse("<a id={{ x }}>", "kolba_test.html", name)
    assert "unquoted-attribute" in caplog.text


def test_streams_are_compiled_the_same(app: Kolba) -> None:
    """The generators of a template have the same filters as its text."""
    template = app.jinja_env.from_string('<a href="{{ x }}">')
    assert "".join(template.generate(x="javascript:f()")) == template.render(x="javascript:f()")


@pytest.mark.parametrize("step", [f"task_{number}" for number in range(1, 11)])
def test_no_false_alarm_in_the_lesson(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson's pages, which are templates in strings, are safe."""
    from kolba.escaping.environment import environment_class
    from kolba.escaping.sources import analyse
    from tests.examples.lesson import load

    monkeypatch.setenv("SECRET_KEY", "of the tests")
    app = load(step)
    assert environment_class(type(app.jinja_env)) is not type(app.jinja_env)
    import sys

    for value in vars(sys.modules[step]).values():
        if isinstance(value, str) and "{{" in value:
            tree = app.jinja_env.parse(value)
            found = analyse(app.jinja_env, tree, None, None).findings
            assert [finding for finding in found if not finding.note] == []


def test_no_false_alarm_in_the_tour() -> None:
    """Nor is anything found in the tour."""
    from kolba.tour import create_app

    app = create_app()
    app.config.setdefault("KOLBA_TEXT_TEMPLATES", (".txt",))
    assert [finding for finding in examine(app) if not finding.note] == []


def test_loops_in_loops_are_walked_once() -> None:
    """Sixty loops in each other are judged; twice the work for each would never end."""
    environment = Environment()
    loops = "{% for x in y %}" * 60 + "<a href={{ x }}>" + "{% endfor %}" * 60
    analysis = Analysis(environment, None, None, {})
    analysis.run(environment.parse(loops))
    assert [finding.code for finding in analysis.findings] == ["unquoted-attribute"]
