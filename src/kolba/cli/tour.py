"""`kolba tour`."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import webbrowser

import click

from kolba import server
from kolba.cli import arguments
from kolba.errors import ServerError


@click.command(short_help="Serve the lesson's chapters as a live web site.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    help="Processes. Each remembers only the exchanges that it has answered itself.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the tour in a browser.")
def tour(host: str, port: int, workers: int, open_browser: bool) -> None:
    """Serve the tour: eight chapters about Flask, each showing what goes over the wire."""
    os.environ["FLASK_DEBUG"] = "0"

    def welcome(url: str) -> None:
        server.say(f"Kolba's tour: {url}")
        if open_browser:
            webbrowser.open(url)

    # The tour's state lives as long as this command, in a folder that nobody else can read
    # and that all workers share: it needs neither a home nor a place it is installed in.
    with (
        arguments.exit_2(),
        tempfile.TemporaryDirectory(prefix="kolba-tour-", ignore_cleanup_errors=True) as folder,
    ):
        check_packages()
        # Imported here once: the processes that are forked from this one have it at once.
        from kolba.tour import STATE

        os.environ.setdefault(STATE, os.path.join(folder, "tour.sqlite3"))
        server.serve(
            "kolba.tour:create_app()", host=host, port=port, workers=workers, on_up=welcome
        )


def check_packages() -> None:
    if importlib.util.find_spec("pydantic") is None:
        raise ServerError(
            "'kolba tour' has forms, which need pydantic. Write: pip install 'kolba[all]'"
        )
