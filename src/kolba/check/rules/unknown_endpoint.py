"""unknown-endpoint: `url_for` names an endpoint that the project does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from kolba.check.diagnostic import Hit
from kolba.check.endpoints import Endpoints, links
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text

# They add endpoints to the project's own blueprints.
_ADDING = frozenset(
    ("flask_restx", "flask_restful", "flask_restplus", "flask_smorest", "connexion")
)


def find(project: Project) -> Iterator[Hit]:
    endpoints = project.endpoints
    if project.unread or not endpoints.has_app or not endpoints.is_plain:
        return
    if any(module.packages & _ADDING for module in project):
        return
    for link in links(project):
        endpoint = link.endpoint
        if not endpoint or link.guarded or not _is_missing(endpoint, endpoints):
            continue
        near = _near(endpoint, endpoints)
        mend = Text(f"Did you mean {near!r}?", f"Может быть, {near!r}?") if near else _MEND
        values = {"endpoint": repr(endpoint), "mend": mend}
        yield Hit(link.line, 1, values, link.line, link.file)


def _is_missing(endpoint: str, endpoints: Endpoints) -> bool:
    """Whether nothing of the project can be called so."""
    if endpoint in endpoints.known or not endpoint.replace(".", "a").isidentifier():
        return False
    owner, _, name = endpoint.rpartition(".")
    if not name or name == "static" or endpoint.startswith("."):
        return False
    if owner:
        return owner in endpoints.blueprints and not endpoints.is_possible(name)
    # An extension may add endpoints to the app: only what looks like a slip counts.
    if endpoints.is_possible(name):
        return endpoints.is_only_in_blueprints(name)
    return _near(endpoint, endpoints) is not None


def _near(endpoint: str, endpoints: Endpoints) -> str | None:
    name = endpoint.rpartition(".")[2]
    same = [known for known in endpoints.known if known.rpartition(".")[2] == name]
    near = same or difflib.get_close_matches(endpoint, endpoints.known, n=1, cutoff=0.8)
    return near[0] if near else None


_MEND = Text(
    "Register a route of that name, or mend it", "Добавьте такой маршрут или исправьте имя"
)

RULE = Rule(
    code="unknown-endpoint",
    chapter="urls",
    message=Text(
        "url_for({endpoint}): there is no such endpoint, and the page is a 500",
        "url_for({endpoint}): такой конечной точки нет; вместо страницы будет 500",
    ),
    hint=Text("Name what a route has: {mend}", "Назовите то, что есть: {mend}"),
    why=Text(
        "An endpoint is the name of the view, with its blueprint's before it: `auth.login`. A "
        "wrong one is found when the link is made, which is when somebody opens the page.",
        "Конечная точка — имя представления, а перед ним имя блюпринта: `auth.login`. Ошибка "
        "в нём обнаружится, когда будут строить ссылку, то есть когда откроют страницу.",
    ),
    bad="""auth = Blueprint("auth", __name__)


@auth.get("/login")
def login():
    return redirect(url_for("login"))""",
    good="""auth = Blueprint("auth", __name__)


@auth.get("/login")
def login():
    return redirect(url_for("auth.login"))""",
    find_in_project=find,
)
