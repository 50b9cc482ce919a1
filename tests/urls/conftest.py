"""An app with its own templates, made where the test wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Blueprint, Flask

from kolba import Kolba

AnyFlask = TypeVar("AnyFlask", bound=Flask)

MakeApp = Callable[..., Kolba]


@pytest.fixture
def make_app(tmp_path: Path) -> MakeApp:
    """`make_app({"a.html": "..."})`: an app whose folder holds these templates."""

    def make(templates: dict[str, str] | None = None, **options: Any) -> Kolba:
        for name, source in (templates or {}).items():
            file = tmp_path / "templates" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, "utf-8")
        options.setdefault("instance_path", str(tmp_path / "instance"))
        return Kolba("shop", root_path=str(tmp_path), **options)

    return make


def with_routes(app: AnyFlask) -> AnyFlask:
    """The app with a few routes, one of them in a blueprint."""

    def view(**values: Any) -> str:
        return ""

    app.add_url_rule("/", "home", view)
    app.add_url_rule("/item/<int:number>", "item", view)
    app.add_url_rule("/tag/<any(a, b):tag>", "tag", view)
    blueprint = Blueprint("blog", __name__, url_prefix="/blog")
    blueprint.add_url_rule("/<slug>", "post", view)
    app.register_blueprint(blueprint)
    return app
