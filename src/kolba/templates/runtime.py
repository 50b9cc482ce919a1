"""Every name that generated code imports from us."""

from kolba.templates.attributes import reader
from kolba.templates.calls import call, call_any, call_macro
from kolba.templates.context import is_stock
from kolba.templates.escaping import esc, show
from kolba.templates.inheritance import call_super
from kolba.templates.lookups import find, find_any, module_of
from kolba.templates.loops import is_last, peeking
from kolba.templates.references import FastTemplateReference, super_reference
from kolba.templates.running import run_included, run_root, run_stock, run_stock_root, stopped
from kolba.templates.urls import Sites

__all__ = [
    "FastTemplateReference",
    "Sites",
    "call",
    "call_any",
    "call_macro",
    "call_super",
    "esc",
    "find",
    "find_any",
    "is_last",
    "is_stock",
    "module_of",
    "peeking",
    "reader",
    "run_included",
    "run_root",
    "run_stock",
    "run_stock_root",
    "show",
    "stopped",
    "super_reference",
]
