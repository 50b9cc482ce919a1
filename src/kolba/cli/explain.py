"""`kolba explain`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import redirect_stdout

import click

from kolba import engine, targets
from kolba.app import Kolba
from kolba.cli import arguments, linked, listing
from kolba.escaping import examination as escaping
from kolba.urls.examination import examine


@click.command(short_help="Say which routes run compiled, which by Flask, and why.")
@arguments.target
@click.option("--unused", is_flag=True, help="List only the routes that nothing links to.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; its schema is in docs/cli.md.")
def explain(target: str | None, unused: bool, as_json: bool) -> None:
    """Say which routes of the Flask application TARGET run compiled, which by Flask, and why.

    Lists every route with its view, and the hooks that run with it, in their order;
    and mistakes in routes, links and templates, with the links that only running the
    code tells.
    The application is loaded, not run. TARGET is what 'kolba run' takes.
    """
    # What the application prints while it loads must not get into the JSON.
    with arguments.exit_2(), redirect_stdout(sys.stderr):
        app = targets.load(target)
        report = engine.explain(app)
        examination = examine(app)
        # What Flask does not look for is not said of a Flask app.
        findings = escaping.examine(app) if isinstance(app, Kolba) else []
    name = target or app.import_name
    if as_json:
        document = listing.document(report, name) | linked.document(examination, findings)
        click.echo(json.dumps(document, indent=2))
    elif unused:
        click.echo(linked.unused_text(examination, name), nl=False)
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        text = listing.text(report, name, os.getcwd(), width) + linked.text(examination, findings)
        click.echo(text, nl=False)
