"""A look at a Werkzeug map while other threads may be adding routes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kolba.errors import KolbaError

if TYPE_CHECKING:
    from werkzeug.routing import Map


class Unsettled(KolbaError):
    """A rule is in the matcher and not in the map: it is being added, or was put there by hand."""


@contextmanager
def settled(url_map: Map) -> Iterator[None]:
    """Sort `url_map`, and keep every thread from sorting it again; routes may still be added.

    A list is empty for others as long as it is being sorted: what is copied without
    this may lack routes.
    """
    url_map.update()
    with url_map._remap_lock:
        yield
