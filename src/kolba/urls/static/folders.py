"""Where static files lie, and which of them may be given out."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from werkzeug.security import safe_join

ENDPOINT = "static"


def owner(app: Flask, endpoint: str) -> Any:
    """The app or the blueprint whose static files `endpoint` serves, or None."""
    if endpoint == ENDPOINT:
        found: Any = app
    elif endpoint.endswith(f".{ENDPOINT}"):
        found = app.blueprints.get(endpoint[: -len(ENDPOINT) - 1])
    else:
        return None
    return found if found is not None and found.has_static_folder else None


def path_of(folder: str, filename: str) -> str | None:
    """The file's path, or None for a name that may not be given out.

    SECURITY: nothing outside of the folder, and nothing hidden (`.git`, `.env`), except
    `.well-known` (RFC 8615).
    """
    for part in filename.split("/"):
        if part.startswith(".") and part != ".well-known":
            return None
    if "\0" in filename or filename.endswith("/"):
        return None
    return safe_join(folder, filename)


def exists(app: Flask, endpoint: str, filename: str) -> bool:
    """Whether there is such a static file now."""
    scaffold = owner(app, endpoint)
    path = None if scaffold is None else path_of(scaffold.static_folder, filename)
    return path is not None and os.path.isfile(path)


def is_folder(folder: str, filename: str) -> bool:
    """Whether a name is of a folder: pages link to one to put file names behind it."""
    path = path_of(folder, filename.rstrip("/"))
    return path is not None and os.path.isdir(path)
