"""`kolba doctor`."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

import click

from kolba import doctor as doctors
from kolba import targets
from kolba.cli import arguments


@click.command(short_help="Say what an application lacks for production.")
@arguments.target
@click.option("--url", help="Ask the server that runs it there what it believes of the request.")
def doctor(target: str | None, url: str | None) -> None:
    """Say what TARGET lacks for production, by its settings; and by a live request.

    The exit code is 1 if something is wrong. TARGET is what 'kolba run' takes.
    """
    with arguments.asking_the_store(), redirect_stdout(sys.stderr):
        app = targets.load(target)
        findings = doctors.examine(app)
        if url is not None:
            findings += doctors.compare(url, doctors.ask(app, url))
    click.echo(doctors.text(findings), nl=False)
    if any(finding.level is doctors.Level.WRONG for finding in findings):
        raise SystemExit(1)
