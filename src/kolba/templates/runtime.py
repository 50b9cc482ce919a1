"""Every name that generated code imports from us."""

from kolba.templates.attributes import reader
from kolba.templates.calls import call
from kolba.templates.context import LazyContext
from kolba.templates.escaping import esc, show
from kolba.templates.references import FastTemplateReference, super_reference
from kolba.templates.running import run_foreign, run_included, run_root, run_stock

__all__ = [
    "FastTemplateReference",
    "LazyContext",
    "call",
    "esc",
    "reader",
    "run_foreign",
    "run_included",
    "run_root",
    "run_stock",
    "show",
    "super_reference",
]
