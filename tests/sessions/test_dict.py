"""The session is the dict that Flask's users know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import session
from markupsafe import Markup

from kolba import Kolba
from kolba.sessions import SessionTooLarge
from kolba.stores import CannotStore
from tests.sessions.views import seen, visit, write

pytestmark = pytest.mark.parametrize("state", ["sqlite"], indirect=True)

VALUES: list[Any] = [
    None, True, 0, -1, 2**60, 1.5, "", "text", "Текст", "a\x00b", "\ud800", b"\xff\x00",
    (1, 2), (), [1, [2, (3,)]], {}, {"a": {"b": [1]}}, {1: "one", 2: "two"}, {(1, 2): 3}, {None: 1},
    {1, 2}, frozenset({"a"}), Decimal("1.10"), UUID(int=7), Markup("<b>"), date(2026, 1, 2),
    datetime(2026, 1, 2, 3, 4, 5, 6), datetime(2026, 1, 2, tzinfo=UTC),
    datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=3))), timedelta(seconds=1.5),
    {" t": [1]}, {" u": "x"}, [Markup("a"), "a"],
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_goes_in_comes_out_equal_and_of_the_same_type(app: Kolba, value: Any) -> None:
    """Every kind of value that can be stored is the same in the next request."""
    client = app.test_client()
    write(client, kept=value)
    found = seen(client)["kept"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "key",
    ["", "~", "~f", "~~a", "~k1", " ", "ключ", 1, 1.5, None, (1, "a")],
    ids=repr,
)
def test_every_key_comes_out_as_it_went_in(app: Kolba, key: Any) -> None:
    """Keys that are not strings, and strings that look like our own marks, are kept as they are."""
    client = app.test_client()
    visit(client, lambda: session.__setitem__(key, "value"))
    found = seen(client)
    assert found == {key: "value"}
    assert type(next(iter(found))) is type(key)


def _mapping_calls() -> dict[str, Callable[[Any], Any]]:
    def try_pop(s: Any) -> Any:
        try:
            return s.pop("missing")
        except KeyError as error:
            return f"KeyError {error}"

    return {
        "get": lambda s: (s.get("a"), s.get("missing"), s.get("missing", 3)),
        "item": lambda s: s["a"],
        "in": lambda s: ("a" in s, "missing" in s),
        "len": len,
        "bool": bool,
        "keys": lambda s: sorted(s.keys()),
        "values": lambda s: sorted(map(str, s.values())),
        "items": lambda s: sorted(map(str, s.items())),
        "iter": sorted,
        "dict": dict,
        "star": lambda s: {**s},
        "copy": lambda s: s.copy(),
        "or": lambda s: s | {"z": 1},
        "ror": lambda s: {"z": 1, "a": 0} | s,
        "eq": lambda s: s == {"a": 1, "b": [1, 2]},
        "pop": lambda s: (s.pop("a"), s.pop("a", 5), dict(s)),
        "pop missing": try_pop,
        "popitem": lambda s: (s.popitem() is not None, len(s)),
        "setdefault": lambda s: (s.setdefault("a", 9), s.setdefault("c", 9), dict(s)),
        "update": lambda s: (s.update({"a": 2}, d=4), dict(s)),
        "del": lambda s: (s.__delitem__("a"), dict(s)),
        "clear": lambda s: (s.clear(), dict(s)),
        "reversed keys": lambda s: sorted(s),
    }


@pytest.mark.parametrize("name", _mapping_calls())
def test_every_operation_does_what_a_dict_does(app: Kolba, name: str) -> None:
    """A session that was loaded answers each operation as a plain dict with the same content."""
    call = _mapping_calls()[name]
    client = app.test_client()
    write(client, a=1, b=[1, 2])
    found: list[Any] = []
    visit(client, lambda: found.append(call(session._get_current_object())))
    assert found == [call({"a": 1, "b": [1, 2]})]


@pytest.mark.parametrize(
    "change",
    [
        lambda: session["cart"].append(2),
        lambda: session["deep"]["a"]["b"].append(2),
        lambda: session["deep"].update(c=1),
        lambda: session["set"].add(9),
        lambda: session.get("cart").extend([2, 3]),
        lambda: session["pair"][1].append("x"),
        lambda: [part.append(1) for part in session.values() if isinstance(part, list)],
    ],
)
def test_changes_inside_values_are_saved(app: Kolba, change: Callable[[], Any]) -> None:
    """A list, dict or set that changed in place is saved without `modified = True`."""
    client = app.test_client()
    first = {"cart": [1], "deep": {"a": {"b": [1]}}, "set": {1}, "pair": (1, [])}
    write(client, **first)
    expected: list[Any] = []

    def view() -> str:
        change()
        expected.append(dict(session))
        return ""

    visit(client, view)
    assert seen(client) == expected[0] != first


def test_a_value_that_cannot_be_stored_is_refused_where_it_is_assigned(app: Kolba) -> None:
    """The error comes at the assignment and names key, place and type; nothing is lost by it."""
    client = app.test_client()
    write(client, kept=1)

    def view() -> str:
        with pytest.raises(CannotStore, match="object") as caught:
            session["cart"] = [1, object()]
        assert "session['cart'][1]" in str(caught.value) and "object" in str(caught.value)
        session["other"] = 2
        return "ok"

    assert visit(client, view).status_code == 200
    assert seen(client) == {"kept": 1, "other": 2}


def test_a_value_that_became_unfit_inside_is_refused_before_the_answer(app: Kolba) -> None:
    """What cannot be stored and was put into a stored list makes the request fail, not the data."""
    client = app.test_client()
    write(client, cart=[1])
    assert visit(client, lambda: session["cart"].append(object())).status_code == 500
    assert seen(client) == {"cart": [1]}


def test_a_session_over_its_limit_names_key_size_and_setting(make_app: Any) -> None:
    """The error says which key, how large it is, and which setting raises the limit."""
    client = make_app(KOLBA_SESSION_LIMIT=1000).test_client()
    write(client, kept="x" * 600)

    def view() -> str:
        with pytest.raises(SessionTooLarge) as caught:
            session["big"] = "y" * 500
        assert "'big'" in str(caught.value) and "502 bytes" in str(caught.value)
        assert "KOLBA_SESSION_LIMIT" in str(caught.value)
        session["kept"] = "z" * 990  # alone, it fits
        return "ok"

    assert visit(client, view).text == "ok"
    assert seen(client) == {"kept": "z" * 990}


def test_a_list_that_grew_over_the_limit_fails_the_request_and_keeps_the_record(
    make_app: Any,
) -> None:
    """What was stored before is there as it was."""
    client = make_app(KOLBA_SESSION_LIMIT=1000).test_client()
    write(client, cart=["x"])
    assert visit(client, lambda: session["cart"].append("y" * 2000)).status_code == 500
    assert seen(client) == {"cart": ["x"]}


def test_permanent_modified_and_new_are_flasks(app: Kolba) -> None:
    """The attributes of Flask's sessions are there and mean the same."""
    client = app.test_client()

    def first() -> str:
        assert session.new and not session.modified and not session.permanent
        session.permanent = True
        assert session.modified and session["_permanent"] is True
        return ""

    def second() -> str:
        assert not session.new and session.permanent and not session.modified
        return ""

    assert visit(client, first).status_code == 200
    assert visit(client, second).status_code == 200


def test_a_value_that_another_version_wrote_is_left_out_and_kept(app: Kolba, caplog: Any) -> None:
    """An unreadable value is no error for the visitor, is logged, and stays in the store."""
    from kolba.stores import Changes, store_of

    client = app.test_client()
    write(client, good=1, strange=2)
    interface: Any = app.session_interface
    keys: list[str] = []
    visit(client, lambda: keys.append((len(session), session._key)[1]))
    now = __import__("time").time()
    for damaged in (b"", b"[1", b'{" new tag": 1}', b"\x80\x04."):
        store_of(app).save(keys[0], Changes(set={"strange": damaged}), now=now)
        caplog.clear()
        answer = visit(client, lambda: session.get("strange", "nothing"))
        assert (answer.status_code, answer.text) == (200, "nothing")
        assert visit(client, lambda: session["good"]).text == "1"
        assert "session['strange'] cannot be read" in caplog.text
        record = interface.home.store.load(keys[0], now=now)
        assert record.fields["strange"] == damaged
