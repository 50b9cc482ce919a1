"""JSON without spaces, written by an encoder that is made once."""

from __future__ import annotations

import json.encoder as stock
from collections.abc import Callable
from typing import Any

__all__ = ["compact"]


def compact() -> Callable[[Any], str]:
    """A function that writes a value as JSON, its text as it is; it must not hold itself.

    Raises:
        TypeError: the value is none of JSON's.
        ValueError: an int has thousands of digits.
    """
    encoder = stock.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
    make: Any = getattr(stock, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    # PERF: `encode` makes one of these for each value, which costs more than a short value.
    write = make(None, encoder.default, stock.encode_basestring, None, ":", ",", False, False, True)
    join = "".join
    return lambda value: join(write(value, 0))
