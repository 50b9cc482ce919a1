"""`kolba run`."""

from __future__ import annotations

import os

import click

from kolba import server
from kolba.cli import arguments


@click.command(short_help="Serve a Flask application, unchanged, on Kolba's engine.")
@arguments.target
@click.option(
    "--host",
    envvar="FLASK_RUN_HOST",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 is every one of this machine.",
)
@click.option(
    "--port",
    "-p",
    envvar="FLASK_RUN_PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    help="Processes.  [default: one per CPU, at most 8; 1 with --reload or --debug]",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 4096),
    default=server.THREADS,
    show_default=True,
    help="Views that one worker runs at once.",
)
@click.option("--reload", is_flag=True, help="Start again when a Python file changes.")
@click.option(
    "--debug/--no-debug",
    default=None,
    help="Flask's debug mode with Werkzeug's debugger; one worker.  [default: FLASK_DEBUG]",
)
@click.option(
    "--inspect",
    is_flag=True,
    help="Show every request on a page of its own; switches debug mode on; this machine only.",
)
@click.option("--access-log", is_flag=True, help="Write one line for each request.")
@click.option("--tls-certificate", metavar="FILE", help="Certificate chain (PEM): serve HTTPS.")
@click.option("--tls-key", metavar="FILE", help="Key of the certificate (PEM, without a password).")
def run(
    target: str | None,
    host: str,
    port: int,
    workers: int | None,
    threads: int,
    reload: bool,
    debug: bool | None,
    inspect: bool,
    access_log: bool,
    tls_certificate: str | None,
    tls_key: str | None,
) -> None:
    """Serve the Flask application TARGET, unchanged, on Kolba's engine.

    TARGET is what 'flask --app' takes: shop, shop:app, "shop:create_app('dev')",
    package.module, file.py, file.py:app. Without it: FLASK_APP, then wsgi.py or app.py
    in the current folder. Variables are read from .env and .flaskenv, as Flask does.
    """
    if inspect and debug is None and "FLASK_DEBUG" not in os.environ:
        debug = True
    if debug is not None:
        os.environ["FLASK_DEBUG"] = "1" if debug else "0"
    with arguments.exit_2():
        server.serve(
            target,
            host=host,
            port=port,
            workers=workers,
            threads=threads,
            reload=reload,
            inspect=inspect,
            access_log=access_log,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
        )
