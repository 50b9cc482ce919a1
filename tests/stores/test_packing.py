"""Records as blobs: whole, or known to be damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolba.stores import Record
from kolba.stores.packing import VERSION, Damaged, pack, seal, unpack

TEXTS = st.text(st.characters(), max_size=5)
TIMES = st.floats(allow_nan=False)
RECORDS = st.builds(
    Record,
    st.dictionaries(TEXTS, st.binary(max_size=5), max_size=3),
    TIMES,
    TIMES,
    TIMES,
    st.none() | TEXTS,
    st.binary(max_size=5),
    st.booleans(),
)
BLOB = pack("key", Record({"a": b"1", "b": b""}, 1.0, 2.0, 3.0, "owner", b"{}"))


@given(TEXTS, RECORDS)
def test_what_was_packed_comes_back(key: str, record: Record) -> None:
    """Any key and any record, lone surrogates and infinite times too."""
    assert unpack(pack(key, record)) == (key, record)


def test_the_order_of_fields_is_kept() -> None:
    """Fields come back in their order, and an empty owner is not nobody."""
    record = Record({"b": b"", "a": b"1"}, 1.0, 2.0, float("inf"), "")
    _, found = unpack(pack("", record))
    assert list(found.fields) == ["b", "a"]
    assert found.owner == ""


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_is_found(bit: int) -> None:
    """Wherever it is, the version's byte too."""
    for place in range(len(BLOB)):
        flipped = bytearray(BLOB)
        flipped[place] ^= 1 << bit
        with pytest.raises(Damaged):
            unpack(bytes(flipped))


@pytest.mark.parametrize(
    "blob",
    [
        None,
        5,
        "text",
        b"",
        VERSION,
        BLOB[1:],
        BLOB + b"x",
        *(BLOB[:n] for n in range(len(BLOB))),
        b"\x00" + BLOB[1:],
        b"\x01" + BLOB[1:],
        b"\x03" + BLOB[1:],
        seal(BLOB),
        *(version + seal(b"not packed") for version in (b"\x01", VERSION)),
        *(version + seal(b"") for version in (b"\x01", VERSION)),
    ],
)
def test_what_is_no_blob(blob: object) -> None:
    """Anything else is damaged, and no error of another kind, also if its checksum fits."""
    with pytest.raises(Damaged):
        unpack(blob)
