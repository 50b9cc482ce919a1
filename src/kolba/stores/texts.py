"""Text that is no UTF-8: as bytes, and for stores that keep text and can keep no other.

Python holds a lone surrogate as text, and JSON brings one (`"\\ud800"`). Its bytes are those that
UTF-8 would give it. Where text is kept, one that has a surrogate, or begins as what stands for
one does, is kept as NUL and the digits of its bytes.
"""

from __future__ import annotations

_MARK = "\x00"


def to_bytes(text: str) -> bytes:
    """Any text of Python's as bytes."""
    return text.encode("utf-8", "surrogatepass")


def from_bytes(data: bytes) -> str:
    """The text that `to_bytes` was given.

    Raises:
        UnicodeDecodeError: it was given none that has these bytes.
    """
    return str(data, "utf-8", "surrogatepass")


def to_utf8(text: str) -> str:
    """`text` if it can be kept as it is; or what stands for it."""
    if text.isascii() and text[:1] != _MARK:  # PERF: nearly always
        return text
    if text[:1] != _MARK:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _MARK + to_bytes(text).hex()


def from_utf8(kept: str) -> str:
    """The text that `to_utf8` was given."""
    if kept[:1] != _MARK:
        return kept
    try:
        return from_bytes(bytes.fromhex(kept[1:]))
    except ValueError:  # it is damaged, or an older Kolba kept it as it was
        return kept
