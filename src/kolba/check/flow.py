"""Where a value of a function comes from: from the request, or not.

Followed are assignments, f-strings, `%`, `+`, `format`, `join`, methods of texts and
`os.path.join`, and plain functions of the same file or another of the check. The invariant:
what goes through a function that is not known here, or was looked at by a condition on the
way, is not said to come from the request.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kolba.check.assigned import Assigned
from kolba.check.form_fields import field
from kolba.check.functions import given
from kolba.check.looks import Looks, is_trivial
from kolba.check.names import Scope
from kolba.check.nodes import shown
from kolba.check.reads import DICTS, READS, WHOLE, Source, converts, key_of, part_of

if TYPE_CHECKING:
    from kolba.check.module import Module

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
_DEEPEST = 12
_MOST_STEPS = 400  # of one question: functions that call each other have ways without end
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Steps:
    """How many steps one question may still take."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def take(self, depth: int) -> bool:
        """Whether there is one more; a new question begins at the depth 0."""
        self._left = (_MOST_STEPS if depth == 0 else self._left) - 1
        return self._left >= 0


class Flow:
    """The values of one function.

    Args:
        module: the file.
        scope: the function, or the module itself.
    """

    def __init__(self, module: Module, scope: Scope) -> None:
        self._module = module
        self._scope = scope
        self._parameters = self._of_route()
        self._heeds_looks = True
        self._entered_by: tuple[ast.Call, Flow] | None = None

    # PERF: most functions are asked for nothing that these know.
    @cached_property
    def _assigned(self) -> Assigned:
        return Assigned(self._module, self._scope)

    @cached_property
    def _looks(self) -> Looks:
        return Looks(self._module, self._assigned)

    def reaching(self, use: ast.Name) -> Iterator[ast.expr | None]:
        """The values that a name may have where it is used; None is the parameter's own."""
        return self._assigned.reaching(use)

    def source(self, node: ast.expr | None, depth: int = 0) -> Source | None:
        """The part of the request that a value is made of, if that is certain."""
        if node is None or depth > _DEEPEST or not self._module.steps.take(depth):
            return None
        direct = self._direct(node)
        if direct is not None:
            return direct
        step = _STEPS.get(type(node))
        return None if step is None else step(self, node, depth + 1)

    def entered(self, call: ast.Call, caller: Flow) -> Flow:
        """The same for what one call gives to the function."""
        flow = copy.copy(self)
        flow._entered_by = (call, caller)
        return flow

    def sent(self, node: ast.expr) -> Source | None:
        """The same, whether or not a condition looks at it: where the condition is the question."""
        with self._heedless():
            return self.source(node)

    def direct(self, node: ast.expr) -> Source | None:
        """The part of the request that an expression itself reads, looked at or not."""
        with self._heedless():
            return self._direct(node)

    @contextmanager
    def _heedless(self) -> Iterator[None]:
        before, self._heeds_looks = self._heeds_looks, False
        try:
            yield
        finally:
            self._heeds_looks = before

    def is_looked_at(self, key: ast.expr) -> bool:
        """Whether a condition of the function looks at a part of the request by its key."""
        return isinstance(key, ast.Constant) and key.value in self._looks.asked

    def constants(self, node: ast.expr, depth: int = 0) -> str:
        """The constant texts that a value is made of, one after the other."""
        if depth > _DEEPEST or not self._module.steps.take(depth):
            return ""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else ""
        if isinstance(node, ast.Name):
            return " ".join(self._constants_of_name(node, depth + 1))
        if isinstance(node, ast.Subscript):
            return self.constants(node.value, depth + 1)
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call | ast.Attribute):
            children = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
            return "".join(self.constants(child, depth + 1) for child in children)
        return ""

    def _constants_of_name(self, node: ast.Name, depth: int) -> Iterator[str]:
        for value in self.reaching(node):
            if value is not None:
                yield self.constants(value, depth)
                continue
            for given_value, flow in self._handed_over(node.id):
                if given_value is not None:
                    yield flow.constants(given_value, depth)
            yield self._module.texts.get(node.id, "") if self._is_of_module(node) else ""

    # -- the request itself

    def _direct(self, node: ast.expr) -> Source | None:
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Subscript):
            kind = part_of(node.value, self._module)
            if kind in DICTS and kind is not None and not self._is_checked_key(node.slice):
                return Source(kind, shown(node))
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        return None

    def _attribute(self, node: ast.Attribute) -> Source | None:
        kind = part_of(node, self._module)
        if kind in WHOLE:
            return Source(WHOLE[kind], shown(node))
        if node.attr == "filename" and self._is_upload(node.value):
            return Source("filename", shown(node))
        name = field(node, self._module)
        if name is None or (self._heeds_looks and name in self._looks.attributes):
            return None
        return Source("field", shown(node))

    def _is_upload(self, node: ast.expr) -> bool:
        """Whether something is a file of the request, as it came."""
        sent = self.sent(node)
        if sent is not None:
            return sent.kind == "files"
        if isinstance(node, ast.Name) and None in list(self.reaching(node)):
            return False  # a parameter, whose name may have been made safe
        return ast.unparse(node) in self._looks.saved

    def _called(self, node: ast.Call) -> Source | None:
        function = node.func
        if not isinstance(function, ast.Attribute):
            return None
        dotted = self._module.of(function)
        if dotted in ("flask.request.get_json", "flask.request.get_data"):
            return Source(dotted[18:], shown(node))
        kind = part_of(function.value, self._module)
        if kind not in DICTS or kind is None or function.attr not in READS:
            return None
        if converts(node) or (node.args and self._is_checked_key(node.args[0])):
            return None
        return Source(kind, shown(node))

    def _is_checked_key(self, key: ast.expr) -> bool:
        is_looked_at = isinstance(key, ast.Constant) and key.value in self._looks.keys
        return self._heeds_looks and is_looked_at

    # -- what values are made of

    def _name(self, node: ast.Name, depth: int) -> Source | None:
        if self._heeds_looks and node.id in self._looks.names:
            return None
        if (iterated := self._iterated(node)) is not None:
            return self.source(iterated, depth)
        for value in self.reaching(node):
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
        if name in self._parameters:
            return self._parameters.get(name)
        found = (flow.source(value, depth + 1) for value, flow in self._handed_over(name))
        return next((source for source in found if source is not None), None)

    def _handed_over(self, name: str) -> Iterator[tuple[ast.expr | None, Flow]]:
        """What calls of the function give for a parameter."""
        if not isinstance(self._scope, _FUNCTIONS):
            return
        if self._entered_by is not None:
            call, flow = self._entered_by
            yield given(call, self._scope, name), flow
            return
        for call in self._module.functions.calls(self._scope):
            flow = self._module.flow(call)
            if flow is not self:
                yield given(call, self._scope, name), flow

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
        if isinstance(node.op, ast.Mod) and (_is_text(node.left) or self._text(node.left)):
            begins = self._text(node.left).startswith("%s")
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
        returned = self._returned(node, depth)
        if returned is not None or not isinstance(function, ast.Attribute):
            return returned
        if function.attr == "format" and (_is_text(function.value) or self._text(function.value)):
            begins = self._text(function.value).startswith("{")
            values = [*node.args, *(k.value for k in node.keywords)]
            return self._first(values, depth, begins)
        if function.attr == "join" and _is_text(function.value) and len(node.args) == 1:
            given = node.args[0]
            parts = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
            return self._first(parts, depth, True)
        if function.attr in _METHODS and not converts(node):
            return self.source(function.value, depth)
        return None

    def _text(self, node: ast.expr) -> str:
        """The text that an expression or a name is, if that is constant."""
        if isinstance(node, ast.Name):
            values = list(self.reaching(node))
            if values == [None]:
                return self._module.texts.get(node.id, "") if self._is_of_module(node) else ""
            return "".join(_text_of(value) for value in values if value is not None)
        return _text_of(node)

    def _is_of_module(self, name: ast.Name) -> bool:
        return self._module.names.is_global(name)

    def _returned(self, node: ast.Call, depth: int) -> Source | None:
        """What a plain function gives back for a call."""
        called = self._module.functions.called(node)
        if called is None:
            return None
        module, function = called
        flow = module.flow(function.body[0]).entered(node, self)
        found = (flow.source(v, depth + 1) for v in module.functions.returns(function))
        return next((source for source in found if source is not None), None)

    def _subscript(self, node: ast.Subscript, depth: int) -> Source | None:
        source = self.source(node.value, depth)
        if source is not None and source.kind == "json":
            return Source("json", shown(node), source.whole)
        return source

    def _either(self, node: ast.BoolOp, depth: int) -> Source | None:
        for value in node.values:
            source = self.source(value, depth)
            if source is not None:
                return source
        return None

    def _if(self, node: ast.IfExp, depth: int) -> Source | None:
        if not is_trivial(node.test) and any(
            isinstance(n, ast.Name) or key_of(n, self._module) for n in ast.walk(node.test)
        ):
            return None
        return self.source(node.body, depth) or self.source(node.orelse, depth)

    def _inner(self, node: ast.Await | ast.NamedExpr | ast.Starred, depth: int) -> Source | None:
        return self.source(node.value, depth)

    # -- what the route hands over

    def _of_route(self) -> dict[str, Source]:
        """The parameters that a route hands to the function, of kinds that are any text."""
        if not isinstance(self._scope, ast.FunctionDef | ast.AsyncFunctionDef):
            return {}
        view = self._module.views.get(self._scope)
        kinds = {"string": "parameter", "path": "path_parameter", "default": "parameter"}
        found = view.converters if view else self._module.resources.get(self._scope, {})
        return {n: Source(kinds[kind], n) for n, kind in found.items() if kind in kinds}


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
