"""What chapters keep in `g` for the length of a request.

An app may have a class of its own for `g` (`app_ctx_globals_class`), which need not have
Flask's `get` and `pop`.
"""

from __future__ import annotations

from typing import Any

from flask import g


def held(name: str) -> Any:
    """What is kept under a name; None if nothing is.

    Raises:
        RuntimeError: outside of an app's context.
    """
    return _kept().get(name)


def hold(name: str, value: Any) -> None:
    """Keep something until the request ends."""
    _kept()[name] = value


def drop(name: str) -> None:
    """Keep it no longer."""
    _kept().pop(name, None)


def _kept() -> dict[str, Any]:
    return g._get_current_object().__dict__  # type: ignore[no-any-return]
