"""The command line: argument parsing only."""

from __future__ import annotations

import click

import kolba


@click.group(name="kolba")
@click.version_option(kolba.__version__, prog_name="kolba")
def main() -> None:
    """Run a Flask application on Kolba's engine."""
