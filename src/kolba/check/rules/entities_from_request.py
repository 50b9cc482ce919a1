"""entities-from-request: XML that was sent may name files of the server, and shows them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument, constant, keyword, shown
from kolba.check.reads import SENT
from kolba.check.rule import Rule
from kolba.check.text import Text
from kolba.check.uploads import is_upload

_READS = frozenset(f"lxml.{name}" for name in ("etree.fromstring", "etree.parse", "etree.XML"))


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) not in _READS or not call.args:
        return
    parser = argument(call, 1, "parser")
    if parser is None or not _puts_in_entities(parser, module):
        return
    source = module.flow(call).source(call.args[0])
    if is_upload(call.args[0], module) or (source is not None and source.kind in SENT):
        yield at(call, sent=shown(call.args[0]))


def _puts_in_entities(parser: ast.expr, module: Module) -> bool:
    """Whether a parser is told to; without, lxml leaves out files since its version 5."""
    made = module.classes.made(parser)
    if made is None or made[0].of(made[1].func) != "lxml.etree.XMLParser":
        return False
    return constant(keyword(made[1], "resolve_entities")) is True


RULE = Rule(
    code="entities-from-request",
    chapter="app",
    message=Text(
        "the XML in {sent} may name any file of the server as an entity, and it is put in",
        "XML в {sent} может назвать сущностью любой файл сервера, и он будет подставлен",
    ),
    hint=Text(
        "Write etree.XMLParser(resolve_entities=False)",
        "Напишите etree.XMLParser(resolve_entities=False)",
    ),
    why=Text(
        'With `<!ENTITY file SYSTEM "file:///etc/passwd">` in it a document asks for whatever the '
        "server may read, and entities of entities fill its memory.",
        'С `<!ENTITY file SYSTEM "file:///etc/passwd">` документ просит всё, что может прочесть '
        "сервер, а сущности из сущностей займут всю память.",
    ),
    bad="""from lxml import etree


@app.post("/order")
def order():
    parser = etree.XMLParser(resolve_entities=True)
    return etree.fromstring(request.data, parser).text""",
    good="""from lxml import etree


@app.post("/order")
def order():
    parser = etree.XMLParser(resolve_entities=False)
    return etree.fromstring(request.data, parser).text""",
    nodes=(ast.Call,),
    find=find,
)
