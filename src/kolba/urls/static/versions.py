"""`url_for("static", filename=...)` with the content's hash: `/static/site.css?v=...`.

In the query, not in the path, so that relative URLs inside of style sheets stay right and a
proxy that serves the folder by itself still finds the file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask

from kolba.urls.static import folders
from kolba.urls.static.assets import Assets

logger = logging.getLogger("kolba.urls")

PARAMETER = "v"
VERSION = f"{PARAMETER}="
"""What stands in the query of each link that names a version."""
_MOST_TOLD = 1_000


def adder(app: Flask, assets: Assets) -> Callable[[str, dict[str, Any]], None]:
    """What `app.url_defaults` takes: adds the version to links to static files."""
    told: set[tuple[str, str]] = set()

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        # PERF: runs for each `url_for`; nearly none is of a static file.
        if endpoint[-6:] != folders.ENDPOINT or PARAMETER in values:
            return
        filename = values.get("filename")
        scaffold = folders.owner(app, endpoint)
        if scaffold is None or not isinstance(filename, str):
            return
        path = folders.path_of(scaffold.static_folder, filename)
        asset = None if path is None else assets.find(path)
        if asset is not None:
            if asset.version:
                values[PARAMETER] = asset.version
        elif (endpoint, filename) not in told and len(told) < _MOST_TOLD:
            told.add((endpoint, filename))
            if folders.is_folder(scaffold.static_folder, filename):
                return
            logger.warning(
                "url_for(%r, filename=%r): there is no such file in %r."
                " The link is made without a version.",
                endpoint,
                filename,
                scaffold.static_folder,
            )

    # Templates keep links without variables for as long as files are trusted not to have changed.
    add_version._kolba_state = assets.period  # type: ignore[attr-defined]
    add_version._kolba_static = True  # type: ignore[attr-defined]
    return add_version
