"""Flash messages to bytes and back."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from kolba.errors import KolbaError
from kolba.stores.codec import CannotRead, CannotStore, decode, encode, encode_texts


class FlashTooLarge(KolbaError, ValueError):
    """A flash message takes more bytes than `KOLBA_FLASH_SIZE`.

    Attributes:
        size: its bytes.
        limit: the most that one may take.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"a flash message takes {size} bytes, more than the limit of {limit} bytes. Shorten "
            f"it, or raise KOLBA_FLASH_SIZE."
        )
        self.size = size
        self.limit = limit


def pack(category: Any, message: Any, limit: int) -> tuple[tuple[Any, Any], bytes]:
    """The pair as it will come back, and its bytes.

    Raises:
        FlashTooLarge: it takes more than `limit` bytes.
        CannotStore: a part is neither text nor of a type that can be kept.
    """
    if type(category) is str and type(message) is str:  # PERF: nearly all are
        pair, encoded = (category, message), encode_texts(category, message)
    else:
        pair = _plain(category), _plain(message)
        encoded = encode([*pair])
    if len(encoded) > limit:
        raise FlashTooLarge(len(encoded), limit)
    return pair, encoded


def _plain(part: Any) -> Any:
    """Translations that are made when they are shown, and kinds of text, become text now."""
    if type(part) in (str, Markup):
        return part
    try:
        encode(part)
    except CannotStore:
        if hasattr(part, "__html__"):
            return Markup(part.__html__())
        if isinstance(part, str) or (hasattr(part, "__mod__") and hasattr(part, "upper")):
            return str(part)
        raise
    return part


def unpack(encoded: bytes) -> tuple[Any, Any]:
    """The category and message that were packed; an empty pair if they cannot be read."""
    try:
        category, message = decode(encoded)
    except (CannotRead, ValueError, TypeError):
        return "message", ""
    return category, message
