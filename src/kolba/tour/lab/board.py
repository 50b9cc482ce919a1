"""The board: which attacks each chapter has, and the one that this request asks for.

An attack changes nothing of the visitor's, so its buttons send GET: a result can be
reloaded and passed on.
"""

from __future__ import annotations

import re

from kolba import Kolba, request
from kolba.tour import languages
from kolba.tour.lab import (
    cookies,
    elsewhere,
    engine,
    escaping,
    flashes,
    heard,
    hosts,
    redirects,
    requests,
    sessions,
    urls,
)
from kolba.tour.lab.attack import Attack, Struck, strike

BOARD: dict[str, tuple[Attack, ...]] = {
    "urls": urls.ATTACKS + hosts.ATTACKS,
    "escaping": escaping.ATTACKS,
    "requests": requests.ATTACKS,
    "redirects": redirects.ATTACKS,
    "flashes": flashes.ATTACKS,
    "cookies": cookies.ATTACKS,
    "sessions": sessions.ATTACKS,
    "engine": engine.ATTACKS,
}
SAID = re.compile(r"[A-Za-z0-9:/.\[\]-]{1,100}")


def struck_here(chapter: str) -> Struck | None:
    """Carry out the attack that the query names; None where it names none."""
    name = request.args.get("attack")
    attack = next((attack for attack in BOARD[chapter] if attack.name == name), None)
    if attack is None:
        return None
    return strike(attack, languages.current().language, said())


def said() -> dict[str, str]:
    """Return what a real browser said about the origin of a form, if one came from elsewhere."""
    headers = {
        "Origin": request.args.get("origin", ""),
        "Sec-Fetch-Site": request.args.get("site", ""),
    }
    return {name: value for name, value in headers.items() if SAID.fullmatch(value)}


def init_app(app: Kolba) -> None:
    """Give templates the attacks, and open the other site."""
    heard.hush()
    app.register_blueprint(elsewhere.bp)
    app.add_template_global(BOARD, "board")  # type: ignore[arg-type]
    app.add_template_global(struck_here)
    app.add_template_global(elsewhere.other_site)
