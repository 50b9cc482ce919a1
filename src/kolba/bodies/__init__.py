"""Bodies of requests, read so that what was cut or is too much never looks whole."""

from kolba.bodies.errors import BadBody, BodyError, LargeBody, sized
from kolba.bodies.multipart import without_numbers
from kolba.bodies.requests import FILE_LIMITS, guarded

__all__ = [
    "FILE_LIMITS",
    "BadBody",
    "BodyError",
    "LargeBody",
    "guarded",
    "sized",
    "without_numbers",
]
