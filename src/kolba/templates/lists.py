"""The ground under all techniques: functions that append to a list instead of generators.

Jinja's own statement visitors already write into a list wherever a frame is buffered (macros,
filter blocks), so here every frame is. Only what starts a function or hands over to another
template is written anew. The pieces of one output stay one a line, so that a traceback finds
the template's line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import ClassVar

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, CompilerExit, Frame, MacroRef, find_undeclared
from jinja2.nodes import EvalContext
from jinja2.optimizer import Optimizer
from jinja2.runtime import exported

from kolba.templates.eligibility import reason_against
from kolba.templates.folding import QuickOptimizer
from kolba.templates.inventory import Inventory

_PROLOGUE = {
    "resolve": "context.resolve_or_missing",
    "undefined": "environment.undefined",
    "concat": "environment.concat",
    "cond_expr_undefined": "Undefined",
}


_IMPORT_LINES = (
    f"from jinja2.runtime import {', '.join(sorted({*exported, 'missing'}))}",
    "from kolba.templates.runtime import *",
)

# Without a list to fill, the caller is `Template.render`, which is given one to join, or stock
# code, which has its contexts made by stock Jinja and needs a generator.
_ROOT_LINES = (
    "if out is None:",
    "    if is_stock(context): return run_stock_root(__jinja_template__, context)",
    "    out = []",
)


class ListGenerator(CodeGenerator):
    """Generates functions `(context, out)` and what `FastTemplate` needs beside them."""

    writes_lists = True
    # Local names at the head of each function, and their values.
    prologue: ClassVar[dict[str, str]] = _PROLOGUE

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        source: str | None = getattr(node, "kolba_source", None)
        self.inventory = Inventory(node)
        reason = _reason_against(source, self.inventory)
        if source is None or reason or self.defer_init or reason_against(self.environment):
            self._delegate(node, reason)
            return
        self.eval_ctx = EvalContext(self.environment, self.name)
        autoescape = self.eval_ctx.autoescape
        # The list that belongs to the Python function being written; None inside a macro.
        self.function_out: str | None = "out"
        self._globals: dict[str, str] = {}
        self._said = source
        self._has_dependencies = bool(
            self.inventory.of(nodes.Filter) or self.inventory.of(nodes.Test)
        )
        if type(self.optimizer) is Optimizer:
            self.optimizer = QuickOptimizer(self.environment)
        self.prepare(source)
        self._collect_blocks()
        self._write_head()
        self._write_root(node)
        for name, block in self.blocks.items():
            self._write_block(name, block)
        self._write_tail(source, autoescape)

    def _delegate(self, node: nodes.Template, reason: str | None) -> None:
        """Let stock Jinja write the code; the template's own reason, if any, goes with it."""
        stock = CodeGenerator(
            self.environment, self.name, self.filename, self.stream, self.defer_init, self.optimized
        )
        stock.visit(node)
        if reason and not self.defer_init:
            self.stream.write(f"\nstock_reason = {reason!r}")

    def global_name(self, name: str, value: str) -> str:
        """Have the module assign a value to a global name; returns the name."""
        self._globals[name] = value
        return name

    def prepare(self, source: str) -> None:
        """Look at, or change, the whole tree before any code is written."""

    # -- the parts of a module

    def _collect_blocks(self) -> None:
        for block in self.inventory.of(nodes.Block):
            if block.name in self.blocks:
                self.fail(f"block {block.name!r} defined twice", block.lineno)
            self.blocks[block.name] = block

    def _write_head(self) -> None:
        for line in _IMPORT_LINES:
            self.writeline(line)
        for imported in self.inventory.of(nodes.ImportedName):
            self._write_import(imported.importname)
        self.writeline(f"name = {self.name!r}")

    def _write_import(self, path: str) -> None:
        if path in self.import_aliases:
            return
        alias = self.import_aliases[path] = self.temporary_identifier()
        module, dot, attribute = path.rpartition(".")
        if dot:
            self.writeline(f"from {module} import {attribute} as {alias}")
        else:
            self.writeline(f"import {path} as {alias}")

    def _write_root(self, node: nodes.Template) -> None:
        inherits = bool(self.inventory.of(nodes.Extends))
        frame = self._function_frame()
        frame.toplevel = frame.rootlevel = True
        with self._function("root(context, out=None", _ROOT_LINES):
            self._declare_self(node.body, frame)
            frame.symbols.analyze_node(node)
            frame.require_output_check = inherits and not self.has_known_extends
            if inherits:
                self.writeline("parent_template = None")
            self._write_body(node.body, frame)
            if inherits:
                self._write_parent_root()
            self.writeline("return out")

    def _write_parent_root(self) -> None:
        if not self.has_known_extends:
            self.writeline("if parent_template is not None:")
            self.indent()
        self.writeline("run_root(parent_template, context, out)")
        if not self.has_known_extends:
            self.outdent()

    def _write_block(self, name: str, block: nodes.Block) -> None:
        frame = self._function_frame()
        frame.block_frame = True
        frame.block = name
        with self._function(f"block_{name}(context, out", (), block):
            undeclared = self._declare_self(block.body, frame, "super")
            if "super" in undeclared:
                self._declare_super(name, block, frame)
            frame.symbols.analyze_node(block)
            self.writeline("_block_vars = {}")
            self._write_body(block.body, frame)

    def _write_tail(self, source: str, autoescape: bool) -> None:
        functions = ", ".join(f"{name!r}: block_{name}" for name in self.blocks)
        self.writeline(f"fast_blocks = {{{functions}}}", extra=1)
        for name, value in self._globals.items():
            self.writeline(f"{name} = {value}")
        self.writeline(f"source = ({source!r}, {autoescape!r})")
        lines = "&".join(f"{template}={code}" for template, code in self.debug_info)
        self.writeline(f"debug_info = {lines!r}")
        self.writeline("run_stock(globals())")

    # -- the parts of a function

    def _function_frame(self) -> Frame:
        frame = Frame(self.eval_ctx)
        frame.buffer = "out"
        return frame

    @contextmanager
    def _function(
        self, signature: str, first_lines: Iterable[str] = (), node: nodes.Node | None = None
    ) -> Iterator[None]:
        """Write a function whose first line is a prologue of what its body uses."""
        self.writeline(f"def {signature}, missing=missing, environment=environment):", node, 1)
        self.indent()
        for line in first_lines:
            self.writeline(line)
        self.writeline("")
        head, self.stream = self.stream, StringIO()
        self.writeline("try:")
        self.indent()
        yield
        self.outdent()
        # Jinja's functions are generators, which may not let this through.
        self.writeline("except StopIteration:")
        self.writeline("    raise stopped()")
        body = self.finished(self.stream.getvalue())
        self.stream = head
        head.write("; ".join(self.assignments(body)) or "pass")
        head.write(body)
        self.outdent()

    def finished(self, body: str) -> str:
        """The Python code of a function's body; its lines must stay where they are."""
        return body

    def assignments(self, body: str) -> list[str]:
        """What the functions' first line does, given the Python code that follows it."""
        return [f"{name} = {value}" for name, value in self.prologue.items()]

    def _write_body(self, body: list[nodes.Node], frame: Frame) -> None:
        self.enter_head(frame)
        self.pull_dependencies(body)
        self.blockvisit(body, frame)
        self.leave_frame(frame, with_python_scope=True)

    def resolved(self, name: str) -> str:
        """The expression for a variable of the context at the head of a function."""
        return f"resolve({name!r})"

    def enter_head(self, frame: Frame) -> None:
        """Enter the frame of a whole function."""
        self.enter_frame(frame)

    def pull_dependencies(self, nodes: Iterable[nodes.Node]) -> None:
        if self._has_dependencies:
            super().pull_dependencies(nodes)

    def _declare_self(self, body: Iterable[nodes.Node], frame: Frame, *more: str) -> set[str]:
        names = [name for name in ("self", *more) if name in self._said]
        undeclared = find_undeclared(body, names) if names else set()
        if "self" in undeclared:
            ref = frame.symbols.declare_parameter("self")
            self.writeline(f"{ref} = FastTemplateReference(context)")
        return undeclared

    def _declare_super(self, name: str, block: nodes.Block, frame: Frame) -> None:
        ref = frame.symbols.declare_parameter("super")
        self.writeline(f"{ref} = super_reference(context, {name!r}, block_{name})")

    # -- statements that hand over to other functions

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:
        if not frame.toplevel:
            self.fail("cannot use extend from a non top-level scope", node.lineno)
        if self.extends_so_far > 0:
            self._refuse_second_extends()
        self.writeline("parent_template = ", node)
        self.write_lookup("get_template", node.template, frame)
        self.writeline("context.extend(parent_template)")
        if frame.rootlevel:
            self.has_known_extends = True
        self.extends_so_far += 1

    def _refuse_second_extends(self) -> None:
        if not self.has_known_extends:
            self.writeline("if parent_template is not None:")
            self.indent()
        self.writeline('raise TemplateRuntimeError("extended multiple times")')
        if self.has_known_extends:
            raise CompilerExit()
        self.outdent()

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        guarded = frame.toplevel and not self.has_known_extends and self.extends_so_far > 0
        if frame.toplevel and self.has_known_extends:
            return
        if guarded:
            self.writeline("if parent_template is None:")
            self.indent()
        context = self.derive_context(frame) if node.scoped else self.get_context_ref()
        if node.required:
            self.writeline(f"if context.depth({node.name!r}) <= 1:", node)
            self.indent()
            message = f"Required block {node.name!r} not found"
            self.writeline(f'raise TemplateRuntimeError("{message}")', node)
            self.outdent()
        self.writeline(f"context.block({node.name!r})({context}, {frame.buffer})", node)
        if guarded:
            self.outdent()

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        if node.ignore_missing:
            self.writeline("try:")
            self.indent()
        self.writeline("template = ", node)
        self.write_lookup(_lookup_method(node.template), node.template, frame)
        if node.ignore_missing:
            self.outdent()
            self.writeline("except TemplateNotFound: pass")
            self.writeline("else:")
            self.indent()
        self._write_included(node, frame)
        if node.ignore_missing:
            self.outdent()

    def _write_included(self, node: nodes.Include, frame: Frame) -> None:
        if node.with_context:
            local = self.dump_local_context(frame)
            self.writeline(f"run_included(template, context, {local}, {frame.buffer})")
        elif self.function_out is not None:
            # Jinja yields to the function's own stream here, whatever buffer is open.
            pieces = "template._get_default_module()._body_stream"
            self.writeline(f"{self.function_out}.extend({pieces})")
        else:
            # In a macro this makes a generator of it, as it does in stock Jinja.
            self.writeline("yield from template._get_default_module()._body_stream")

    def write_lookup(self, method: str, template: nodes.Expr, frame: Frame) -> None:
        """Write the expression that finds another template."""
        self.write(f"environment.{method}(")
        self.visit(template, frame)
        self.write(f", {self.name!r})")

    # -- functions within functions, which have buffers of their own

    def macro_body(
        self, node: nodes.Macro | nodes.CallBlock, frame: Frame
    ) -> tuple[Frame, MacroRef]:
        outer, self.function_out = self.function_out, None
        try:
            return super().macro_body(node, frame)
        finally:
            self.function_out = outer

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        outer = self.function_out
        if node.recursive:
            self.function_out = None
        super().visit_For(node, frame)
        self.function_out = outer


def _lookup_method(template: nodes.Expr) -> str:
    """Which of the environment's methods takes what the include statement names."""
    if isinstance(template, nodes.Tuple | nodes.List):
        return "select_template"
    if isinstance(template, nodes.Const):
        if isinstance(template.value, str):
            return "get_template"
        if isinstance(template.value, tuple | list):
            return "select_template"
    return "get_or_select_template"


def _reason_against(source: str | None, inventory: Inventory) -> str | None:
    """Why this template alone stays stock, or None."""
    if source is None:
        return "made from a syntax tree, not from source"
    if inventory.of(nodes.OverlayScope):
        return "an extension's overlay scope"
    return None
