"""Arguments that several commands share, and what becomes of a `KolbaError`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import flask.cli
from flask.helpers import get_load_dotenv

from kolba.errors import KolbaError, TargetError


def target(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the TARGET argument and `--env-file`."""
    given = click.argument("target", required=False, envvar="FLASK_APP", metavar="[TARGET]")
    return env_file(given(command))


def env_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--env-file`; `.env` and `.flaskenv` are read in any case."""
    return click.option(
        "--env-file",
        "-e",
        type=click.Path(exists=True, dir_okay=False),
        is_eager=True,
        expose_value=False,
        callback=_load_environment,
        help="Read environment variables from this file too; it goes before .env and .flaskenv.",
    )(command)


@contextmanager
def exit_2() -> Iterator[None]:
    """Turns a `KolbaError` into its message and exit code 2."""
    try:
        yield
    except KolbaError as error:
        if isinstance(error, TargetError):
            click.echo(error.traceback, err=True, nl=False)
        click.secho(f"Error: {error}", err=True, fg="red")
        raise SystemExit(2) from None


@contextmanager
def asking_the_store() -> Iterator[None]:
    """`exit_2` for a command that asks the state store.

    One that is away is the command's own error: the log, which tells a server's
    operator that it goes on without, would only say the same before it.
    """
    logger = logging.getLogger("kolba.stores")
    with exit_2():
        logger.addFilter(_is_no_error)
        try:
            yield
        finally:
            logger.removeFilter(_is_no_error)


def _is_no_error(record: logging.LogRecord) -> bool:
    return record.levelno != logging.ERROR


def _load_environment(context: click.Context, option: click.Parameter, value: str | None) -> None:
    # Eager, so that the other arguments can be given in these files.
    if value is not None:
        try:
            import dotenv  # noqa: F401
        except ImportError:
            raise click.BadParameter(
                "python-dotenv must be installed to load an env file.", context, option
            ) from None
    if not context.resilient_parsing:
        flask.cli.load_dotenv(value, load_defaults=get_load_dotenv())
