"""Every name that generated code imports from us."""

from kolba.templates.attributes import reader
from kolba.templates.calls import call
from kolba.templates.context import is_stock
from kolba.templates.escaping import esc, show
from kolba.templates.references import FastTemplateReference, super_reference
from kolba.templates.running import run_included, run_root, run_stock, run_stock_root

__all__ = [
    "FastTemplateReference",
    "call",
    "esc",
    "is_stock",
    "reader",
    "run_included",
    "run_root",
    "run_stock",
    "run_stock_root",
    "show",
    "super_reference",
]
