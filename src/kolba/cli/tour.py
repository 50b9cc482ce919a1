"""`kolba tour`."""

from __future__ import annotations

import os
import secrets
import webbrowser

import click

from kolba import server
from kolba.cli import arguments
from kolba.tour import secret_of_environment


@click.command(short_help="Serve the lesson's seven chapters as a live web site.")
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
    """Serve the tour: seven chapters about Flask, each showing what goes over the wire."""
    os.environ["FLASK_DEBUG"] = "0"
    if not secret_of_environment():
        os.environ["KOLBA_TOUR_SECRET"] = secrets.token_hex(32)  # all workers sign with one key

    def welcome(url: str) -> None:
        server.say(f"Kolba's tour: {url}")
        if open_browser:
            webbrowser.open(url)

    with arguments.exit_2():
        server.serve(
            "kolba.tour:create_app()", host=host, port=port, workers=workers, on_up=welcome
        )
