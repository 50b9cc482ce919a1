"""From `KOLBA_STATE` to the store that it names.

`KOLBA_STATE` in the app's config, else in the environment, is

* `sqlite:///name` (in the instance folder) or `sqlite:////absolute/path`,
* `redis://host:6379/0`, `rediss://`, `valkey://`, `valkeys://`, `redis+unix:///path`,
* `postgresql://user@host/database`, `postgres://`, as libpq has it,
* `memory:`, for one process,
* `cookie:`, which is no store: sessions stay in Flask's signed cookie,
* or any object that has the verbs of `kolba.stores.Store`.

With nothing configured it is the file `kolba.sqlite3` in the instance folder, or
`kolba-NAME.sqlite3` if that is the state of another app; for an app that is being
tested a temporary file of its own, gone with the app.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import time
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from flask import Flask

from kolba.errors import ConfigError
from kolba.stores.codec import decode, encode
from kolba.stores.contract import Checked, Store, StoreDown
from kolba.stores.memory import MemoryStore
from kolba.stores.placement import fit
from kolba.stores.sqlite import SQLiteStore

logger = logging.getLogger("kolba.stores")

SETTING = "KOLBA_STATE"
DEFAULT = "sqlite:///kolba.sqlite3"
COOKIE = "cookie:"

_EXTENSION = "kolba.store"
_VERBS = [
    "load",
    "create",
    "save",
    "rotate",
    "delete",
    "put",
    "claim",
    "confirm",
    "release",
    "count",
    "once",
    "replace",
    "tally",
    "tallies",
    "close",
]
_OWNER = "owner"
"""Under this name, kept once, a file says which app's state it is."""
_FOR_GOOD = 100 * 365 * 86_400.0
_opening = Lock()


class _Owner(NamedTuple):
    """An app, as it is known to the others of its folder; `key` says nothing without theirs."""

    name: str
    key: str

    @classmethod
    def of(cls, app: Flask) -> _Owner:
        """The app's name, and what stands for the key that it was given."""
        key = app.config.get("SECRET_KEY") or ""
        secret = key.encode() if isinstance(key, str) else bytes(key)
        known = hmac.new(secret, b"kolba.state", "sha256").hexdigest() if secret else ""
        return cls(app.name, known)


def attach(app: Flask) -> None:
    """Let an app have a store. It is opened when first asked for, once."""
    app.config.setdefault(SETTING, None)


def store_of(app: Flask) -> Store:
    """The store of an app, opened if this is the first time.

    Raises:
        ConfigError: `KOLBA_STATE` names none that can be used.
        StoreDown: it cannot be reached.
    """
    store = app.extensions.get(_EXTENSION)
    return cast(Store, store) if store is not None else _opened_once(app)


def is_attached(app: Flask) -> bool:
    """Whether the app has a place for state at all: a plain `flask.Flask` has none."""
    return SETTING in app.config


def is_stateless(app: Flask) -> bool:
    """Whether the app keeps its sessions in Flask's cookie, and has no store."""
    return bool(setting_of(app) == COOKIE)


def setting_of(app: Flask) -> Any:
    """What `KOLBA_STATE` is: a URL, an object, or None."""
    setting = app.config.get(SETTING)
    return setting if setting is not None else os.environ.get(SETTING) or None


def open_store(url: str, folder: str | Path = ".") -> Store:
    """The store that a URL names.

    Args:
        url: as `KOLBA_STATE` has it.
        folder: what relative paths are relative to.

    Raises:
        ConfigError: it names none that can be used.
    """
    scheme = _scheme(url)
    if scheme not in _OPENERS:
        raise _wrong(url, f"{scheme!r} is no kind of store" if scheme else "it has no scheme")
    return _OPENERS[scheme](url, Path(folder))


def _opened_once(app: Flask) -> Store:
    with _opening:
        if app.extensions.get(_EXTENSION) is None:
            app.extensions[_EXTENSION] = _opened(app)
    return cast(Store, app.extensions[_EXTENSION])


def _opened(app: Flask) -> Store:
    setting = setting_of(app)
    if setting is None and app.testing:
        return _TemporaryStore()
    if setting is None or isinstance(setting, str):
        store = _unconfigured(app) if setting is None else open_store(setting, app.instance_path)
        _say_where(app, store)
    else:
        store = _as_store(setting)
    _check(store)
    return store


def _unconfigured(app: Flask) -> Store:
    """The default file, or one of the app's own if the default file is another app's.

    SECURITY: apps in one folder may have other users under the same names; whose id is good for
    one must be nobody's for the other, as with Flask's cookies, unless they sign with one key.
    """
    store = open_store(DEFAULT, app.instance_path)
    mine, now = _Owner.of(app), time()
    kept = store.once(_OWNER, encode(list(mine)), now=now, expires=now + _FOR_GOOD)
    owner = mine if kept is None else _Owner(*decode(kept))
    if mine.name == owner.name or (mine.key and mine.key == owner.key):
        return store
    store.close()
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", mine.name)
    logger.warning(
        "%s is the state of the app %r: that of %r is in kolba-%s.sqlite3 beside it. If they are "
        "one site, name one file in both: KOLBA_STATE = '%s'",
        DEFAULT.rpartition("/")[2],
        owner.name,
        mine.name,
        name,
        DEFAULT,
    )
    return open_store(f"sqlite:///kolba-{name}.sqlite3", app.instance_path)


def _check(store: Store) -> None:
    """Find an unfit store now; one that is only away may come back."""
    if isinstance(store, Checked):
        try:
            store.check()
        except StoreDown as error:
            logger.error("%s", error)


class _TemporaryStore(SQLiteStore):
    """A store for one test's app: a real file, so that tests meet what production has.

    Its folder goes with it, closed or not. (A `TemporaryDirectory` would warn
    where nobody closes the store, and tests do not.)
    """

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="kolba-test-")
        super().__init__(Path(folder) / "kolba.sqlite3")
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def close(self) -> None:
        super().close()
        self._remove()


def _as_store(given: Any) -> Store:
    missing = [verb for verb in _VERBS if not callable(getattr(given, verb, None))]
    if missing:
        raise ConfigError(
            f"{SETTING} is a {type(given).__name__}, which lacks the verbs {', '.join(missing)}: "
            "write a URL, or an object that has all verbs of kolba.stores.Store"
        )
    return cast(Store, given)


def _say_where(app: Flask, store: Store) -> None:
    if not isinstance(store, SQLiteStore):
        return
    place = fit(store.path)
    logger.info("state is kept in %s (%s)", place.path, place.filesystem or "unknown file system")
    if place.passing and not (app.debug or app.testing):
        logger.warning(
            "the state file %s is on %s: sessions end with this container or machine. Put it on "
            "a volume: KOLBA_STATE = 'sqlite:////data/kolba.sqlite3'",
            place.path,
            place.filesystem,
        )


def _open_sqlite(url: str, folder: Path) -> Store:
    found = re.fullmatch(r"sqlite:///([^?#]+)", url)
    if not found:
        raise _wrong(url, "it names no file. An absolute path has four slashes")
    path = folder / unquote(found[1])
    return SQLiteStore(fit(path).path)


def _open_memory(url: str, folder: Path) -> Store:
    if url != "memory:":
        raise _wrong(url, "'memory:' takes nothing more")
    return MemoryStore()


def _open_redis(url: str, folder: Path) -> Store:
    try:
        from kolba.stores.redis import RedisStore
    except ModuleNotFoundError as error:
        if error.name != "redis":
            raise
        raise _without_driver(url, "redis") from None
    return RedisStore(url)


def _open_postgres(url: str, folder: Path) -> Store:
    try:
        from kolba.stores.postgres import PostgresStore
    except ImportError as error:  # also of the driver, which finds no libpq
        if error.name not in ("psycopg", None):
            raise
        raise _without_driver(url, "postgres") from None
    return PostgresStore(url)


def _without_driver(url: str, extra: str) -> ConfigError:
    return ConfigError(
        f"{SETTING} is {_scheme(url)}:...: the driver is not installed. "
        f"pip install 'kolba[{extra}]'"
    )


def _open_cookie(url: str, folder: Path) -> Store:
    raise ConfigError(
        f"{SETTING} is 'cookie:': sessions are Flask's signed cookies, and there is no store for "
        "anything else. Name one, for instance 'sqlite:///kolba.sqlite3', or switch off what "
        "needs it"
    )


_OPENERS: dict[str, Callable[[str, Path], Store]] = {
    "sqlite": _open_sqlite,
    "memory": _open_memory,
    "cookie": _open_cookie,
    "postgresql": _open_postgres,
    "postgres": _open_postgres,
    "redis": _open_redis,
    "rediss": _open_redis,
    "valkey": _open_redis,
    "valkeys": _open_redis,
    "redis+unix": _open_redis,
    "valkey+unix": _open_redis,
}


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:  # of its host
        return url.partition(":")[0]


def _wrong(url: str, why: str) -> ConfigError:
    """SECURITY: the URL may hold a password: only its scheme is said."""
    scheme = _scheme(url)
    shown = f"{scheme}:..." if scheme else "no URL"
    return ConfigError(
        f"{SETTING} is {shown}: {why}. Write 'sqlite:///kolba.sqlite3' (a file in the instance "
        "folder), 'sqlite:////absolute/path', 'redis://host:6379/0', "
        "'postgresql://user@host/database', 'memory:' or 'cookie:'"
    )
