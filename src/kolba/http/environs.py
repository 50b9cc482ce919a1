"""The environ of a request, for those who only look at it.

Whoever touches `request.environ` may change it: an engine that makes requests lazily has to
copy it then. Readers ask here, and nothing is made for them.
The invariant: what is read here is what `request.environ` holds, and is never changed.
"""

from __future__ import annotations

from typing import Any

MARK = "_kolba_environ"
"""Where a request, and a request context, that was made lazily keeps its environ."""


def environ_of(request: Any) -> dict[str, Any]:
    """What `request.environ` is, to be read and not to be changed.

    Args:
        request: the request itself, not the proxy for it.
    """
    values = request.__dict__
    found: dict[str, Any] | None = values["environ"] if "environ" in values else values.get(MARK)
    return request.environ if found is None else found


def environ_in(context: Any) -> dict[str, Any]:
    """The same of a request context; its request need not have been made."""
    values = context.__dict__
    if MARK in values and "request" not in values:
        return values[MARK]  # type: ignore[no-any-return]
    return environ_of(context.request)
