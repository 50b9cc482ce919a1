"""`kolba compare`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from kolba import compare as comparing
from kolba.cli import arguments
from kolba.compare import asking, picture, report


def _into_a_folder(
    context: click.Context, option: click.Parameter, path: Path | None
) -> Path | None:
    """A comparison takes minutes: that its picture has no place is said before."""
    if path is not None and not os.access(path.parent, os.W_OK):
        raise click.BadParameter(f"no file can be made in {str(path.parent)!r}", context, option)
    return path


@click.command(short_help="Prove on your own routes that answers are the same, and how fast.")
@arguments.target
@click.option(
    "--request",
    "-r",
    "written",
    multiple=True,
    metavar="'POST /login user=anna'",
    help="Ask this first, with name=value as form fields and Name:value as headers,"
    " or with a body of JSON at its end; the routes after it have its cookies."
    " May be repeated.",
)
@click.option(
    "--fill",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a route's argument, such as slug=tea. May be repeated.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0, 1000),
    default=15,
    show_default=True,
    help="Turns in which each request is timed; 0 compares only.",
)
@click.option(
    "--live",
    is_flag=True,
    help="Let the application use services whose state cannot be copied. GET may write, too.",
)
@click.option("--base-url", help="Where the application expects to be, such as https://shop.test.")
@click.option(
    "--patience",
    type=click.FloatRange(min=1),
    default=30,
    show_default=True,
    help="Seconds that one answer may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; its schema: docs/cli.md.")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=_into_a_folder,
    help="Draw the result into this file.",
)
def compare(
    target: str | None,
    written: tuple[str, ...],
    fill: tuple[str, ...],
    rounds: int,
    live: bool,
    base_url: str | None,
    patience: float,
    as_json: bool,
    svg: Path | None,
) -> None:
    """Compare the Flask application TARGET on Flask with itself on Kolba's engine.

    Every GET route that can be filled in is asked on both, in a process each, on a
    copy of the instance folder and of the SQLite files. Says which answers are the
    same in status, headers and body, and how many times faster Kolba gives them.
    Exit code 1 if an answer is different.
    """
    with arguments.exit_2(), ExitStack() as stack:
        settings = comparing.Settings(
            requests=tuple(asking.read(text) for text in written),
            fill=dict(asking.read_fill(text) for text in fill),
            rounds=rounds,
            live=live,
            base=base_url,
            patience=patience,
        )
        found = comparing.compare(target, settings, on_plan=lambda n: progress(stack, n))
    if svg is not None:
        svg.write_text(picture.svg(found), "utf-8")
    if as_json:
        click.echo(json.dumps(report.document(found), indent=2))
    else:
        click.echo(report.text(found), nl=False)
    bad = found.count(comparing.Verdict.DIFFERENT, comparing.Verdict.NO_ANSWER)
    sys.exit(1 if bad else 0)


def progress(stack: ExitStack, number: int) -> Callable[[str], None]:
    """A bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        return lambda request: None
    bar = stack.enter_context(
        click.progressbar(
            length=number,
            label="comparing",
            file=sys.stderr,
            item_show_func=lambda request: request or "",
        )
    )
    return lambda request: bar.update(1, request)
