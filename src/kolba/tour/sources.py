"""Python, shown on a page: the source of a view function, and values as Python writes them."""

from __future__ import annotations

import inspect
from functools import cache

from kolba import Kolba


def init_app(app: Kolba) -> None:
    """Give templates `source_of(endpoint)` and the filter `python`."""
    app.add_template_filter(repr, "python")

    @app.template_global()
    @cache
    def source_of(endpoint: str) -> str:
        return inspect.getsource(inspect.unwrap(app.view_functions[endpoint])).rstrip()
