"""Text that is no UTF-8, for stores that can keep no other.

Python holds a lone surrogate as text, and JSON brings one (`"\\ud800"`). A text that has one, or
begins as what stands for one does, is kept as NUL and the digits of its bytes.
"""

from __future__ import annotations

_MARK = "\x00"


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
    return _MARK + text.encode("utf-8", "surrogatepass").hex()


def from_utf8(kept: str) -> str:
    """The text that `to_utf8` was given."""
    if kept[:1] != _MARK:
        return kept
    try:
        return bytes.fromhex(kept[1:]).decode("utf-8", "surrogatepass")
    except ValueError:  # it is damaged, or an older Kolba kept it as it was
        return kept
