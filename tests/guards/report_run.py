"""The differential scenarios with the class swapped: `python -m tests.guards.report_run`.

Each scenario's app is a `kolba.Kolba` in report mode, its sessions in Flask's own cookie,
so that what is compared are the guards. Prints what `tests.differential.run` prints.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.differential import run


def swap_class() -> None:
    """Make the scenarios' apps of class `Kolba`, reporting."""
    import flask

    import kolba
    from tests.differential import trace

    plain = trace.Trace.app

    def app(self: Any, name: str = "shop", /, **options: Any) -> Any:
        if options.get("cls", flask.Flask) is flask.Flask:
            options["cls"] = reporting
        made = plain(self, name, **options)
        made.config.setdefault("KOLBA_STATE", "cookie:")
        return made

    def reporting(name: str, **options: Any) -> kolba.Kolba:
        return kolba.Kolba(name, safety="report", **options)

    trace.Trace.app = app  # type: ignore[method-assign]


if __name__ == "__main__":
    import kolba

    kolba.install()
    swap_class()
    sys.exit(run.main(["--engine", "kolba", *sys.argv[1:]]))
