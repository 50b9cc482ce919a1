"""Templates are read before there is a request, from loaders that wait for one or list nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app, g, render_template
from jinja2 import BaseLoader, FileSystemLoader, FunctionLoader

from kolba import Kolba
from kolba.escaping.examination import examine as examine_escaping
from kolba.urls.examination import examine as examine_urls
from kolba.urls.problems import RoutingErrors


class Themed(BaseLoader):
    """As Flask-Themes2: which templates there are stands in the app."""

    def list_templates(self) -> list[str]:
        return FileSystemLoader(current_app.config["THEME"]).list_templates()

    def get_source(self, environment: Any, template: str) -> Any:
        return FileSystemLoader(current_app.config["THEME"]).get_source(environment, template)


def app_of(loader: BaseLoader, cls: type[Flask] = Kolba) -> Flask:
    app = cls(__name__)
    app.jinja_loader = loader
    app.add_url_rule("/", "home", lambda: render_template("page.html"))
    return app


def themed(folder: Path, source: str, cls: type[Flask] = Kolba) -> Flask:
    (folder / "page.html").write_text(source)
    app = app_of(Themed(), cls)
    app.config["THEME"] = str(folder)
    return app


@pytest.mark.parametrize("cls", [Kolba, Flask])
def test_an_app_starts_whose_loader_asks_for_the_app(tmp_path: Path, cls: type[Flask]) -> None:
    """Its first page is answered."""
    app = themed(tmp_path, "<p>{{ url_for('home') }}</p>", cls)
    assert app.test_client().get("/").text == "<p>/</p>"


def test_its_templates_are_examined(tmp_path: Path) -> None:
    """A wrong link in one is found before the first request, and a value in a script."""
    app = themed(tmp_path, "{{ url_for('hoem') }}<script>var x = {{ y }}</script>")
    with pytest.raises(RoutingErrors, match="hoem"):
        app.test_client().get("/")
    assert [problem.code for problem in examine_urls(app).problems] == ["unknown-endpoint"]
    assert [finding.code for finding in examine_escaping(app)] == ["value-in-script"]


def test_no_context_ends_that_no_loader_asked_for() -> None:
    """A teardown function that needs what a request has set stops no app from starting."""
    app = app_of(FunctionLoader(lambda name: "ok"))
    app.before_request(lambda: setattr(g, "opened", True))
    app.teardown_appcontext(lambda error: g.opened and None)
    assert app.test_client().get("/").text == "ok"


@pytest.mark.parametrize("loader", ["listing", "themed"])
@pytest.mark.parametrize("cls", ["flask.Flask", "kolba.Kolba"])
def test_kolba_explain_explains_such_apps(tmp_path: Path, cls: str, loader: str) -> None:
    """Templates that cannot be listed, or not without the app, keep no route off the list."""
    module, name = cls.split(".")
    (tmp_path / "shop.py").write_text(APP.format(module=module, name=name, loader=loader))
    line = [sys.executable, "-m", "kolba", "explain", "shop:app"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "/static/<path:filename>" in done.stdout


APP = """
from flask import current_app
from jinja2 import DictLoader, FunctionLoader
from {module} import {name}

class Themed(DictLoader):
    def list_templates(self):
        return [current_app.name]

app = {name}(__name__)
listing, themed = FunctionLoader(lambda name: "x"), Themed({{}})
app.jinja_loader = {loader}
"""
