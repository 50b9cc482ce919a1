"""JSON without spaces, written by an encoder that is made once."""

from __future__ import annotations

import json.encoder as stock
from collections.abc import Callable
from typing import Any

__all__ = ["compact"]


def compact(*, ensure_ascii: bool) -> Callable[[Any], str]:
    """A function that writes a value as JSON; it must not hold itself.

    Raises:
        TypeError: the value is none of JSON's.
        ValueError: an int has thousands of digits.
    """
    encoder = stock.JSONEncoder(
        ensure_ascii=ensure_ascii, check_circular=False, separators=(",", ":")
    )
    make: Any = getattr(stock, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    # PERF: `encode` makes one of these for each value, which costs more than a short value.
    text = stock.encode_basestring_ascii if ensure_ascii else stock.encode_basestring
    write = make(None, encoder.default, text, None, ":", ",", False, False, True)
    join = "".join
    return lambda value: join(write(value, 0))
