"""Random templates over every statement, filter and test: the same seed, the same templates.

A site is five templates: `main.html` may extend `base.html`, which may extend `root.html`, and
include `part.html` and import `lib.html`. Nothing in it runs for ever: macros, blocks and includes
only use what stands before them, and numbers stay small.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from jinja2 import Environment

from tests.templates.values import KEYS, NAMES, TEXTS

FILTERS = sorted(set(Environment().filters) - {"random"})
TESTS = sorted(Environment().tests)
# These take anything.
CALM_FILTERS = ("e", "upper", "default", "string", "trim", "title", "safe", "capitalize", "lower")
FUNCTIONS = (
    "plain",
    "plain",
    "stop",
    "wants_context",
    "wants_eval",
    "wants_environment",
    "object_",
)
ATTRIBUTES = (*KEYS, *KEYS, "__class__", "upper", "keys", "missing", "0")
WITH_ATTRIBUTES = ("thing", "thing", "d", "row", "(rows|first)", "thing.children[0]")
LOOP = (
    "loop.index", "loop.index0", "loop.first", "loop.last", "loop.length", "loop.revindex",
    "loop.revindex0", "loop.previtem", "loop.nextitem", "loop.depth", "loop.depth0",
    "loop.cycle('a', x, '<c>')", "loop.changed(x)", "loop", "loop.missing", "loop.cycle()",
)  # fmt: skip
# No replaced letter is a digit of an address.
_TWO_ARGUMENTS = {"replace": "'o', '<'", "default": "'<d>', true", "d": "'e'", "join": "'<'"}
_ONE_ARGUMENT = {
    "attr": "'name'", "batch": "2", "slice": "2", "groupby": "'id'", "map": "attribute='name'",
    "select": "'string'", "reject": "'none'", "selectattr": "'id'", "rejectattr": "'id'",
    "truncate": "5", "center": "9", "indent": "2", "round": "1", "sort": "attribute='id'",
    "sum": "attribute='id'", "format": "x", "unique": "attribute='id'", "wordwrap": "5",
    "dictsort": "false, 'value'", "min": "attribute='id'", "max": "attribute='id'", "int": "3",
    "float": "0.5", "trim": "'a'", "items": "", "xmlattr": "true", "list": "", "tojson": "1",
}  # fmt: skip
_TEST_ARGUMENTS = {
    "divisibleby": "2", "sameas": "x", "in": "xs", "eq": "1", "ne": "1", "lt": "1", "le": "1",
    "gt": "1", "ge": "1", "==": "1", "!=": "1", "<": "1", "<=": "1", ">": "1", ">=": "1",
    "equalto": "1", "lessthan": "1", "greaterthan": "1",
}  # fmt: skip


class Writer:
    """Writes one template."""

    def __init__(self, rng: random.Random, name: str, extends: str | None, level: int) -> None:
        self.rng = rng
        self.name = name
        self.extends = extends
        self.level = level
        self.macros: list[str] = []
        self.block: int | None = None
        self.blocks_open = 4
        self.in_loop = 0
        self.in_macro = False
        self.recursive = False

    def template(self) -> str:
        """The whole source."""
        head = self.head()
        return head + self.body(3, top=True)

    def macro_body(self) -> str:
        """What may stand in a macro."""
        self.in_macro = True
        return self.body(2)

    def head(self) -> str:
        """The extends statement, if any; sometimes a conditional one, sometimes after output."""
        if self.extends is None:
            return ""
        return self.rng.choice(
            (
                f"{{% extends '{self.extends}' %}}",
                f"{{% extends '{self.extends}' %}}",
                f"before{{% set early = x %}}{{% extends '{self.extends}' %}}",
                f"{{% if x %}}{{% extends '{self.extends}' %}}{{% endif %}}",
                f"{{% extends ['{self.extends}'][0] %}}",
            )
        )

    # -- expressions

    def expr(self, depth: int = 2) -> str:
        """Any expression."""
        if depth <= 0:
            return self.rng.choice((self.name_, self.name_, self.literal))()
        kinds: list[Callable[[int], str]] = [
            self.attribute, self.attribute, self.item, self.filtered, self.filtered, self.tested,
            self.operation, self.compared, self.call, self.conditional, self.collection,
            self.sliced, self.special,
        ]  # fmt: skip
        if self.rng.random() < 0.45:
            return self.expr(0)
        return self.rng.choice(kinds)(depth - 1)

    def name_(self) -> str:
        """A name that is sometimes not there."""
        if self.rng.random() < 0.02:
            return "nowhere"
        return self.rng.choice((*NAMES, *NAMES, "inner", "loopy", "early"))

    def literal(self) -> str:
        """A constant."""
        return self.rng.choice(
            (repr(self.rng.choice(TEXTS)), str(self.rng.randrange(4)), "1.5", "true", "none", "[]")
        )

    def attribute(self, depth: int) -> str:
        if self.rng.random() < 0.5:
            return f"{self.rng.choice(WITH_ATTRIBUTES)}.{self.rng.choice(KEYS)}"
        return f"{self.atom(depth)}.{self.rng.choice(ATTRIBUTES)}"

    def item(self, depth: int) -> str:
        key = self.rng.choice((*(repr(key) for key in KEYS), "0", "-1", self.expr(0)))
        return f"{self.atom(depth)}[{key}]"

    def atom(self, depth: int) -> str:
        """Something that a postfix can follow."""
        return self.rng.choice((self.name_(), self.name_(), f"({self.expr(depth)})"))

    def filtered(self, depth: int) -> str:
        if self.rng.random() < 0.6:
            return f"{self.atom(depth)}|{self.rng.choice(CALM_FILTERS)}"
        name = self.rng.choice(FILTERS)
        arguments = _ONE_ARGUMENT.get(name) or _TWO_ARGUMENTS.get(name)
        if arguments and self.rng.random() < 0.8:
            return f"{self.atom(depth)}|{name}({arguments})"
        return f"{self.atom(depth)}|{name}"

    def tested(self, depth: int) -> str:
        name = self.rng.choice(TESTS)
        negated = self.rng.choice(("", "not "))
        if not name.isidentifier() or name in ("in",):
            return f"({self.atom(depth)} is {negated}defined)"
        argument = _TEST_ARGUMENTS.get(name)
        return f"({self.atom(depth)} is {negated}{name}{f'({argument})' if argument else ''})"

    def operation(self, depth: int) -> str:
        operator = self.rng.choice(
            ("~", "and", "or", *"~~", "and", "or", "*", "+", "-", "/", "//", "%")
        )
        left, right = self.expr(depth), self.expr(depth)
        if operator == "*":
            right = str(self.rng.randrange(3))
        if self.rng.random() < 0.1:
            return f"({self.rng.choice(('not', '-', '+'))} {left})"
        return f"({left} {operator} {right})"

    def compared(self, depth: int) -> str:
        operator = self.rng.choice(("==", "!=", "==", "!=", "==", "!=", "<", ">=", "in", "not in"))
        return f"({self.expr(depth)} {operator} {self.expr(depth)})"

    def call(self, depth: int) -> str:
        arguments = self.rng.choice(("", self.expr(depth), f"{self.expr(0)}, {self.expr(0)}"))
        if self.macros and self.rng.random() < 0.5:
            keyword = self.rng.choice(("", "", f"b={self.expr(0)}", f"wrong={self.expr(0)}"))
            return (
                f"{self.rng.choice(self.macros)}({', '.join(filter(None, (arguments, keyword)))})"
            )
        return self.rng.choice(
            (
                f"{self.rng.choice(FUNCTIONS)}({arguments})",
                f"{self.rng.choice(FUNCTIONS)}({arguments})",
                f"plain(*xs, **{{'class': {self.expr(0)}}})",
                "text.upper()",
                "d.items()",
                "grow()",
                "xs.pop()",
                "fail()" if self.rng.random() < 0.1 else "plain(class=1)",
                f"{self.name_()}({arguments})" if self.rng.random() < 0.1 else "wants_context(x)",
                "range(3)",
                "dict(a=x)",
                "namespace(id=1).id",
            )
        )

    def conditional(self, depth: int) -> str:
        otherwise = self.rng.choice(("", f" else {self.expr(depth)}"))
        return f"({self.expr(depth)} if {self.expr(depth)}{otherwise})"

    def collection(self, depth: int) -> str:
        return self.rng.choice(
            (
                f"[{self.expr(depth)}, {self.expr(0)}]",
                f"({self.expr(depth)}, {self.expr(0)})",
                f"{{'id': {self.expr(depth)}, 'name': {self.expr(0)}}}",
            )
        )

    def sliced(self, depth: int) -> str:
        return f"{self.atom(depth)}[{self.rng.choice((':2', '1:', '::2', ':'))}]"

    def special(self, depth: int) -> str:
        """What only has a meaning in some places."""
        choices = ["self", "namespace(a=1)", "cycler('<', 'b').next()", "joiner()()"]
        if self.in_loop:
            choices += self.rng.choices(LOOP, k=6)
        if self.recursive:
            choices += ["loop(item.children)", "loop(item.children)", "loop([])"]
        if self.block is not None:
            choices += ["super()", "super()", "super", "super()|upper", "super.super()"]
        lower = self.blocks_open if self.block is None else self.block
        if lower > 0 and not self.in_macro:
            choices += [f"self.b{self.rng.randrange(lower)}()"]
        if self.in_macro:
            choices += ["varargs", "kwargs", "caller is defined and caller() or ''", "a", "b"]
        return self.rng.choice(choices)

    # -- statements

    def body(self, depth: int, top: bool = False) -> str:
        """Some statements."""
        counts = (4, 6, 8) if top else (1, 1, 2, 2, 3)
        return "".join(self.statement(depth, top) for _ in range(self.rng.choice(counts)))

    def statement(self, depth: int, top: bool) -> str:
        if depth <= 0 or self.rng.random() < 0.4:
            return self.rng.choice((self.output, self.output, self.output, self.text))()
        kinds: list[Callable[[int], str]] = [
            self.if_, self.for_, self.for_, self.set_, self.set_block, self.with_, self.filter_,
            self.include, self.autoescape, self.block_, self.block_, self.do, self.call_block,
        ]  # fmt: skip
        if top:
            kinds += [self.macro, self.macro, self.import_, self.import_]
        return self.rng.choice(kinds)(depth - 1)

    def text(self) -> str:
        return self.rng.choice(
            ("text\n", "<p>", "\n", "{# a comment #}", "{% raw %}{{ x }}{% endraw %}")
        )

    def output(self) -> str:
        shown = self.expr() if self.rng.random() < 0.12 else self.calm()
        return f"{{{{ {shown} }}}}{self.rng.choice(('', chr(10), '|'))}"

    def calm(self) -> str:
        """An expression that seldom ends the page."""
        near = ("thing", "d", "row", *("item",) * min(self.in_loop, 1) * 3)
        return self.rng.choice(
            (
                self.rng.choice(NAMES),
                self.rng.choice(("x", "y", "z", "inner")),
                f"{self.rng.choice(near)}.{self.rng.choice(('id', 'name', 'note'))}",
                f"{self.rng.choice(near)}.{self.rng.choice(KEYS)}",
                f"{self.rng.choice(NAMES)}|{self.rng.choice(CALM_FILTERS)}",
                f"{self.rng.choice(NAMES)} ~ {self.literal()}",
                f"plain({self.rng.choice(NAMES)})",
                self.literal(),
            )
        )

    def condition(self) -> str:
        """What an `if` asks."""
        return self.expr() if self.rng.random() < 0.12 else self.calm()

    def if_(self, depth: int) -> str:
        branches = self.rng.choice(("", f"{{% elif {self.condition()} %}}{self.body(depth)}"))
        branches += self.rng.choice(("", f"{{% else %}}{self.body(depth)}"))
        return f"{{% if {self.condition()} %}}{self.body(depth)}{branches}{{% endif %}}"

    def for_(self, depth: int) -> str:
        recursive = self.rng.random() < 0.2
        targets = ("item", "item", "item", "item", "item", "loopy", "x", "a, b")
        target = "item" if recursive else self.rng.choice(targets)
        iterable = self.rng.choice(
            ("rows", "rows", "rows", "xs", "gen", "d", "range(3)", "[1, x]", "(2.5,)", self.expr(1))
        )
        if recursive:
            iterable = self.rng.choice(("[thing]", "thing.children", "rows"))
        item = target[0] if target == "a, b" else target
        passes = self.rng.choice(
            (f"{item}.id", f"{item} != 2", f"{item} is string", f"{item} != x")
        )
        test = self.rng.choice(("", "", "", f" if {self.condition()}", f" if {passes}"))
        outer = self.recursive
        self.in_loop += 1
        self.recursive = recursive
        body = self.body(depth)
        if self.rng.random() < 0.5:
            body += f"{{{{ {self.rng.choice(LOOP)} }}}}{{{{ {target.split(',')[0]}.id }}}}"
        if self.rng.random() < 0.15:
            body += f"{{% if {self.expr(1)} %}}{{% {self.rng.choice(('break', 'continue'))} %}}{{% endif %}}tail"
        self.in_loop -= 1
        self.recursive = outer
        otherwise = self.rng.choice(("", "", f"{{% else %}}{self.body(depth)}"))
        marker = " recursive" if recursive else ""
        return f"{{% for {target} in {iterable}{test}{marker} %}}{body}{otherwise}{{% endfor %}}"

    def set_(self, depth: int) -> str:
        return self.rng.choice(
            (
                f"{{% set inner = {self.calm()} %}}",
                f"{{% set x = {self.condition()} %}}",
                f"{{% set inner, y = ({self.expr(1)}, {self.expr(1)}) %}}",
                f"{{% set ns = namespace(id=0) %}}{{% set ns.id = {self.expr(1)} %}}{{{{ ns.id }}}}",
            )
        )

    def set_block(self, depth: int) -> str:
        used = self.rng.choice(("", " | upper", " | e"))
        return f"{{% set inner{used} %}}{self.body(depth)}{{% endset %}}{{{{ inner }}}}"

    def with_(self, depth: int) -> str:
        return f"{{% with inner = {self.condition()}, y = x %}}{self.body(depth)}{{% endwith %}}"

    def filter_(self, depth: int) -> str:
        used = self.rng.choice(("upper", "e", "trim", "replace('o', '<')", "title"))
        return f"{{% filter {used} %}}{self.body(depth)}{{% endfilter %}}"

    def autoescape(self, depth: int) -> str:
        value = self.rng.choice(("true", "false", "x"))
        return f"{{% autoescape {value} %}}{self.body(depth)}{{% endautoescape %}}"

    def do(self, depth: int) -> str:
        return f"{{% do {self.call(1)} %}}"

    def include(self, depth: int) -> str:
        if self.level < 2:
            return self.output()
        name = self.rng.choice(
            ("'part.html'", "'part.html'", "['no.html', 'part.html']", "'no.html'")
        )
        options = self.rng.choice(("", "", " ignore missing", " with context", " without context"))
        if "no.html'" in name and "part" not in name and "missing" not in options:
            options = " ignore missing" if self.rng.random() < 0.8 else options
        return f"{{% include {name}{options} %}}"

    def import_(self, depth: int) -> str:
        if self.level < 1:
            return self.output()
        context = self.rng.choice(("", " with context", " without context"))
        # No template imports itself.
        other = "lib.html" if self.name == "part.html" else "part.html"
        name = self.rng.choice(("lib.html", "lib.html", other))
        self.macros += ["lib.m0"]
        return self.rng.choice(
            (
                f"{{% import '{name}' as lib{context} %}}{{{{ lib.m0(1) }}}}",
                f"{{% from '{name}' import m0, nothing as m9{context} %}}{{{{ m0(x) }}}}{{{{ m9 }}}}",
            )
        )

    def macro(self, depth: int) -> str:
        if self.in_macro:
            return self.output()
        name = f"m{len(self.macros)}"
        arguments = self.rng.choice(("a", "a, b=1", "a, b=x", "a='<', b=a", ""))
        if self.rng.random() < 0.2:
            arguments = ", ".join(filter(None, (arguments, "caller=none")))
        outer = (self.in_loop, self.recursive, self.block)
        self.in_macro, self.in_loop, self.recursive, self.block = True, 0, False, None
        body = self.body(depth)
        self.in_macro, (self.in_loop, self.recursive, self.block) = False, outer
        self.macros.append(name)
        return f"{{% macro {name}({arguments}) %}}{body}{{% endmacro %}}{{{{ {name}(1) }}}}"

    def call_block(self, depth: int) -> str:
        if not self.macros or self.in_macro:
            return self.output()
        called = self.rng.choice((*self.macros, "plain", "wants_context"))
        parameters = self.rng.choice(("", "(a)", "(a=1)"))
        return f"{{% call{parameters} {called}({self.expr(1)}) %}}{self.body(depth)}{{% endcall %}}"

    def block_(self, depth: int) -> str:
        if self.block is not None or self.in_macro or self.blocks_open <= 0:
            return self.output()
        self.blocks_open -= 1
        # Blocks call only blocks with a lower number, and number themselves downwards.
        number = self.block = self.blocks_open
        options = self.rng.choice(("", "", "", " scoped", " required"))
        outer, self.recursive = self.recursive, False
        body = "" if options == " required" else self.body(depth)
        self.block, self.recursive = None, outer
        return f"{{% block b{number}{options} %}}{body}{{% endblock %}}"


def site(seed: int) -> dict[str, str]:
    """The templates of one seed."""
    rng = random.Random(seed)
    parents = rng.choice(((None, None), ("base.html", None), ("base.html", "root.html")))
    lib = Writer(rng, "lib.html", None, 0)
    library = "{% macro m0(a, b=2) %}" + Writer(rng, "m", None, 0).macro_body() + "{% endmacro %}"
    return {
        "main.html": Writer(rng, "main.html", parents[0], 2).template(),
        "base.html": Writer(rng, "base.html", parents[1], 2).template(),
        "root.html": Writer(rng, "root.html", None, 2).template(),
        "part.html": Writer(rng, "part.html", None, 1).template(),
        "lib.html": library + lib.template(),
    }
