"""What nobody may guess comes from the operating system, and is as long as it should be."""

from __future__ import annotations

import ast
import base64
from pathlib import Path

import pytest

from kolba.sessions import ids

SOURCE = Path(__file__).parents[1] / "src" / "kolba"

# What may look like a secret and is none, with the reason.
HARMLESS = {
    ("stores/cells.py", "uniform"): "how long to wait before the next try",
    ("stores/sqlite/transactions.py", "uniform"): "how long to wait before the next try",
    ("stores/postgres/connections.py", "uniform"): "how long to wait before the next try",
    ("stores/redis/store.py", "uuid4"): "the name of a holder of leases, which opens nothing",
    ("stores/sqlite/store.py", "uuid4"): "the name of a holder of leases, which opens nothing",
    ("stores/redis/scripts.py", "sha1"): "Redis calls its scripts so",
}
WEAK = {"uniform", "randint", "choice", "choices", "getrandbits", "uuid1", "uuid4", "md5", "sha1"}


def weak_names(path: Path) -> set[str]:
    """The weak functions that a file uses, those of `secrets` left out."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("random", "uuid", "hashlib")
        for alias in node.names
    }
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("random", "uuid", "hashlib")
    }
    return (imported | attributes) & WEAK


def test_no_secret_is_made_of_what_can_be_guessed() -> None:
    """No module takes weak chance or a broken digest, but for the listed reasons."""
    found = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for name in weak_names(path)
    }
    assert found == HARMLESS.keys()


def test_session_ids_have_256_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind its time an id is 32 bytes of the operating system's, and no two of many are equal."""
    asked: list[int] = []
    chance = ids.urandom
    monkeypatch.setattr(ids, "urandom", lambda size: asked.append(size) or chance(size))
    made = {ids.new_id()[10:] for _ in range(1000)}
    assert len(made) == 1000 and asked == [32] * 1000
    assert all(len(one) == 43 for one in made)


def test_the_ids_of_new_sessions_have_256_bits_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An id that is drawn with another name shares no byte of chance with it."""
    monkeypatch.setattr(ids, "urandom", lambda size: bytes(range(size)))
    identifier, name = ids.new_names(0.0)
    secret = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    assert identifier[10:] == secret and ids.is_id(identifier)
    assert name[10:] == "-" + bytes(range(32, 48)).hex()
