"""The keys that an app signs with: given by its owner, or made once and kept beside its state.

Sessions need none. Signed cookies and links do, and so do extensions that look
for `app.secret_key`. Keys come from `KOLBA_KEYS` (the first signs, all verify),
else from `SECRET_KEY` and `SECRET_KEY_FALLBACKS`, else from a file beside the
SQLite state, which all workers of this host share.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask

from kolba.errors import ConfigError
from kolba.startup import on_start
from kolba.stores import is_stateless, store_of
from kolba.stores.memory import MemoryStore
from kolba.stores.sqlite import SQLiteStore

SETTING = "KOLBA_KEYS"
_LEAST = 16
_MADE = "kolba.key"

Key = str | bytes


class SecretKey:
    """`app.secret_key`: what the app was given, else the key that was made for it."""

    def __get__(self, app: Flask | None, owner: type) -> Any:
        if app is None:
            return self
        return current_key(app)

    def __set__(self, app: Flask, value: Any) -> None:
        app.config["SECRET_KEY"] = value


def attach(app: Flask) -> None:
    """Fill in the keys of an app before its first request, for extensions that look there."""
    on_start(app, _fill)


def current_key(app: Flask) -> Key | None:
    """The key that signs; None where the app was given none and none can be made.

    Raises:
        ConfigError: a given key cannot be used, or the file that keeps one is unsafe.
    """
    if app.config.get(SETTING, os.environ.get(SETTING)) is not None:
        _fill(app)
    if not app.config.get("SECRET_KEY"):
        _make(app)
    key: Key | None = app.config.get("SECRET_KEY")
    return key


def keys_of(app: Flask) -> tuple[Key, ...]:
    """All keys of an app: the first signs, each verifies.

    Raises:
        ConfigError: there is none, or one cannot be used.
    """
    key = current_key(app)
    if not key:
        raise ConfigError(
            f"there is no key to sign with: set {SETTING} to a random text that all hosts share "
            f"(python -c 'import secrets; print(secrets.token_hex())')"
        )
    return (key, *(app.config.get("SECRET_KEY_FALLBACKS") or ()))


def _fill(app: Flask) -> None:
    """Hand given keys on to where Flask and its extensions look."""
    given = app.config.get(SETTING, os.environ.get(SETTING))
    if given is None:
        return
    keys = given.split(",") if isinstance(given, str) else given
    if not isinstance(keys, (list, tuple)) or not keys or not all(map(_is_key, keys)):
        raise ConfigError(
            f"{SETTING} is not usable: write a list of texts of at least {_LEAST} characters, "
            f"the newest first (in the environment: separated by commas)"
        )
    app.config["SECRET_KEY"], *rest = keys
    app.config["SECRET_KEY_FALLBACKS"] = rest or None


def _is_key(key: object) -> bool:
    return isinstance(key, (str, bytes)) and len(key) >= _LEAST


def _make(app: Flask) -> None:
    """Make a key for an app that was given none, or take the one that was made before."""
    if is_stateless(app):
        return
    made = app.extensions.get(_MADE)
    if made is None:
        store = store_of(app)
        if isinstance(store, SQLiteStore):
            made = kept_key(store.path.with_suffix(".key"))
        elif isinstance(store, MemoryStore):
            made = secrets.token_hex(32)
        else:
            return  # several hosts may share the store: their key is their owner's to give
        app.extensions[_MADE] = made
    app.config["SECRET_KEY"] = made


def kept_key(path: Path) -> str:
    """The key in a file, made by the first who asks for it; readable by its owner alone.

    Raises:
        ConfigError: the file cannot be used.
    """
    try:
        if not path.exists():
            _write(path)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"the key file {path} can be read by others: chmod 600 {path}")
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the key file {path} cannot be used ({error}): mend it, or set {SETTING}"
        ) from None
    if len(key) < _LEAST:
        raise ConfigError(f"the key file {path} is damaged: remove it, or set {SETTING}")
    return key


def _write(path: Path) -> None:
    """Whole or not at all, and never over another worker's."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
