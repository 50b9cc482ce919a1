"""Jinja several times cheaper, byte for byte the same, for unmodified Flask applications."""

from kolba.templates.install import install
from kolba.templates.reasons import StockReason, reasons
from kolba.templates.techniques import ALL

__all__ = ["ALL", "StockReason", "install", "reasons"]
