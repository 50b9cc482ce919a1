"""One exchange, as it went over the wire: a request, its answer, the session around them.

A plain value, bounded in size. Header names come from WSGI, which keeps neither their
order nor their case; all else is as it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BODY_LIMIT = 4096

Session = Mapping[str, object]
Messages = tuple[tuple[str, str], ...]  # category and text


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    method: str
    target: str
    protocol: str
    request_headers: tuple[tuple[str, str], ...]
    body: str | None  # None: there was one, too large to be recorded
    status: str
    response_headers: tuple[tuple[str, str], ...]
    session_before: Session = field(default_factory=dict)
    session_after: Session = field(default_factory=dict)
    flashed: Messages = ()
    taken: Messages = ()

    @property
    def location(self) -> str | None:
        """Return where the answer sends the browser, if anywhere."""
        return next((value for name, value in self.response_headers if name == "Location"), None)
