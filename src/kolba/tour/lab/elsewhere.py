"""The other site: the same server under its other name, which to a browser is another site.

`localhost` and `127.0.0.1` lead to one port of one machine, and a browser keeps them as
strictly apart as any two sites. Where the tour is visited under any other name there is no
second one; then the attack is sent by the tour itself, with the headers of such a browser.
"""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kolba import (
    Blueprint,
    abort,
    insecure_allow_cross_origin,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from kolba.tour import languages

bp = Blueprint("elsewhere", __name__, url_prefix="/elsewhere")
OTHER_NAME = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}


def other_site() -> str | None:
    """Return the origin of the other site; None where there is no other name."""
    name, colon, port = request.host.partition(":")
    other = OTHER_NAME.get(name)
    return other and f"{request.scheme}://{other}{colon}{port}"


@bp.get("/<any(en, ru):language>")
def page(language: str) -> ResponseReturnValue:
    """Show the form that leads to the tour; its policy lets it, as an attacker's would."""
    site = other_site() or abort(404)
    t = languages.TRANSLATORS[language]  # its cookies are not the tour's: the link says it
    answer = make_response(render_template("elsewhere.html", site=site, t=t, language=language))
    answer.headers["Referrer-Policy"] = "origin"  # else the browser would say `Origin: null`
    answer.headers["Content-Security-Policy"] = f"default-src 'self'; form-action {site}"
    return answer


@bp.post("/arrive")
@insecure_allow_cross_origin
def arrive() -> ResponseReturnValue:
    """Take the other site's form, and hand what the browser said of it to the laboratory.

    It changes nothing, which is why it may be open to everybody.
    """
    target = url_for(
        "requests.index",
        attack="foreign",
        origin=request.headers.get("Origin"),
        site=request.headers.get("Sec-Fetch-Site"),
        _anchor="attack",
    )
    return redirect(target)
