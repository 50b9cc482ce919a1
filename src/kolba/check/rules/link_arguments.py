"""link-arguments: `url_for` without an argument that the route needs."""

from __future__ import annotations

from collections.abc import Iterator

from kolba.check.diagnostic import Hit
from kolba.check.endpoints import Known, links
from kolba.check.nodes import keyword
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.urls.links.link import OPTIONS


def find(project: Project) -> Iterator[Hit]:
    endpoints = project.endpoints
    if project.unread or not endpoints.is_plain:
        return
    for link in links(project):
        known = endpoints.known.get(link.endpoint or "", [])
        if link.open or link.guarded or not known or not all(map(_is_plain, known)):
            continue
        given = set(link.values) - OPTIONS
        lacking = [set(one.route.converters) - given for one in known]
        if all(lacking):
            missing = min(lacking, key=len)
            values = {
                "endpoint": repr(link.endpoint),
                "names": ", ".join(sorted(missing)),
                "route": known[0].route.path,
            }
            yield Hit(link.line, 1, values, link.line, link.file)


def _is_plain(known: Known) -> bool:
    """Whether a route tells of all its parameters, and all routes of the view are seen."""
    route = known.route
    if route.path is None or keyword(route.call, "defaults") is not None:
        return False
    if "add_url_rule" in known.module.source:
        return False
    return all(k.arg is not None for k in route.call.keywords)


RULE = Rule(
    code="link-arguments",
    chapter="urls",
    message=Text(
        "url_for({endpoint}): the route {route} needs {names} too, and the page is a 500",
        "url_for({endpoint}): маршруту {route} нужно ещё и {names}; вместо страницы будет 500",
    ),
    hint=Text("Give it what the route needs", "Передайте то, что нужно маршруту"),
    why=Text(
        "Each parameter of the route is an argument of `url_for`; none is taken over from the "
        "page that is open.",
        "Каждый параметр маршрута — аргумент `url_for`; с открытой страницы ничего не берётся.",
    ),
    bad="""@app.get("/item/<int:key>")
def item(key):
    return redirect(url_for("item"))""",
    good="""@app.get("/item/<int:key>")
def item(key):
    return redirect(url_for("item", key=key))""",
    find_in_project=find,
)
