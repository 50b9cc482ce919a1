"""`kolba report`."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout

import click

from kolba import report as reports
from kolba import targets
from kolba.cli import arguments


@click.command(short_help="Add up what guards have refused, or would have.")
@arguments.target
@click.option("--json", "as_json", is_flag=True, help="Print JSON; its schema is in docs/cli.md.")
def report(target: str | None, as_json: bool) -> None:
    """Add up what the guards of TARGET have refused, or would have in report mode.

    Says for each what it was, why, how often, and the line that would allow it.
    The application is loaded for its configuration, not run; the rows are those that
    its servers left in the state store. TARGET is what 'kolba run' takes.
    """
    with arguments.asking_the_store(), redirect_stdout(sys.stderr):
        app = targets.load(target)
        rows = reports.rows_of(app)
    name = target or app.import_name
    if as_json:
        click.echo(json.dumps(reports.document(rows, name), indent=2))
    else:
        click.echo(reports.text(rows, name), nl=False)
