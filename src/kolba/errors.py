"""The tree of Kolba's exceptions.

KolbaError
├── ConfigError       a setting has a value that cannot be used
├── TargetError       the application named on the command line cannot be used
├── ServerError       the server cannot start as it was asked to
└── StoreDown         the state store cannot be reached or cannot write (in stores/contract.py)
"""

from __future__ import annotations


class KolbaError(Exception):
    """Root of everything that Kolba raises on purpose."""


class ConfigError(KolbaError):
    """A setting has a value that cannot be used; says which, where and what to write."""


class TargetError(KolbaError):
    """The application named on the command line cannot be found or loaded.

    Attributes:
        traceback: The application's own traceback, from its first line of code
            on, when its code raised; else empty.
    """

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message, traceback)
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        return self.message


class ServerError(KolbaError):
    """The server cannot start: the port, the certificate, a missing package, an option."""
