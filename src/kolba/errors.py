"""The tree of Kolba's exceptions.

KolbaError
└── TargetError       the application named on the command line cannot be used
"""

from __future__ import annotations


class KolbaError(Exception):
    """Root of everything that Kolba raises on purpose."""


class TargetError(KolbaError):
    """The application named on the command line cannot be found or loaded."""
