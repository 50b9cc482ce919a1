"""`kolba check`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from kolba.check import explanations, rules, settings
from kolba.check.printers import PRINTERS, plain
from kolba.check.run import check as checked
from kolba.check.text import LANGUAGES
from kolba.cli import arguments
from kolba.errors import ConfigError


def _names(context: click.Context, option: click.Parameter, given: Any) -> tuple[str, ...]:
    """Options that may be repeated, and hold several names between commas."""
    return tuple(name.strip() for one in given for name in one.split(",") if name.strip())


@click.command(short_help="Find mistakes in Flask code, without running it.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--select", multiple=True, callback=_names, help="Look for these rules or chapters.")
@click.option("--ignore", multiple=True, callback=_names, help="Leave out these.")
@click.option(
    "--exclude", multiple=True, callback=_names, help="Leave out files and folders like these."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(PRINTERS)),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="What to print it in.")
@click.option("--statistics", is_flag=True, help="Print how often each mistake was found.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also if something was found.")
@click.option("--explain", metavar="CODE", help="Explain a rule, or 'all': list them.")
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    language: str | None,
    statistics: bool,
    exit_zero: bool,
    explain: str | None,
) -> None:
    """Find mistakes in the Flask code of PATHS, files and folders; without them, of this folder.

    The code is read, never run. The exit code is 1 if something was found.
    """
    with arguments.exit_2():
        how = settings.of_project(paths or (".",))
        how = replace(
            how,
            select=select or how.select,
            ignore=(*how.ignore, *ignore),
            exclude=(*how.exclude, *exclude),
            language=language or how.language,
        )
        how = settings.checked(how, "kolba check")
        if explain is not None:
            click.echo(_explained(explain, how.language), nl=False)
            return
    result = checked(paths or (".",), how)
    for note in result.notes:
        click.echo(f"{note.path}: {note.reason}", err=True)
    if statistics:
        click.echo(plain.statistics(result), nl=False)
    else:
        click.echo(PRINTERS[form](result, how.language), nl=False)
    if result.diagnostics and not exit_zero:
        sys.exit(1)


def _explained(code: str, language: str) -> str:
    if code == "all":
        return explanations.listed(language)
    for rule in rules.RULES:
        if rule.code == code:
            return explanations.explained(rule, language)
    raise ConfigError(settings.no_rule(code, [rule.code for rule in rules.RULES]))
