"""Decides whether a target of a redirect stays within this site.

Only a plain path is let through. The rules are those of browsers, which drop tabs and line
breaks, read a backslash as a slash, and take `//host` for another site.
"""

from __future__ import annotations

from enum import StrEnum

LIMIT = 2000


class Refusal(StrEnum):
    """Why a target is refused; each is a key of the texts under `targets.`."""

    EMPTY = "empty"
    TOO_LONG = "long"
    CONTROL = "control"
    BACKSLASH = "backslash"
    OTHER_HOST = "host"
    NOT_A_PATH = "path"


def examine(target: str) -> Refusal | None:
    """Return why this target may not be followed, or None when it may."""
    if not target:
        return Refusal.EMPTY
    if len(target) > LIMIT:
        return Refusal.TOO_LONG
    if any(character <= " " or character == "\x7f" for character in target):
        return Refusal.CONTROL
    if "\\" in target:
        return Refusal.BACKSLASH
    if target.startswith("//"):
        return Refusal.OTHER_HOST
    if not target.startswith("/"):
        return Refusal.NOT_A_PATH
    return None


def within_site(target: str, *, otherwise: str) -> str:
    """Return the target if it stays within the site, else the other one."""
    return target if examine(target) is None else otherwise
