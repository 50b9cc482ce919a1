"""A template whose code fills a list, with its stock twin made when something asks for it.

`root_render_func(context)` returns the list; Jinja's own `render` joins it. Whatever needs
generators (`generate`, `stream`, `blocks`, templates that run on stock code) gets the twin:
the same source, compiled by stock Jinja on first use, since compiling both at once would double
memory and run user code that is folded into constants twice.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from threading import RLock
from types import CodeType
from typing import Any, ClassVar

from jinja2 import Environment, Template
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, new_context

from kolba.templates.context import LATER, LazyContext, completed, start, with_locals
from kolba.templates.disguise import named_like
from kolba.templates.tables import BlockTable
from kolba.templates.techniques import ALL, Techniques

# In the globals of generated code: that it runs for a FastTemplate.
MARK = "kolba_fast"

_twin_lock = RLock()


@named_like(Template)
class FastTemplate(Template):
    techniques: ClassVar[Techniques] = ALL
    # None: the code is stock, and `stock_reason` says why if that is the template's own.
    table: BlockTable | None
    stock_reason: str | None
    # What `root_render_func` is, unless somebody has replaced that.
    fast_root: Any

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        namespace: dict[str, Any] = {
            "environment": environment,
            "__file__": code.co_filename,
            MARK: True,
        }
        exec(code, namespace)
        template = cls._from_namespace(environment, namespace, globals)
        template._uptodate = uptodate
        return template

    @classmethod
    def _from_namespace(
        cls,
        environment: Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
    ) -> Template:
        fast = namespace.get("fast_blocks") if namespace.get(MARK) else None
        if fast is None:
            namespace.pop(MARK, None)
            template = super()._from_namespace(environment, namespace, globals)
            assert isinstance(template, cls)
            template.table = template.fast_root = None
            template.stock_reason = namespace.get("stock_reason")
            return template
        template = object.__new__(cls)
        template._fill(environment, namespace, globals, fast)
        return template

    def _fill(
        self,
        environment: Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
        fast_blocks: Mapping[str, Any],
    ) -> None:
        self.environment = environment
        self.globals = globals
        self.name = namespace["name"]
        self.filename = namespace["__file__"]
        self.root_render_func = self.fast_root = namespace["root"]
        self._module = None
        self._uptodate = None
        self.stock_reason = None
        self._source: tuple[str, bool] = namespace["source"]
        self.table = BlockTable((self,), {name: (f,) for name, f in fast_blocks.items()})
        namespace["__jinja_template__"] = _FastLines(self, namespace["debug_info"])

    def with_globals(self, globals: MutableMapping[str, Any]) -> FastTemplate:
        """A template of the same code that shares nothing else with this one."""
        assert self.table is not None
        other: FastTemplate = object.__new__(type(self))
        other.environment = self.environment
        other.globals = globals
        other.name = self.name
        other.filename = self.filename
        other.root_render_func = other.fast_root = self.fast_root
        other._module = other._uptodate = other.stock_reason = None
        other._source = self._source
        other.table = BlockTable((other,), self.table.functions)
        return other

    def __getattr__(self, name: str) -> Any:
        if name not in ("blocks", "_debug_info"):
            return object.__getattribute__(self, name)
        value = getattr(self.stock, name)
        setattr(self, name, value)
        return value

    @property
    def stock(self) -> Template:
        """The template as stock Jinja compiles it: itself, if it is."""
        if self.table is None:
            return self
        twin = self.__dict__.get("_stock")
        if twin is None:
            with _twin_lock:
                twin = self.__dict__.get("_stock") or self._make_stock()
                self.__dict__["_stock"] = twin
        assert isinstance(twin, Template)
        return twin

    def _make_stock(self) -> Template:
        code = stock_code(self.environment, self._source, self.name, self.filename)
        twin = Template.from_code(self.environment, code, self.globals, self._uptodate)
        # A traceback through stock code leads to the template that the application knows.
        twin.root_render_func.__globals__["__jinja_template__"] = self
        return twin

    def generate(self, *args: Any, **kwargs: Any) -> Iterator[str]:
        return Template.generate(self.stock, *args, **kwargs)

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        # Only stock code shares its variables this way, and it wants a generator then.
        if shared:
            return super().new_context(vars, shared, locals)
        if vars is not None and LATER in vars:
            common = self._common_globals()
            # Where a name is no global, its place among the others would be another one.
            if common is not None and not locals and "g" in common and "request" in common:
                assert self.table is not None
                _, late = vars.pop(LATER)
                # As Jinja does it: a name that is no string is refused.
                parent: dict[Any, Any] = dict(common, **vars)
                return start(self, self.table, parent, self.globals, late)
            vars = completed(vars)
        return self.fast_context(vars, shared, locals)

    def _common_globals(self) -> dict[Any, Any] | None:
        """The globals as one dict, not to be changed, if contexts of ours may stand on it."""
        globals = self.globals
        if (
            type(globals) is not ChainMap
            or len(globals.maps) != 2
            or self.table is None
            or not self.techniques.context
            # A class's own context class is a fact of the time when templates are compiled.
            or "context_class" in self.environment.__dict__
        ):
            return None
        own, common = globals.maps
        if type(own) is not dict or type(common) is not dict:
            return None
        return common | own if own else common

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        return TemplateModule(self, self.fast_context(vars, shared, locals))

    def fast_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        """A context for the fast code, if there is such code."""
        table = self.table
        if table is None or "context_class" in self.environment.__dict__:
            return super().new_context(vars, shared, locals)
        if vars is None:
            vars = {}
        globals = self.globals
        if not shared:
            common = self._common_globals()
            if common is not None:
                # What dict(ChainMap(own, shared), **vars) makes, without its Python code.
                return start(self, table, with_locals(dict(common, **vars), locals), globals)
        elif self.techniques.context and type(vars) is dict:
            return start(self, table, with_locals(vars, locals), globals)
        context = new_context(self.environment, self.name, {}, vars, shared, globals, locals)
        assert isinstance(context, LazyContext)
        del context.blocks
        context.table = table
        return context


class _FastLines:
    """What Jinja's tracebacks ask a template for, about the lines of the fast code.

    The template's own `debug_info` is public and stays that of the stock code.
    """

    def __init__(self, template: FastTemplate, debug_info: str) -> None:
        self._template = template
        self._debug_info = debug_info

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def get_corresponding_lineno(self, lineno: int) -> int:
        for pair in reversed(self._debug_info.split("&")):
            template_line, _, code_line = pair.partition("=")
            if code_line and int(code_line) <= lineno:
                return int(template_line)
        return 1


def stock_code(
    environment: Environment, source: tuple[str, bool], name: str | None, filename: str | None
) -> CodeType:
    """The template's source compiled by stock Jinja, autoescaped as it was the first time."""
    text, autoescape = source
    if EvalContext(environment, name).autoescape != autoescape:
        environment = environment.overlay(autoescape=autoescape)
    generator = CodeGenerator(environment, name, filename, None, False, environment.optimized)
    generator.visit(environment._parse(text, name, filename))
    python: str = generator.stream.getvalue()  # type: ignore[attr-defined]
    return environment._compile(python, filename or "<template>")
