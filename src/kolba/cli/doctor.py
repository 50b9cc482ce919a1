"""`kolba doctor`."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout

import click

from kolba import doctor as doctors
from kolba import targets
from kolba.cli import arguments


@click.command(short_help="Say what an application lacks for production.")
@arguments.target
@click.option("--url", help="Ask the server that runs it there what it believes of the request.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; its schema is in docs/cli.md.")
def doctor(target: str | None, url: str | None, as_json: bool) -> None:
    """Say what TARGET lacks for production, by its settings; and by a live request.

    The exit code is 1 if something is wrong. TARGET is what 'kolba run' takes.
    """
    with arguments.asking_the_store(), redirect_stdout(sys.stderr):
        app = targets.load(target)
        findings = doctors.examine(app)
        if url is not None:
            findings += doctors.compare(url, doctors.ask(app, url))
    if as_json:
        click.echo(json.dumps(doctors.document(findings, target or app.import_name), indent=2))
    else:
        click.echo(doctors.text(findings), nl=False)
    if any(finding.level is doctors.Level.WRONG for finding in findings):
        raise SystemExit(1)
