"""`kolba sessions`: who is logged in, and ending that."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import datetime
from time import time
from typing import Any

import click

from kolba import targets
from kolba.cli import arguments
from kolba.errors import ConfigError, KolbaError
from kolba.sessions.home import Home
from kolba.sessions.owners import Device, device, for_user, home_of, listing
from kolba.stores import Measured, Purging

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_USER = click.argument("user")
_BATCH = 500
_HEAD = ("KEY", "BEGAN (UTC)", "LAST USED", "ADDRESS", "DEVICE")


def _target(command: Callable[..., Any]) -> Callable[..., Any]:
    """TARGET has to be given: a USER or a KEY stands behind it."""
    return arguments.env_file(click.argument("target")(command))


@click.group(short_help="List, show, end and count the sessions of an application.")
def sessions() -> None:
    """List, show, end and count the sessions of the Flask application TARGET.

    The application is loaded, not run. TARGET is what 'kolba run' takes. A USER is an
    identity as it stands in the session (session["user"], Flask-Login's id). A KEY names
    a session and opens nothing.
    """


@sessions.command("list", short_help="The sessions of a user.")
@_target
@_USER
@_AS_JSON
def list_(target: str, user: str, as_json: bool) -> None:
    """List the sessions of USER, newest use first."""
    with arguments.asking_the_store():
        app = _load(target)
        found = for_user(user, app=app).list()
    if as_json:
        _print_json({"user": user, "sessions": [_document(one) for one in found]})
        return
    click.echo(f"{len(found)} session{'' if len(found) == 1 else 's'} of {user!r}")
    _print_table([_HEAD, *map(_row, found)] if found else [])


@sessions.command(short_help="What a session holds, without its values.")
@_target
@click.argument("key")
@_AS_JSON
def show(target: str, key: str, as_json: bool) -> None:
    """Show what the session KEY holds: names and sizes, never values."""
    with arguments.asking_the_store():
        home = home_of(_load(target))
        record = home.store.load(key, now=time())
        if record is None:
            raise KolbaError(f"there is no session {key!r}: 'kolba sessions list' shows keys")
    document = _document(device(key, record)) | {
        "user": record.owner,
        "expires": datetime.fromtimestamp(record.expires).astimezone().isoformat("T", "seconds"),
        "values": {name: len(value) for name, value in sorted(record.fields.items())},
    }
    if as_json:
        _print_json(document)
        return
    for name, value in document.items():
        if name != "values":
            click.echo(f"{name:<10}{_plain(str(value))}")
    _print_table([("VALUE", "BYTES"), *((n, str(s)) for n, s in document["values"].items())])


@sessions.command(short_help="End a session, or all of a user.")
@_target
@_USER
@click.option("--key", help="End this session of the user only.")
@_AS_JSON
def revoke(target: str, user: str, key: str | None, as_json: bool) -> None:
    """End all sessions of USER, or the one with --key: for good, everywhere, at once."""
    with arguments.asking_the_store():
        theirs = for_user(user, app=_load(target))
        if key is None:
            ended = theirs.revoke_all()
        elif theirs.revoke(key):
            ended = 1
        else:
            raise KolbaError(f"{user!r} has no session {key!r}: 'kolba sessions list' shows keys")
    if as_json:
        _print_json({"user": user, "ended": ended})
    else:
        click.echo(f"ended {ended} session{'' if ended == 1 else 's'} of {user!r}")


@sessions.command(short_help="Drop what has expired.")
@_target
@_AS_JSON
def purge(target: str, as_json: bool) -> None:
    """Drop what has expired, batch by batch. Requests do so by themselves; this is quicker."""
    with arguments.asking_the_store():
        home = home_of(_load(target))
        dropped = _purged(home)
    if as_json:
        _print_json({"dropped": dropped})
    else:
        click.echo(f"dropped {dropped}")


@sessions.command(short_help="How many sessions and messages there are.")
@_target
@_AS_JSON
def stats(target: str, as_json: bool) -> None:
    """Count what the state store holds."""
    with arguments.asking_the_store():
        store = home_of(_load(target)).store
        if not isinstance(store, Measured):
            raise ConfigError(f"{type(store).__name__} does not count what it holds")
        figures = store.stats(now=time())
    if as_json:
        _print_json(figures)
    else:
        _print_table([(name, str(figure)) for name, figure in figures.items()])


def _load(target: str) -> Any:
    """The application; what it prints while it loads does not get into the JSON."""
    with redirect_stdout(sys.stderr):
        app = targets.load(target)
    listing(home_of(app).store)
    return app


def _purged(home: Home) -> int:
    store = home.store
    if not isinstance(store, Purging):
        return 0
    total = 0
    while dropped := store.purge(now=time(), limit=_BATCH):
        total += dropped
    return total


def _document(one: Device) -> dict[str, Any]:
    return {
        "key": one.key,
        "created": one.created.isoformat("T", "seconds"),
        "seen": one.seen.isoformat("T", "seconds"),
        "address": one.address,
        "device": one.device,
    }


def _row(one: Device) -> tuple[str, ...]:
    times = (moment.strftime("%Y-%m-%d %H:%M") for moment in (one.created, one.seen))
    return (one.key, *times, one.address, one.device)


def _print_table(given: list[tuple[str, ...]]) -> None:
    rows = [tuple(map(_plain, row)) for row in given]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _plain(text: str) -> str:
    """SECURITY: browsers and users name themselves; a terminal must not take that for commands."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2))
