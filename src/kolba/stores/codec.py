"""Values to bytes and back: what goes in comes out equal and of the same type.

JSON with tags. A type that JSON lacks is an object with one key that begins
with a space (`{" tuple": [1, 2]}`); a dict that looks like one is tagged itself,
so no value can pass for another. Never pickle: decoding runs nothing.

Two things are relied upon elsewhere: an int is encoded as its decimal, a list as
a compact JSON array, so that a store can add and append without decoding.

The format needs no version number: a tag's meaning never changes. A new meaning
is a new tag, and one that is unknown here was written by a newer Kolba.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from json import JSONDecodeError, JSONDecoder
from json.encoder import encode_basestring as _quoted
from typing import Any

from kolba.errors import KolbaError
from kolba.stores.compact import compact
from kolba.stores.tags import READERS, SCALARS, STAND_INS, Scalar

MAX_DEPTH = 64
"""Levels of containers in one value: reading must not depend on how deep its caller is."""


class CannotStore(KolbaError, TypeError):
    """A value that would not come back as it is.

    Attributes:
        kind: the name of its type.
        reason: why it cannot be stored, and what can.
        path: where it is inside the value that was to be stored: `['cart'][2]`, or ''.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason
        self.path = ""

    def __str__(self) -> str:
        place = f" at {self.path[:200]}" if self.path else ""
        return f"cannot store a value of type {self.kind}{place}: {self.reason}"


class CannotRead(KolbaError, ValueError):
    """Bytes that this version of Kolba did not write: damaged, or newer."""


_PLAIN = frozenset({str, int, bool, float, type(None)})
_NESTING = _PLAIN | {dict, list}
_STR = frozenset({str})
_SINGLE: dict[type, dict[Any, bytes]] = {
    bool: {True: b"true", False: b"false"},
    type(None): {None: b"null"},
}
_FREE_LEVELS = 3
_LONG = 10_000
_encode = compact()
_scan = JSONDecoder().raw_decode


def encode(value: Any) -> bytes:
    """The bytes of a value.

    Args:
        value: None, bool, int, float, str, bytes, list, tuple, dict (of any keys), set,
            frozenset, Decimal, UUID, date, time, datetime, timedelta, Markup, nested at will.

    Raises:
        CannotStore: some part is of another type (a subclass is another type), is nested
            more than `MAX_DEPTH` levels deep or in itself, or is an int of thousands of digits.
    """
    # PERF: JSON's own types take the C encoder whole; Python looks at one set of
    # types for each container (python -m bench.stores).
    kind = type(value)
    if kind is str:
        return _quoted(value).encode("utf-8", "surrogatepass")
    if kind in _SINGLE:
        return _SINGLE[kind][value]
    plain = kind in _PLAIN or _is_plain(value, _FREE_LEVELS)
    try:
        text = _encode(value if plain else _tagged(value, 0))
    except ValueError:
        text = _encode(_tagged(value, 0))  # names the place of the int that is too long
    return text.encode("utf-8", "surrogatepass")


def encode_texts(*texts: str) -> bytes:
    """What `encode` makes of a list of them."""
    return f"[{','.join(map(_quoted, texts))}]".encode("utf-8", "surrogatepass")


def decode(data: bytes) -> Any:
    """The value that `encode` was given.

    Raises:
        CannotRead: `encode` of this version wrote no such bytes.
    """
    # PERF: a short value without parts cannot change, and the same ones are asked for again.
    if len(data) <= _SHORT and data[:1] not in _OPENING:
        return _kept(data)
    return _read(data)


def _read(data: bytes) -> Any:
    try:
        text = str(data, "utf-8", "surrogatepass")
        scan = _scan_tagged if '{" ' in text else _scan
        value, end = scan(text)
    except CannotRead:
        raise
    except Exception as error:  # whatever a reader finds wrong with what it is given
        raise CannotRead(f"a stored value is damaged: {_why(error)}") from None
    if end != len(text):
        raise CannotRead("a stored value is damaged: it goes on after its end")
    return value


_SHORT, _OPENING = 64, (b"[", b"{")
_kept = lru_cache(maxsize=1024)(_read)


def _why(error: Exception) -> str:
    """A reason without the value, which may be anybody's secret."""
    return error.msg if isinstance(error, JSONDecodeError) else type(error).__name__


def _is_plain(value: Any, levels: int) -> bool:
    """Whether JSON alone gives the value back; False also where it takes long to tell."""
    parts: Iterable[Any] = value
    if type(value) is dict:
        if set(map(type, value)) != _STR or _looks_tagged(value):
            return not value
        parts = value.values()
    elif type(value) is not list:
        return False
    kinds = set(map(type, parts))
    if kinds <= _PLAIN:
        return True
    if not levels or not kinds <= _NESTING:
        return False
    return all(type(part) in _PLAIN or _is_plain(part, levels - 1) for part in parts)


def _looks_tagged(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(" ")


def _tagged(value: Any, depth: int) -> Any:
    """The value in JSON's own types."""
    kind = type(value)
    if kind in _PLAIN:
        return _short(value) if kind is int else value
    if kind in SCALARS:
        return _tagged_scalar(value, SCALARS[kind])
    if depth == MAX_DEPTH:
        raise CannotStore(kind.__name__, f"nested over {MAX_DEPTH} levels deep, or in itself")
    if kind is dict:
        return _tagged_dict(value, depth + 1)
    if kind is list:
        return _tagged_items(value, depth + 1)
    if kind is tuple:
        return {" tuple": _tagged_items(value, depth + 1)}
    if kind is set or kind is frozenset:
        # Equal sets have equal bytes, in every process.
        parts = [_inside("{...}", part, depth + 1) for part in value]
        return {f" {kind.__name__}": sorted(parts, key=_encode)}
    return _tagged_stranger(value)


def _inside(step: str, part: Any, depth: int) -> Any:
    """One part of a container; an error in it learns where it is."""
    try:
        return _tagged(part, depth)
    except CannotStore as error:
        error.path = step + error.path
        raise


def _step(key: Any) -> str:
    text = repr(key)
    return f"[{text}]" if len(text) <= 80 else f"[{text[:80]}...]"


def _tagged_items(value: Iterable[Any], depth: int) -> list[Any]:
    return [_inside(f"[{index}]", part, depth) for index, part in enumerate(value)]


def _tagged_dict(value: dict[Any, Any], depth: int) -> Any:
    """An object, if all keys are text and it looks like no tag; else pairs."""
    if set(map(type, value)) <= _STR and not _looks_tagged(value):
        return {key: _inside(_step(key), part, depth) for key, part in value.items()}
    pairs = [
        [_inside(".keys()", key, depth), _inside(_step(key), part, depth)]
        for key, part in value.items()
    ]
    return {" dict": pairs}


def _short(value: int) -> int:
    """Python itself neither prints nor reads an int of thousands of digits (CVE-2020-10735)."""
    if value.bit_length() > _LONG:
        try:
            str(value)
        except ValueError:
            raise CannotStore("int", "it has thousands of digits. Write hex(value)") from None
    return value


def _tagged_scalar(value: Any, scalar: Scalar) -> Any:
    try:
        return {f" {scalar.tag}": scalar.write(value)}
    except ValueError as error:
        raise CannotStore(type(value).__name__, str(error)) from None


def _tagged_stranger(value: Any) -> Any:
    """As Flask's cookie has it, what has `__html__` is stored as Markup; the rest is refused."""
    html = getattr(value, "__html__", None)
    if callable(html) and not isinstance(value, type):
        return {" markup": str(html())}
    kind = type(value)
    if stand_in := STAND_INS.get((kind.__module__, kind.__name__)):
        return _tagged_scalar(value, SCALARS[stand_in])
    raise CannotStore(kind.__name__, _advice(value))


def _advice(value: Any) -> str:
    """What to store instead."""
    for kind in (bool, int, float, str, dict, list, tuple, set, frozenset, *SCALARS):
        if isinstance(value, kind):
            name = kind.__name__
            if isinstance(value, Enum):  # str() of one may be its name
                return f"it would come back as a {name}. Write value.value if that is meant"
            return f"it would come back as a {name}. Write {name}(value) if that is meant"
    return (
        "it is not data. Store its id, or what you need of it as dict, list, tuple, set, str, int, "
        "float, bool, None, bytes, Decimal, UUID, date, time, datetime, timedelta or Markup"
    )


_READERS = READERS | {"tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict}


def _untag(found: dict[str, Any]) -> Any:
    """The value of a tag; what is no tag stays a dict."""
    if len(found) != 1:
        return found
    [(tag, content)] = found.items()
    if not tag.startswith(" "):
        return found
    if tag[1:] not in _READERS:
        raise CannotRead(f"a stored value has the unknown tag {tag[1:]!r}: a newer Kolba wrote it")
    return _READERS[tag[1:]](content)


_scan_tagged = JSONDecoder(object_hook=_untag).raw_decode
