"""The tables and functions: made by who comes first, and whether they are what this Kolba knows."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import NamedTuple

from kolba.errors import ConfigError
from kolba.stores.postgres.address import Address
from kolba.stores.postgres.wire import Refused, Wire

FORMAT = 1
_PATIENCE = 30.0
"""Seconds for making the tables, or for waiting until another process has."""

_LOCK = int.from_bytes(b"Kolb", "big")
_DENIED, _TAKEN = "42501", frozenset({"42P07", "42710"})


# In the catalogs themselves: what looks a name up may not have heard of what was just made.
_LOOK = """
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = '{schema}'),
    EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE nspname = '{schema}' AND relname = 'format'),
    EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE nspname = '{schema}' AND proname = 'purge_{digest}'),
    current_user
"""


class _Found(NamedTuple):
    """What there is of a schema."""

    has_schema: bool
    version: int | None
    has_functions: bool
    role: str


def quoted(schema: str) -> str:
    """A schema's name as statements have it."""
    return '"' + schema.replace('"', '""') + '"'


@cache
def digest() -> str:
    """What the names of this Kolba's functions end with."""
    return hashlib.sha256(_text("functions").encode()).hexdigest()[:10]


def prepare(wire: Wire, address: Address) -> None:
    """Make what is missing.

    Raises:
        ConfigError: it may not be made, or is another program's or a newer Kolba's.
        Lost, Refused: the server cannot now.
    """
    deadline = monotonic() + _PATIENCE
    found = _look(wire, address, deadline)
    if found.version == FORMAT and found.has_functions:
        return
    try:
        _make(wire, address, deadline)
    except Refused as error:
        if error.code == _DENIED:
            raise _denied(address, found) from error
        if error.code in _TAKEN:
            raise ConfigError(
                f"the schema {address.schema} in {address.shown} has another program's tables: "
                "name another one in KOLBA_STATE, …?schema=kolba"
            ) from error
        raise


def _look(wire: Wire, address: Address, deadline: float) -> _Found:
    """What there is.

    Raises:
        ConfigError: a newer Kolba has made it.
    """
    [(has_schema, has_table, has_functions, role)] = wire.run(
        _LOOK.format(schema=address.schema, digest=digest()), deadline
    )
    version = None
    if has_table == b"t":
        [(data,)] = wire.run(f"SELECT version FROM {quoted(address.schema)}.format", deadline)
        version = int(data or b"0")
        if version > FORMAT:
            raise ConfigError(
                f"the schema {address.schema} in {address.shown} was written by a newer Kolba "
                f"(format {version}, this one knows {FORMAT}): install that version, or name "
                "another schema in KOLBA_STATE, …?schema=shop"
            )
    return _Found(has_schema == b"t", version, has_functions == b"t", (role or b"").decode())


def _make(wire: Wire, address: Address, deadline: float) -> None:
    """One process makes all, and the others wait for it: each then finds what there is."""
    wire.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", deadline)
    wire.run(f"SELECT pg_advisory_xact_lock({_LOCK})", deadline)
    found = _look(wire, address, deadline)
    names = {"schema": quoted(address.schema), "format": str(FORMAT), "digest": digest()}
    if not found.has_schema:
        wire.run(f"CREATE SCHEMA {names['schema']}", deadline)
    if found.version is None:
        wire.run(_filled(_text("tables"), names), deadline)
    if not found.has_functions:
        wire.run(_filled(_text("functions"), names), deadline)
    wire.run("COMMIT", deadline)


def _denied(address: Address, found: _Found) -> ConfigError:
    schema, role = quoted(address.schema), quoted(found.role)
    if found.has_schema:
        do = f"GRANT CREATE ON SCHEMA {schema} TO {role}"
    else:
        do = f"CREATE SCHEMA {schema} AUTHORIZATION {role}"
    return ConfigError(
        f"the role {found.role} may not make Kolba's tables in {address.shown}: have the "
        f"database's owner run, once, {do};"
    )


def _text(name: str) -> str:
    return (files("kolba.stores.postgres") / "sql" / f"{name}.sql").read_text("utf-8")


def _filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
