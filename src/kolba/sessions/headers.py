"""What caches may know of an answer that depends on a session.

Facts: RFC 9111 (`private`, `no-store`) and RFC 9110 12.5.5 (`Vary`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask.wrappers import Response

Headers = Sequence[tuple[str, str]]
PRIVATE: Headers = (("Vary", "Cookie"), ("Cache-Control", "private"))
"""What `keep_private` adds to an answer that says nothing of caches."""
NOWHERE: Headers = (("Vary", "Cookie"), ("Cache-Control", "private, no-store"))
"""What `keep_nowhere` makes of it."""

Leaving = tuple[Headers, Callable[[], None] | None]
"""The headers of an answer that leaves, and what is called when it has been sent."""

_PRIVATE = frozenset(("private", "no-store", "private, no-store"))
_LENGTHS = frozenset((len("vary"), len("cache-control")))
_SHARED = frozenset(("public", "s-maxage"))


def keep_private(response: Response) -> None:
    """The session was looked at: no shared cache may keep the answer, and none mix it up."""
    vary = control = None
    listed = response.headers._list
    for name, value in listed:
        if len(name) in _LENGTHS:  # as few other names have
            lowered = name.lower()
            if lowered == "vary":
                vary = value
            elif lowered == "cache-control":
                control = value if control is None else f"{control}, {value}"
    if vary is None and control is None:
        # PERF: nearly always; `add` would look for line breaks in what is known.
        listed.extend(PRIVATE)
        return
    if vary is None:
        response.headers.add("Vary", "Cookie")
    else:
        response.vary.add("Cookie")
    if control is None:
        response.headers.add("Cache-Control", "private")
    elif control not in _PRIVATE:
        response.headers["Cache-Control"] = _private(control)


def _private(control: str) -> str:
    """SECURITY: `public` on an answer that depends on the visitor is a leak, whoever wrote it."""
    parts = [part.strip() for part in control.split(",")]
    names = [part.partition("=")[0].lower() for part in parts]
    kept = [p for p, name in zip(parts, names, strict=True) if p and name not in _SHARED]
    # SECURITY: `private="Set-Cookie"` keeps that header back alone, and a quoted word is no word.
    if '"' in control or _PRIVATE.isdisjoint(part.lower() for part in parts):
        kept.append("private")
    return ", ".join(kept)


def keep_nowhere(response: Response) -> None:
    """The answer shows what is shown once: going back must not show it again."""
    listed = response.headers._list
    if listed[-len(PRIVATE) :] == [*PRIVATE]:
        # PERF: nearly always, since `keep_private` came first; Werkzeug takes it apart.
        listed[-1] = NOWHERE[-1]
    else:
        response.cache_control.no_store = True
