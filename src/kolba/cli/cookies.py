"""`kolba cookies`."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout

import click

from kolba import targets
from kolba.cli import arguments
from kolba.cookies import declared, register


@click.command(short_help="List the cookies that an application declares.")
@arguments.target
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    help="A table, JSON, or a section in Markdown for a privacy page.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "ru"]),
    default="en",
    help="Of the table and the section.",
)
def cookies(target: str | None, form: str, language: str) -> None:
    """List the cookies that the application TARGET declares: name, type, life, purpose.

    The application is loaded, not run; what it declares in modules that are
    imported later is not seen. TARGET is what 'kolba run' takes.
    """
    with arguments.exit_2(), redirect_stdout(sys.stderr):
        app = targets.load(target)
    if form == "json":
        click.echo(
            json.dumps(register.document(app, declared(), target or app.import_name), indent=2)
        )
    elif form == "markdown":
        click.echo(register.markdown(app, declared(), language), nl=False)
    else:
        click.echo(register.text(app, declared(), language), nl=False)
