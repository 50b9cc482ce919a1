"""Keys: given ones are used in order; one that was not given is made once and kept safe."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kolba import Kolba
from kolba.errors import ConfigError
from kolba.keys import kept_key, keys_of

A, B = "a" * 32, "b" * 32


def make(tmp_path: Path, **config: Any) -> Kolba:
    """An app whose state is in a folder of its own."""
    app = Kolba("shop")
    app.config.update(KOLBA_STATE=f"sqlite:///{tmp_path}/state.sqlite3", **config)
    return app


def test_given_keys_are_used_newest_first(tmp_path: Path) -> None:
    """`KOLBA_KEYS` signs with the first and verifies with all, in Flask's own settings too."""
    app = make(tmp_path, KOLBA_KEYS=[A, B])
    assert keys_of(app) == (A, B)
    assert app.secret_key == app.config["SECRET_KEY"] == A
    assert app.config["SECRET_KEY_FALLBACKS"] == [B]


def test_keys_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Separated by commas."""
    monkeypatch.setenv("KOLBA_KEYS", f"{A},{B}")
    assert keys_of(make(tmp_path)) == (A, B)


def test_flasks_settings_are_enough(tmp_path: Path) -> None:
    """`SECRET_KEY` and `SECRET_KEY_FALLBACKS` are keys, however they are set."""
    app = make(tmp_path, SECRET_KEY="short", SECRET_KEY_FALLBACKS=["older"])
    assert keys_of(app) == ("short", "older")
    app.secret_key = "other"
    assert app.config["SECRET_KEY"] == app.secret_key == "other"
    assert not list(tmp_path.glob("*.key"))


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """It is kept beside the state, and is the same for the next start."""
    first, second = make(tmp_path), make(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(str(first.secret_key)) == 64
    (file,) = tmp_path.glob("*.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_workers_that_start_together_have_one_key(tmp_path: Path) -> None:
    """Eight processes that ask at once get the same."""
    with ProcessPoolExecutor(8) as pool:
        made = set(pool.map(kept_key, [tmp_path / "state.key"] * 32))
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["state.key"]


def test_extensions_that_look_into_the_config_find_it(tmp_path: Path) -> None:
    """Before the first request is answered, `config["SECRET_KEY"]` holds the given key."""
    app = make(tmp_path, KOLBA_KEYS=[A])
    app.test_client().get("/")
    assert app.config["SECRET_KEY"] == A


def test_memory_state_has_a_key_as_long_as_it_lives() -> None:
    """A key of this process."""
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = "memory:"
    assert app.secret_key and app.secret_key == app.secret_key


def test_cookie_state_makes_none() -> None:
    """Stateless apps may run on many hosts: their key is their owner's to give."""
    app = Kolba("shop")
    app.config["KOLBA_STATE"] = "cookie:"
    assert app.secret_key is None
    with pytest.raises(ConfigError, match="KOLBA_KEYS"):
        keys_of(app)


@pytest.mark.parametrize("bad", [[], "", ["short"], [A, ""], [1], 7, {A: B}])
def test_keys_that_cannot_be_used_are_refused(tmp_path: Path, bad: Any) -> None:
    """The error names the setting, and never the key."""
    with pytest.raises(ConfigError, match="KOLBA_KEYS") as caught:
        keys_of(make(tmp_path, KOLBA_KEYS=bad))
    assert A not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (b"", 0o600, "damaged"),
        (b"\xff\xfe" * 40, 0o600, "cannot be used"),
        (b"x" * 64, 0o644, "chmod"),
    ],
)
def test_a_key_file_that_is_unsafe_is_refused(
    tmp_path: Path, content: bytes, mode: int, says: str
) -> None:
    """A file that others can read or that is damaged is an error that names it."""
    path = tmp_path / "state.key"
    path.write_bytes(content)
    os.chmod(path, mode)
    with pytest.raises(ConfigError, match=says) as caught:
        kept_key(path)
    assert str(path) in str(caught.value)
