"""Chapter 1: URLs are built from endpoints, never written by hand."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kolba.tour import building, fields, trap

bp = Blueprint("urls", __name__, url_prefix="/urls")


@bp.get("/")
def index() -> str:
    """Build a URL from the visitor's endpoint and arguments; spring the trap of `static`."""
    endpoint = fields.text(request.args, "view", limit=80)
    arguments = fields.text(request.args, "arguments", limit=400)
    external = "external" in request.args
    name = fields.choice(request.args, "name", ("", *trap.NAMES), "")
    folder = fields.choice(request.args, "folder", ("on", "off"), "on")
    return render_template(
        "urls.html",
        endpoint=endpoint,
        arguments=arguments,
        external=external,
        built=building.build(endpoint, arguments, external=external) if endpoint else None,
        name=name,
        folder=folder,
        sprung=trap.spring(name, static_folder=folder == "on") if name else None,
    )


@bp.get("/items/<int:number>")
def item(number: int) -> str:
    """Answer the URLs whose last part is a whole number."""
    return render_template("matched.html", arguments={"number": number})


@bp.get("/people/<name>")
def person(name: str) -> str:
    """Answer the URLs whose last part is a text without slashes."""
    return render_template("matched.html", arguments={"name": name})


@bp.get("/files/<path:path>")
def file(path: str) -> str:
    """Answer the URLs that end in a path, slashes and all."""
    return render_template("matched.html", arguments={"path": path})
