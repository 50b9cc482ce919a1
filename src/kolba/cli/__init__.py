"""The command line: argument parsing only, one command a file.

The invariant: what Kolba refuses is one message on standard error and exit code 2.
"""

from __future__ import annotations

from importlib import import_module

import click

import kolba

COMMANDS = ("check", "compare", "cookies", "doctor", "explain", "report", "run", "sessions", "tour")


class _Commands(click.Group):
    """Imports a command when it is asked for: a server that starts needs none of the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"kolba.cli.{cmd_name}"), cmd_name)
        return command


@click.group(name="kolba", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kolba.__version__, "-V", "--version", prog_name="kolba")
def main() -> None:
    """Run a Flask application on Kolba's engine."""
