"""The verbs as Lua scripts: read from the files beside this one, run by their digests."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from kolba.stores.redis.connections import NoScript, Server

_MAKING = frozenset(("create", "create_with", "put"))


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
            return self._server.ask("EVALSHA", digest, 1, self._prefix, *args)
        except NoScript:
            return self._server.ask("EVAL", text, 1, self._prefix, *args)


@cache
def _script(name: str) -> tuple[str, str]:
    folder = files("kolba.stores.redis") / "lua"
    parts = ("prelude", "making", name) if name in _MAKING else ("prelude", name)
    text = "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in parts)
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
