"""Other template engines on the same shapes: minijinja, Mako and Chameleon.

They are installed into a folder of their own under `.cache/`, and only for this: one that cannot
be had is left out, with the reason. minijinja gets Jinja's sources as they are; the other two get
the shape written as their users would. What they render may differ in spaces, so it is compared
without them.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from bench.shapes import Shape

HOME = Path(__file__).parents[1] / ".cache" / "template-engines"
PACKAGES = {"minijinja": "minijinja", "mako": "Mako", "chameleon": "Chameleon"}
Render = Callable[[], str]

_HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Products</title></head>
<body>
<nav>
<a href="${url_for('hello')}">Home</a>
<a href="${url_for('page')}">Page</a>
<a href="${url_for('login_form')}">Log in</a>
<a href="${url_for('item', n=42)}">Item</a>
<a href="${url_for('static', filename='site.css')}">Style</a>
</nav>
"""
_TABLE = """<h1>Hello, ${user}!</h1>
<table class="products">
<tr><th>Name</th><th>Price</th><th>Note</th></tr>
"""
_ROW = """<tr><td>${row["name"]}</td>
<td class="price">${row["price"]}</td><td>${row["note"]}</td></tr>"""
_CELLS = '<tr><td>${row["name"]}</td><td>${row["price"]}</td><td>${row["note"]}</td></tr>'
_PRODUCT = '<li id="${p.id}">${p.name} ${p.price} ${p.note} ${p.active}</li>'
_LINKS = """<a href="${url_for('hello')}">Home</a><a href="${url_for('page')}">Page</a>
<a href="${url_for('login_form')}">Log in</a><a href="${url_for('item', n=42)}">Item</a>
<a href="${url_for('static', filename='site.css')}">Style</a>
"""

# J4's page stands in one file here; Jinja's has a base.
_MAKO = {
    "J4 page": f"""{_HEAD}
% for category, message in get_flashed_messages(with_categories=True):
<p class="flash ${{category}}">${{message}}</p>
% endfor
{_TABLE}
% for row in rows:
{_ROW}
% endfor
</table></body></html>""",
    "small page": "<h1>Hello, ${user}!</h1>",
    "table": f"<table>\n% for row in rows:\n{_CELLS}\n% endfor\n</table>",
    "10 sqlite3": f"<table>\n% for row in rows:\n{_CELLS}\n% endfor\n</table>",
    "20 objects": f"<ul>\n% for p in products:\n{_PRODUCT}\n% endfor\n</ul>",
    "text": "% for paragraph in paragraphs:\n<p>${paragraph}</p>\n% endfor\n",
    "5 constant": f"""{_LINKS}
% for n in numbers:
<a href="${{url_for('item', n=n)}}">${{n}}</a>
% endfor
""",
}
_CHAMELEON = {
    "J4 page": f"""{_HEAD}<tal:all define="told get_flashed_messages(with_categories=True)"
repeat="(category, message) told">
<p class="flash ${{category}}">${{message}}</p></tal:all>
{_TABLE}<tal:rows repeat="row rows">
{_ROW}</tal:rows>
</table></body></html>""",
    "small page": "<h1>Hello, ${user}!</h1>",
    "table": f'<table><tal:rows repeat="row rows">\n{_CELLS}</tal:rows></table>',
    "10 sqlite3": f'<table><tal:rows repeat="row rows">\n{_CELLS}</tal:rows></table>',
    "20 objects": f'<ul><tal:rows repeat="p products">\n{_PRODUCT}</tal:rows></ul>',
    "text": '<tal:all><p tal:repeat="paragraph paragraphs">${paragraph}</p></tal:all>',
    "5 constant": f"""<tal:all>{_LINKS}<tal:rows repeat="n numbers">
<a href="${{url_for('item', n=n)}}">${{n}}</a></tal:rows></tal:all>""",
}


def installed(say: Callable[[str], None] = print) -> list[str]:
    """The engines that can be imported, after an attempt to install those that cannot."""
    sys.path.append(str(HOME))
    ready = []
    for module, package in PACKAGES.items():
        if (HOME / module).exists() or _install(package, say):
            ready.append(module)
    return ready


def _install(package: str, say: Callable[[str], None]) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(HOME), package], capture_output=True, text=True
    )
    if done.returncode:
        say(f"{package} is left out, not installed: {done.stderr.strip()[-200:]}")
    return done.returncode == 0


def renders(names: list[str], app: Flask, shape: Shape, expected: str) -> Iterator[tuple[str, Any]]:
    """Each engine with its render function, or with the reason why it has none for the shape."""
    for name in names:
        try:
            render = _MAKERS[name](app, shape)
            if render is None:
                yield name, "not written"
            elif _bare(render()) != _bare(expected):
                yield name, "renders something else"
            else:
                yield name, render
        except Exception as error:
            yield name, f"{type(error).__name__}: {error}"


def _bare(text: str) -> str:
    """Without spaces, and with one spelling of each escaped character."""
    for long, short in (("&#39;", "'"), ("&#x27;", "'"), ("&#34;", '"'), ("&#x2f;", "/")):
        text = text.replace(long, short)
    return "".join(text.split())


def _functions(app: Flask) -> dict[str, Any]:
    """What Flask gives its templates, as far as the shapes use it."""
    return {name: app.jinja_env.globals[name] for name in ("url_for", "get_flashed_messages")}


def _minijinja(app: Flask, shape: Shape) -> Render | None:
    minijinja = importlib.import_module("minijinja")
    environment = minijinja.Environment(templates=shape.templates)
    environment.auto_escape_callback = lambda name: True
    for name, value in _functions(app).items():
        environment.add_global(name, value)
    context = shape.context
    return lambda: environment.render_template("main.html", **context)


def _mako(app: Flask, shape: Shape) -> Render | None:
    source = _source(_MAKO, shape)
    if source is None:
        return None
    template = importlib.import_module("mako.template").Template(source, default_filters=["h"])
    context = {**_functions(app), **shape.context}
    return lambda: template.render(**context)


def _chameleon(app: Flask, shape: Shape) -> Render | None:
    source = _source(_CHAMELEON, shape)
    if source is None:
        return None
    template = importlib.import_module("chameleon").PageTemplate(source)
    context = {**_functions(app), **shape.context}
    return lambda: template.render(**context)


def _source(sources: dict[str, str], shape: Shape) -> str | None:
    return next((text for name, text in sources.items() if shape.name.startswith(name)), None)


_MAKERS: dict[str, Callable[[Flask, Shape], Render | None]] = {
    "minijinja": _minijinja,
    "mako": _mako,
    "chameleon": _chameleon,
}
