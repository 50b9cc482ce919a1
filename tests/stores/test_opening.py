"""From KOLBA_STATE to a store; a wrong one is one clear error with the line that mends it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from flask import Flask, session

from kolba import Kolba
from kolba.errors import ConfigError
from kolba.stores import is_stateless, open_store, store_of
from kolba.stores.memory import MemoryStore
from kolba.stores.sqlite import SQLiteStore
from tests.stores.shelf import NOW, record


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app whose instance folder is not there yet."""
    return Flask("shop", instance_path=str(tmp_path / "instance"))


def test_the_default_is_a_file_in_the_instance_folder(app: Flask) -> None:
    """Unconfigured, state is in instance/kolba.sqlite3: its owner's alone, made lazily."""
    assert not os.path.exists(app.instance_path)
    store = store_of(app)
    assert isinstance(store, SQLiteStore)
    store.create("k", record())
    path = Path(app.instance_path) / "kolba.sqlite3"
    assert store.path == path
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name("kolba.sqlite3-wal").stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    store.close()


def logged_in_elsewhere(cls: type[Flask], folder: Path, keys: dict[str, str]) -> list[str]:
    """What two apps of a folder say to who is in at the first."""
    said = []
    cookie = ""
    for name in ("shop", "admin", "shop"):
        app = cls(name, instance_path=str(folder))
        app.secret_key = keys[name]
        app.add_url_rule("/", "who", lambda: str(session.get("user_id")))
        app.add_url_rule("/login", "log_in", lambda: str(session.update(user_id=1)))
        client = app.test_client()
        if not cookie:
            client.get("/login")
            found = client.get_cookie("session")
            assert found
            cookie = found.value
        client.set_cookie("session", cookie)
        said.append(client.get("/").text)
        if cls is Kolba:
            store_of(app).close()
    return said


@pytest.mark.parametrize("cls", [Flask, Kolba])
def test_apps_of_one_folder_do_not_know_each_others_sessions(
    cls: type[Flask], tmp_path: Path
) -> None:
    """Who is customer 1 of the shop is not user 1 of its back office; after a restart, too."""
    keys = {"shop": "one", "admin": "another"}
    assert logged_in_elsewhere(cls, tmp_path, keys) == ["1", "None", "1"]


@pytest.mark.parametrize("cls", [Flask, Kolba])
def test_apps_of_one_folder_with_one_key_do(cls: type[Flask], tmp_path: Path) -> None:
    """Parts of one site are told by their key, as on Flask, whose cookies both can read."""
    keys = dict.fromkeys(("shop", "admin"), "one")
    assert logged_in_elsewhere(cls, tmp_path, keys) == ["1", "1", "1"]


def test_the_second_app_of_a_folder_is_told_where_its_state_is(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """With the line by which two apps of one site share a file; then they do."""
    store_of(app).close()
    second = Flask("back/office", instance_path=app.instance_path)
    store = store_of(second)
    assert isinstance(store, SQLiteStore) and store.path.name == "kolba-back_office.sqlite3"
    (said,) = [line for line in caplog.messages if "state of the app 'shop'" in line]
    store.close()
    second.extensions.clear()
    second.config["KOLBA_STATE"] = said.rpartition("KOLBA_STATE = ")[2].strip("'")
    store = store_of(second)
    assert isinstance(store, SQLiteStore) and store.path.name == "kolba.sqlite3"
    store.close()


def test_one_store_an_app(app: Flask) -> None:
    """An app gets the same store each time."""
    app.config["KOLBA_STATE"] = "memory:"
    assert store_of(app) is store_of(app)


def test_a_tested_app_has_a_store_of_its_own(app: Flask) -> None:
    """With nothing configured a tested app gets a temporary file, and leaves none behind."""
    app.testing = True
    store = store_of(app)
    assert isinstance(store, SQLiteStore)
    store.create("k", record())
    assert Path(app.instance_path) not in store.path.parents
    store.close()
    assert not store.path.parent.exists()


def test_the_config_goes_before_the_environment(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KOLBA_STATE is read from the environment where the config has none."""
    monkeypatch.setenv("KOLBA_STATE", "cookie:")
    assert is_stateless(app)
    app.config["KOLBA_STATE"] = "memory:"
    assert not is_stateless(app)
    assert isinstance(store_of(app), MemoryStore)


def test_an_object_of_ones_own(app: Flask) -> None:
    """An object with all verbs is the store; one that lacks some is named with what it lacks."""
    mine = MemoryStore()
    app.config["KOLBA_STATE"] = mine
    assert store_of(app) is mine
    other = Flask("other")
    other.config["KOLBA_STATE"] = object()
    with pytest.raises(ConfigError, match="a object, which lacks the verbs load, create, save"):
        store_of(other)


def test_paths(tmp_path: Path) -> None:
    """Three slashes are relative to the folder, four absolute; percent signs are decoded."""
    assert open_store("sqlite:///s.db", tmp_path).path == tmp_path / "s.db"
    assert open_store(f"sqlite:///{tmp_path}/t%20x.db").path == tmp_path / "t x.db"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "it has no scheme"),
        ("kolba.sqlite3", "it has no scheme"),
        ("mysql://root:hunter2@db/x", "'mysql' is no kind of store"),
        ("sqlite:", "it names no file"),
        ("sqlite://", "it names no file"),
        ("sqlite:///", "it names no file"),
        ("sqlite://kolba.sqlite3", "four slashes"),
        ("sqlite:///x?timeout=5", "it names no file"),
        ("memory://x", "takes nothing more"),
        ("cookie:", "there is no store for anything else"),
        ("sqlite:///no/such/folder/x.db", "there is no folder"),
        ("sqlite:////proc/kolba/x.db", "cannot be made"),
        ("sqlite:////proc/x.db", "cannot be written"),
        ("sqlite:////etc", "it is not a file"),
        ("sqlite:///%00.db", "no file can have that name"),
        (f"sqlite:///{'a' * 250}", "it cannot be there"),
    ],
)
def test_wrong_urls(url: str, says: str, tmp_path: Path) -> None:
    """A URL that cannot be used raises what is wrong and what to write, and tells no password."""
    with pytest.raises(ConfigError, match=says) as caught:
        open_store(url, tmp_path)
    assert "sqlite:///" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_passing_file_system_is_warned_of(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """On a tmpfs a production app is told that its sessions end with the machine."""
    folder = Path("/dev/shm")
    if not folder.is_dir():
        pytest.skip("this system has no /dev/shm")
    path = folder / f"kolba-test-{os.getpid()}.sqlite3"
    app.config["KOLBA_STATE"] = f"sqlite:///{path}"
    with caplog.at_level(logging.INFO, "kolba.stores"):
        store_of(app)
    assert "is on tmpfs" in caplog.text
    path.unlink(missing_ok=True)


def test_a_store_keeps_over_restarts(app: Flask) -> None:
    """What one process stored another finds."""
    first = store_of(app)
    first.create("k", record(a=b"1"))
    first.close()
    again = open_store("sqlite:///kolba.sqlite3", app.instance_path)
    assert again.load("k", now=NOW) == record(a=b"1")
    again.close()
