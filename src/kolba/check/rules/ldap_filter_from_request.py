"""ldap-filter-from-request: what was sent is written into a filter of LDAP."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text

_SEARCHES = frozenset(("search", "search_s", "search_st", "search_ext", "search_ext_s"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _SEARCHES:
        return
    found = _filter(call, module)
    if found is None:
        return
    flow = module.flow(call)
    source = flow.source(found)
    if source is None or source.whole or source.kind not in SENT:
        return
    if {"(", "="} <= set(flow.constants(found)):
        yield at(call, source=source.text)


def _filter(call: ast.Call, module: Module) -> ast.expr | None:
    """Where ldap3 and python-ldap take it."""
    if "ldap3" in module.packages:
        return argument(call, 1, "search_filter")
    return argument(call, 2, "filterstr") if "ldap" in module.packages else None


RULE = Rule(
    code="ldap-filter-from-request",
    chapter="app",
    message=Text(
        "{source} becomes part of the LDAP filter: whoever sends it asks what they like",
        "{source} становится частью фильтра LDAP: что искать, решает тот, кто это прислал",
    ),
    hint=Text(
        "Write ldap.filter.escape_filter_chars(...) around it; of ldap3, "
        "ldap3.utils.conv.escape_filter_chars",
        "Оберните в ldap.filter.escape_filter_chars(...), а с ldap3 — в "
        "ldap3.utils.conv.escape_filter_chars",
    ),
    why=Text(
        "`*` as a name fits everybody, and `*)(uid=admin` is another question: a log-in finds an "
        "account that was not named, and a search gives out all of them.",
        "Имя `*` подойдёт всем, а `*)(uid=admin` — уже другой вопрос: вход найдёт учётную запись, "
        "которую не называли, а поиск выдаст все.",
    ),
    bad="""import ldap

name = request.form["name"]
found = ldap.initialize(URL).search_s(BASE, ldap.SCOPE_SUBTREE, f"(uid={name})")""",
    good="""import ldap
from ldap.filter import escape_filter_chars

name = escape_filter_chars(request.form["name"])
found = ldap.initialize(URL).search_s(BASE, ldap.SCOPE_SUBTREE, f"(uid={name})")""",
    nodes=(ast.Call,),
    find=find,
)
