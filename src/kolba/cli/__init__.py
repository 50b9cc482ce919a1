"""The command line: argument parsing only, one command a file.

The invariant: what Kolba refuses is one message on standard error and exit code 2.
"""

from __future__ import annotations

import click

import kolba
from kolba.cli.compare import compare
from kolba.cli.cookies import cookies
from kolba.cli.doctor import doctor
from kolba.cli.explain import explain
from kolba.cli.report import report
from kolba.cli.run import run
from kolba.cli.sessions import sessions
from kolba.cli.tour import tour


@click.group(name="kolba", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kolba.__version__, "-V", "--version", prog_name="kolba")
def main() -> None:
    """Run a Flask application on Kolba's engine."""


for command in (compare, cookies, doctor, explain, report, run, sessions, tour):
    main.add_command(command)
