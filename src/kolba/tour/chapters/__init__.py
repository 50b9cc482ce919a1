"""The chapters, in the lesson's order, and the engine: a blueprint each, named as its module."""

from __future__ import annotations

from kolba import Kolba, request, url_for
from kolba.http import wire
from kolba.tour.chapters import (
    cookies,
    engine,
    escaping,
    flashes,
    redirects,
    requests,
    sessions,
    urls,
)

CHAPTERS = (
    urls.bp,
    escaping.bp,
    requests.bp,
    redirects.bp,
    flashes.bp,
    cookies.bp,
    sessions.bp,
    engine.bp,
)
NAMES = tuple(chapter.name for chapter in CHAPTERS)


def init_app(app: Kolba) -> None:
    """Put the chapters on the site, and give templates their names and the present one's."""
    for chapter in CHAPTERS:
        app.register_blueprint(chapter)

    @app.context_processor
    def chapters() -> dict[str, object]:
        chapter = request.blueprint if request.blueprint in NAMES else None
        return {"chapters": NAMES, "chapter": chapter, "here": here(chapter)}


def here(chapter: str | None) -> str:
    """Return where a change of theme or language comes back to: a page that GET gives."""
    if request.method == "GET" and request.url_rule:
        return wire.request_target(request.environ)
    return url_for(f"{chapter}.index" if chapter else "home.index")
