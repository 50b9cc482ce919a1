"""What the compiled URLs cannot stand for, said with its reason."""

from __future__ import annotations

from kolba.errors import KolbaError


class Unsupported(KolbaError):
    """The map was made to work differently; Werkzeug itself must be asked.

    Attributes:
        reason: what is different, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require_own(value: object, base: type, names: tuple[str, ...]) -> None:
    """Refuse a `value` whose class or instance has another `names` than `base`.

    Raises:
        Unsupported: with the first name that differs.
    """
    cls = type(value)
    for name in names:
        if getattr(cls, name, None) is not getattr(base, name):
            raise Unsupported(f"{cls.__name__}.{name} replaces {base.__name__}.{name}")
        if name in getattr(value, "__dict__", ()):
            raise Unsupported(f"{base.__name__}.{name} is replaced on the instance")
