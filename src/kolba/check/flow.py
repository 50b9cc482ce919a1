"""Where a value of a function comes from: from the request, or not.

Followed are assignments, f-strings, `%`, `+`, `format`, `join`, methods of texts and
`os.path.join`, and plain functions of the same file. The invariant: what goes through a
function that is not known here, or was looked at by a condition on the way, is not said to
come from the request.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kolba.check.functions import given
from kolba.check.names import Scope

if TYPE_CHECKING:
    from kolba.check.module import Module

# Parts of the request that somebody else can choose for a visitor, by a link or a form.
BY_LINK = frozenset(("args", "values", "form", "parameter"))
# All that a client can send.
SENT = BY_LINK | {"json", "data", "cookies", "headers", "view_args", "filename", "path_parameter"}

_DICTS = frozenset(("args", "form", "values", "cookies", "headers", "view_args", "files", "json"))
_WHOLE = {
    "data": "data",
    "json": "json",
    "referrer": "referrer",
    "url": "url",
    "path": "path",
    "full_path": "path",
    "query_string": "args",
}
_READS = frozenset(("get", "getlist", "pop"))
_METHODS = frozenset(
    (
        *("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold"),
        *("encode", "decode", "split", "rsplit", "splitlines", "format", "removeprefix"),
        *("removesuffix", "expandtabs", "zfill", "ljust", "rjust", "center", "get"),
    )
)
_PASSING = frozenset(
    (
        *("str", "os.path.join", "urllib.parse.unquote", "urllib.parse.unquote_plus", "bytes"),
        *("pathlib.Path", "os.fspath", "os.path.expanduser", "copy.copy", "json.loads"),
        *("base64.b64decode", "base64.urlsafe_b64decode", "zlib.decompress", "io.BytesIO"),
        *("bytes.fromhex", "os.path.abspath", "os.path.normpath", "io.StringIO"),
    )
)
_CHECKS = re.compile(
    r"safe|valid|check|allow|verif|sanit|clean|ensure|permit|trust|^is_|^has_|assert|match"
    r"|confirm|authori|require|guard|test|refuse|reject",
    re.IGNORECASE,
)
# Asking whether a file is there says nothing of where it is.
_NEUTRAL = frozenset(("exists", "isfile", "isdir", "is_file", "is_dir", "getsize"))
_TEXT_TYPES = ("str",)
_STATEMENTS_THAT_LEAVE = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_DEEPEST = 12
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Source:
    """A part of the request.

    Attributes:
        kind: which: `args`, `form`, `parameter` and so on.
        text: as the code has it.
        whole: whether it is the beginning of the value, with nothing before it.
    """

    kind: str
    text: str
    whole: bool = True


class Flow:
    """The values of one function.

    Args:
        module: the file.
        scope: the function, or the module itself.
    """

    def __init__(self, module: Module, scope: Scope) -> None:
        self._module = module
        self._scope = scope
        self._given: dict[str, list[tuple[ast.stmt, ast.expr, ast.expr]]] = {}
        self._checked: set[str] = set()
        self._checked_keys: set[str] = set()
        self._asked_keys: set[object] = set()
        self._saved: set[str] = set()
        self._parameters = self._of_route()
        self._read()
        self._trace_checks()

    def source(self, node: ast.expr | None, depth: int = 0) -> Source | None:
        """The part of the request that a value is made of, if that is certain."""
        if node is None or depth > _DEEPEST:
            return None
        direct = self._direct(node)
        if direct is not None:
            return direct
        step = _STEPS.get(type(node))
        return None if step is None else step(self, node, depth + 1)

    def sent(self, node: ast.expr) -> Source | None:
        """The same, whether or not a condition looks at it: where the condition is the question."""
        checked, keys = self._checked, self._checked_keys
        self._checked, self._checked_keys = set(), set()
        try:
            return self.source(node)
        finally:
            self._checked, self._checked_keys = checked, keys

    def direct(self, node: ast.expr) -> Source | None:
        """The part of the request that an expression itself reads, looked at or not."""
        keys, self._checked_keys = self._checked_keys, set()
        try:
            return self._direct(node)
        finally:
            self._checked_keys = keys

    def reaching(self, name: ast.Name) -> list[ast.expr | None]:
        """The values that a name may have where it is used."""
        return list(self._reaching(name))

    def is_looked_at(self, key: ast.expr) -> bool:
        """Whether a condition of the function looks at a part of the request by its key."""
        return isinstance(key, ast.Constant) and key.value in self._asked_keys

    def constants(self, node: ast.expr, depth: int = 0) -> str:
        """The constant texts that a value is made of, one after the other."""
        if depth > _DEEPEST:
            return ""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else ""
        if isinstance(node, ast.Name):
            values = [value for value in self._reaching(node) if value is not None]
            return " ".join(self.constants(value, depth + 1) for value in values)
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call | ast.Attribute):
            children = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
            return "".join(self.constants(child, depth + 1) for child in children)
        return ""

    # -- the request itself

    def _direct(self, node: ast.expr) -> Source | None:
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Subscript):
            kind = self._part(node.value)
            if kind in _DICTS and kind is not None and not self._is_checked_key(node.slice):
                return Source(kind, self._shown(node))
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        return None

    def _attribute(self, node: ast.Attribute) -> Source | None:
        kind = self._part(node)
        if kind in _WHOLE:
            return Source(_WHOLE[kind], self._shown(node))
        if node.attr == "filename" and ast.unparse(node.value) in self._saved:
            return Source("filename", self._shown(node))
        return None

    def _called(self, node: ast.Call) -> Source | None:
        function = node.func
        if not isinstance(function, ast.Attribute):
            return None
        dotted = self._module.of(function)
        if dotted in ("flask.request.get_json", "flask.request.get_data"):
            return Source(dotted[18:], self._shown(node))
        kind = self._part(function.value)
        if kind not in _DICTS or kind is None or function.attr not in _READS:
            return None
        if _converts(node) or (node.args and self._is_checked_key(node.args[0])):
            return None
        return Source(kind, self._shown(node))

    def _part(self, node: ast.expr) -> str | None:
        """`args` for `request.args`."""
        dotted = self._module.of(node) or ""
        head, _, part = dotted.rpartition(".")
        return part if head == "flask.request" else None

    def _is_checked_key(self, key: ast.expr) -> bool:
        return isinstance(key, ast.Constant) and key.value in self._checked_keys

    def _shown(self, node: ast.AST) -> str:
        text = " ".join(ast.unparse(node).split())
        return text if len(text) <= 60 else text[:57] + "..."

    # -- what values are made of

    def _name(self, node: ast.Name, depth: int) -> Source | None:
        if node.id in self._checked:
            return None
        if (iterated := self._iterated(node)) is not None:
            return self.source(iterated, depth)
        for value in self._reaching(node):
            source = self._parameter(node.id, depth) if value is None else self.source(value, depth)
            if source is not None:
                return source
        return None

    def _iterated(self, name: ast.Name) -> ast.expr | None:
        """What a comprehension goes through, if the name is its own."""
        inner: ast.AST = name
        for around in self._module.around(name):
            for generator in getattr(around, "generators", ()):
                is_bound = any(
                    isinstance(n, ast.Name) and n.id == name.id for n in ast.walk(generator.target)
                )
                if is_bound and inner is not generator:
                    iterated: ast.expr = generator.iter
                    return iterated
            inner = around
        return None

    def _parameter(self, name: str, depth: int) -> Source | None:
        """What a parameter is: of the route, or of a call of this function in the file."""
        if name in self._parameters or not isinstance(self._scope, _FUNCTIONS):
            return self._parameters.get(name)
        for call in self._module.functions.calls(self._scope):
            source = self._module.flow(call).source(given(call, self._scope, name), depth + 1)
            if source is not None:
                return source
        return None

    def _joined(self, node: ast.JoinedStr, depth: int) -> Source | None:
        begins = True
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                source = self.source(part.value, depth)
                if source is not None:
                    return _placed(source, begins)
            begins = False
        return None

    def _operation(self, node: ast.BinOp, depth: int) -> Source | None:
        left = self.source(node.left, depth)
        if isinstance(node.op, ast.Add | ast.Div):
            return left or _placed(self.source(node.right, depth), False)
        if isinstance(node.op, ast.Mod) and _is_text(node.left):
            pattern = node.left.value if isinstance(node.left, ast.Constant) else ""
            begins = str(pattern).startswith("%s")
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            if isinstance(node.right, ast.Dict):
                parts, begins = node.right.values, False
            return left or self._first(parts, depth, begins)
        return None

    def _first(self, parts: list[ast.expr], depth: int, begins: bool) -> Source | None:
        for part in parts:
            source = self.source(part, depth)
            if source is not None:
                return _placed(source, begins)
            begins = False
        return None

    def _call(self, node: ast.Call, depth: int) -> Source | None:
        function = node.func
        if self._module.of(function) in _PASSING:
            return self._first(node.args, depth, True)
        if not isinstance(function, ast.Attribute):
            return self._returned(node, depth)
        if function.attr == "format" and _is_text(function.value):
            begins = _text_of(function.value).startswith("{")
            values = [*node.args, *(k.value for k in node.keywords)]
            return self._first(values, depth, begins)
        if function.attr == "join" and _is_text(function.value) and len(node.args) == 1:
            given = node.args[0]
            parts = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
            return self._first(parts, depth, True)
        if function.attr in _METHODS and not _converts(node):
            return self.source(function.value, depth)
        return None

    def _returned(self, node: ast.Call, depth: int) -> Source | None:
        """What a function of the file gives back."""
        function = self._module.functions.called(node)
        if function is None:
            return None
        flow = self._module.flow(function.body[0])
        found = (flow.source(v, depth + 1) for v in self._module.functions.returns(function))
        return next((source for source in found if source is not None), None)

    def _subscript(self, node: ast.Subscript, depth: int) -> Source | None:
        source = self.source(node.value, depth)
        if source is not None and source.kind == "json":
            return Source("json", self._shown(node), source.whole)
        return source

    def _either(self, node: ast.BoolOp, depth: int) -> Source | None:
        for value in node.values:
            source = self.source(value, depth)
            if source is not None:
                return source
        return None

    def _if(self, node: ast.IfExp, depth: int) -> Source | None:
        if not _is_trivial(node.test) and any(
            isinstance(n, ast.Name) or self._direct_key(n) for n in ast.walk(node.test)
        ):
            return None
        return self.source(node.body, depth) or self.source(node.orelse, depth)

    def _inner(self, node: ast.Await | ast.NamedExpr | ast.Starred, depth: int) -> Source | None:
        return self.source(node.value, depth)

    def _direct_key(self, node: ast.AST) -> str | None:
        """The key of a read of the request."""
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and self._part(node.value) in _DICTS:
            key = node.slice
        elif isinstance(node, ast.Call) and node.args:
            function = node.func
            if isinstance(function, ast.Attribute) and self._part(function.value) in _DICTS:
                key = node.args[0]
        return str(key.value) if isinstance(key, ast.Constant) else None

    # -- assignments and conditions

    def _of_route(self) -> dict[str, Source]:
        """The parameters that a route hands to the function, of kinds that are any text."""
        if not isinstance(self._scope, ast.FunctionDef | ast.AsyncFunctionDef):
            return {}
        view = self._module.views.get(self._scope)
        kinds = {"string": "parameter", "path": "path_parameter", "default": "parameter"}
        if view is None:
            return {}
        found = view.converters.items()
        return {n: Source(kinds[kind], n) for n, kind in found if kind in kinds}

    def _read(self) -> None:
        for node in self._own(self._scope):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._assign(node.target, node, node.value)
            elif isinstance(node, ast.AugAssign):
                self._assign(node.target, node, ast.BinOp(node.target, node.op, node.value))
            elif isinstance(node, ast.For | ast.AsyncFor):
                self._assign(node.target, node, node.iter)
            elif isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, node, ast.Constant(None))
            self._look_for_checks(node)

    def _own(self, scope: ast.AST) -> Iterator[ast.AST]:
        """The nodes of a function, without those of functions inside of it."""
        stack = list(
            reversed(getattr(scope, "body", []) if not isinstance(scope, ast.Lambda) else [])
        )
        while stack:
            node = stack.pop()
            yield node
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                stack += reversed(list(ast.iter_child_nodes(node)))

    def _assign(self, target: ast.expr, statement: ast.stmt, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._given.setdefault(target.id, []).append((statement, value, target))
        elif isinstance(target, ast.Tuple | ast.List):
            values: list[ast.expr] = [ast.Constant(None)] * len(target.elts)
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                values = value.elts
            for part, given in zip(target.elts, values, strict=True):
                self._assign(part, statement, given)

    def _look_for_checks(self, node: ast.AST) -> None:
        tests: list[ast.expr] = []
        if isinstance(node, ast.If | ast.While | ast.Assert | ast.IfExp):
            tests = [node.test]
        elif isinstance(node, ast.Match):
            tests = [node.subject]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.Call) and _last(node.func) == "save":
            if isinstance(node.func, ast.Attribute) and node.args:
                self._saved.add(ast.unparse(node.func.value))
            return
        elif isinstance(node, ast.Call) and self._is_check(node):
            patterns = self._pattern(node)
            for test in (*node.args, *(k.value for k in node.keywords)):
                if test not in patterns:
                    self._note(test)
            return
        elif isinstance(node, ast.Compare) and not _is_trivial(node):
            tests = [node]
        elif isinstance(node, ast.Try | ast.TryStar):
            self._tried(node)
        for test in tests:
            self._asked_keys |= {n.value for n in ast.walk(test) if isinstance(n, ast.Constant)}
            for part in _parts(test):
                if not _is_trivial(part):
                    self._note(part)

    def _is_check(self, call: ast.Call) -> bool:
        """Whether a function is called that looks at its arguments, by its name."""
        # `subprocess.check_output` looks at what comes back.
        is_command = (self._module.of(call.func) or "").startswith("subprocess.")
        return not is_command and _CHECKS.search(_last(call.func)) is not None

    def _tried(self, node: ast.Try | ast.TryStar) -> None:
        """`try: lookup[name]` with a handler that leaves is a check, too."""
        if not any(isinstance(h.body[-1], _STATEMENTS_THAT_LEAVE) for h in node.handlers):
            return
        for part in node.body:
            if isinstance(part, ast.Expr):
                self._note(part.value)

    def _note(self, test: ast.AST) -> None:
        for node in self._looked_at(test):
            if isinstance(node, ast.Name):
                self._checked.add(node.id)
            elif (key := self._direct_key(node)) is not None:
                self._checked_keys.add(key)

    def _looked_at(self, test: ast.AST) -> Iterator[ast.AST]:
        """The parts of what a condition looks at."""
        yield test
        patterns = self._pattern(test)
        for child in ast.iter_child_nodes(test):
            if child not in patterns:
                yield from self._looked_at(child)

    def _pattern(self, node: ast.AST) -> list[ast.expr]:
        """The regular expression that a call takes: it is not what is looked at."""
        if isinstance(node, ast.Call) and (self._module.of(node.func) or "").startswith("re."):
            return node.args[:1]
        return []

    def _trace_checks(self) -> None:
        """What a checked value was made of is checked, too."""
        waiting = list(self._checked)
        while waiting:
            for _, value, _ in self._given.get(waiting.pop(), ()):
                before = set(self._checked)
                self._note(value)
                waiting += self._checked - before

    def _reaching(self, use: ast.Name) -> Iterator[ast.expr | None]:
        """The values that a name may have where it is used; None is the parameter's own."""
        here = (use.lineno, use.col_offset)
        before = [given for given in self._given.get(use.id, ()) if _end(*given) <= here]
        around = {use, *self._module.around(use)}
        assigned = {statement for statement, _, _ in before}
        first: ast.AST | None = None
        for statement, value, _ in reversed(before):
            if first is not None and statement.lineno < getattr(first, "lineno", 0):
                return
            if self._reaches(statement, around):
                yield value
                first = first or self._always(statement, around, assigned)
        if first is None:
            yield None

    def _always(
        self, statement: ast.stmt, around: set[ast.AST], assigned: set[ast.stmt]
    ) -> ast.AST | None:
        """What always gives the name a value before the use, of which a statement is a part."""
        node: ast.AST = statement
        for parent in self._module.around(statement):
            if parent in around:
                return node
            match parent:
                case ast.With() | ast.AsyncWith():
                    pass
                case ast.Try() if node in parent.body and all(map(_leaves, parent.handlers)):
                    pass
                case ast.If() if all(
                    any(node is one or one in assigned for one in block) or _leaves(block[-1])
                    for block in (parent.body, parent.orelse or [ast.Pass()])
                ):
                    pass
                case _:
                    return None
            node = parent
        return None

    def _reaches(self, statement: ast.stmt, around: set[ast.AST]) -> bool:
        """Whether what follows a statement may be the use: not from a branch that has left."""
        node: ast.AST = statement
        for parent in self._module.around(statement):
            if parent in around:
                return not (isinstance(parent, ast.If) and _other_branch(parent, node, around))
            for block in _blocks(parent):
                if node in block and isinstance(block[-1], _STATEMENTS_THAT_LEAVE):
                    return False
            node = parent
        return True


def _end(statement: ast.stmt, value: ast.expr, target: ast.expr) -> tuple[int, int]:
    """Where a name has got its value: behind the statement, but in a loop's own head."""
    has_body = isinstance(statement, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith)
    node = target if has_body else statement
    return node.end_lineno or 0, node.end_col_offset or 0


def _leaves(node: ast.stmt | ast.ExceptHandler) -> bool:
    last = node.body[-1] if isinstance(node, ast.ExceptHandler) else node
    return isinstance(last, _STATEMENTS_THAT_LEAVE)


def _other_branch(branching: ast.If, node: ast.AST, around: set[ast.AST]) -> bool:
    return any(node not in block and around & set(block) for block in _blocks(branching))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _parts(test: ast.expr) -> Iterator[ast.expr]:
    """The parts of a condition that `and`, `or` and `not` join."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _parts(value)
    elif isinstance(test, ast.UnaryOp):
        yield from _parts(test.operand)
    else:
        yield test


def _is_trivial(test: ast.expr) -> bool:
    """Whether a condition asks only whether something is there."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        other = test.comparators[0]
        if isinstance(test.ops[0], ast.In | ast.NotIn):
            return isinstance(test.left, ast.Constant)
        is_nothing = isinstance(other, ast.Constant) and other.value in (None, "", 0, True, False)
        return is_nothing and _is_plain(test.left)
    return _is_plain(test)


def _is_plain(node: ast.expr) -> bool:
    """A name, a name of a file, or what is read from a dict: not a part that was made of it."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("filename", "referrer")
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _READS | _NEUTRAL
    return isinstance(node, ast.Name | ast.Constant | ast.Subscript)


def _converts(call: ast.Call) -> bool:
    """`request.args.get("n", type=int)`."""
    given = next((k.value for k in call.keywords if k.arg == "type"), None)
    if given is None and len(call.args) > 2:
        given = call.args[2]
    return given is not None and not (isinstance(given, ast.Name) and given.id in _TEXT_TYPES)


def _placed(source: Source | None, begins: bool) -> Source | None:
    if source is None or begins or not source.whole:
        return source
    return Source(source.kind, source.text, False)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _text_of(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


_STEPS: dict[type[ast.AST], Callable[[Flow, Any, int], Source | None]] = {
    ast.Name: Flow._name,
    ast.JoinedStr: Flow._joined,
    ast.BinOp: Flow._operation,
    ast.Call: Flow._call,
    ast.Subscript: Flow._subscript,
    ast.BoolOp: Flow._either,
    ast.IfExp: Flow._if,
    ast.Await: Flow._inner,
    ast.NamedExpr: Flow._inner,
    ast.Starred: Flow._inner,
}
