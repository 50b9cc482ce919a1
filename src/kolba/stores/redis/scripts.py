"""The verbs as Lua scripts: read from the files beside this one, run by their digests."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from kolba.stores.redis.connections import NoScript, Server

_RECORDS = ("prelude", "records")
_MESSAGES = ("prelude", "messages")
_CHANGES = (*_RECORDS, "changes")
_MAKING = (*_RECORDS, "messages", "free", "making")
_PURGING = (*_RECORDS, "messages", "purging")
_BEFORE: dict[str, tuple[str, ...]] = {
    "claim": ("prelude", "free"),
    "confirm": _MESSAGES,
    "create": _MAKING,
    "create_with": _MAKING,
    "delete": _RECORDS,
    "delete_leaving": _MAKING,
    "delete_owned": _RECORDS,
    "load_with": (),
    "purge": _PURGING,
    "put": _MAKING,
    "release": _MESSAGES,
    "rotate": _CHANGES,
    "save": _CHANGES,
    "tidy": _PURGING,
}
"""What comes before a verb's own text, where that is not the prelude alone.

PERF: no more than is used. A script makes the functions of all of it anew each time, which
took half of what the server did for a small verb (python -m bench.stores).
"""


# PERF: a script that is sent as text is hashed by the server each time, its comments too.
_spare = re.compile(r"^\s*--.*\n|^\s+", re.MULTILINE)


class Scripts:
    """The scripts of one prefix on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._prefix = server.address.prefix

    def run(self, name: str, *args: Any) -> Any:
        """What the script `name` answers to `args`.

        Raises:
            StoreDown: the server cannot be asked.
        """
        text, digest = _script(name)
        try:
            return self._server.ask("EVALSHA", digest, "1", self._prefix, *args)
        except NoScript:
            return self._server.ask("EVAL", text, "1", self._prefix, *args)

    def tell(self, name: str, *args: Any) -> None:
        """Have the script `name` run soon: its answer is not waited for, an error is logged.

        Raises:
            StoreDown: the server cannot be told.
        """
        text, _ = _script(name)  # and not its digest: that it is unknown would be heard too late
        self._server.tell("EVAL", text, "1", self._prefix, *args)


@cache
def _script(name: str) -> tuple[str, str]:
    folder = files("kolba.stores.redis") / "lua"
    parts = (*_BEFORE.get(name, ("prelude",)), name)
    whole = "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in parts)
    text = _spare.sub("", whole)
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
