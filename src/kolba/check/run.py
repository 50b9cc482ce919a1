"""Checks files: reads each once, asks the rules, and drops what comments say is meant."""

from __future__ import annotations

import ast
import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kolba.check import called, files, renders, suppression
from kolba.check.diagnostic import Diagnostic, Hit, Note
from kolba.check.embedded import embedded
from kolba.check.html_forms import known
from kolba.check.library import Library
from kolba.check.module import Module
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.settings import Settings
from kolba.check.suppression import Ignore
from kolba.check.template import Template
from kolba.check.template_files import ENDINGS, Templates
from kolba.check.text import Text

UNUSED = "unused-ignore"
"""The code of a comment that nothing needed."""
_UNUSED = Text("nothing here needs this comment", "этот комментарий ничего здесь не отменяет")
_REMOVE = Text("Remove it", "Удалите его")


@dataclass(slots=True)
class Result:
    """What came out.

    Attributes:
        diagnostics: the mistakes, by file and line.
        notes: files that were left out.
        read: how many files were looked at.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    read: int = 0


def check(paths: Sequence[str], settings: Settings) -> Result:
    """Check files and folders."""
    with _uncollected():
        return _checked(paths, settings)


@contextmanager
def _uncollected() -> Iterator[None]:
    """PERF: parsed files have no circles, and the collector walks them all again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _checked(paths: Sequence[str], settings: Settings) -> Result:
    result = Result()
    project = Project()
    found = [one.path for one in files.find(paths, settings.exclude)]
    library = Library(found, _parsed)
    for path in found:
        result.read += 1
        module = _module(path, result.notes)
        if module is not None:
            project.modules.append(module)
            library.add(module)
    project.unread = len(result.notes)
    project.introduce()
    rules = settings.rules()
    templates = Templates(result.notes)
    templates.take(paths, settings.exclude, project.modules)
    project.templates = templates.found
    project.renders = renders.by_name(renders.renders(project))
    for template, calls in embedded(project) if templates.are_usual else ():
        project.templates.append(template)
        project.renders[template.name] = calls
    of_kolba = any("kolba" in module.packages for module in project)
    for template in project.templates:
        template.is_of_kolba = of_kolba
    renders.introduce(project.renders, project.templates)
    fields = known(form for template in project.templates for form in template.forms)
    for module in project:
        module.fields = fields
    result.read += templates.read
    said = [
        *_in_modules(project, rules, settings),
        *_in_called(project, rules, settings),
        *_in_templates(project, rules, settings),
        *_in_project(project, rules, settings),
    ]
    ignores = {m.path: suppression.in_python(m.source) for m in project.modules}
    for template in project.templates:
        comments = suppression.in_template(template.source, template.first_line or 1)
        ignores.setdefault(template.path, []).extend(comments)
    result.diagnostics = sorted({*_kept(said, ignores, settings)})
    result.notes += _of_other_kinds(paths)
    return result


def _of_other_kinds(paths: Iterable[str]) -> Iterator[Note]:
    """The files that were named, and are nothing that is looked at."""
    for path in paths:
        if not os.path.isdir(path) and not path.endswith((".py", *ENDINGS)):
            yield Note(path, "not looked at: it is no Python file and no template, by its name")


def _parsed(path: str) -> Module | None:
    """A file that does not mention Flask, and is imported by one that does."""
    return _module(path, [], any_file=True)


def _module(path: str, notes: list[Note], any_file: bool = False) -> Module | None:
    """A file that concerns Flask, parsed; None, with a note, if it cannot be."""
    try:
        data = files.read(path)
        if not any_file and not files.concerns_flask(data):
            return None
        return Module(path, files.decoded(data))
    except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
        notes.append(Note(path, _reason(error)))
        return None


def _reason(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        where = f", line {error.lineno}" if error.lineno else ""
        return f"not parsed{where}: {error.msg}"
    if isinstance(error, OSError):
        return f"not read: {error.strerror or error}"
    if isinstance(error, RecursionError | MemoryError):
        return "not parsed: it is nested too deeply"
    return f"not read: {error}"


def _in_modules(
    project: Project, rules: Iterable[Rule], settings: Settings
) -> Iterator[Diagnostic]:
    wanted: dict[type[ast.AST], list[Rule]] = {}
    for rule in rules:
        for kind in rule.nodes:
            wanted.setdefault(kind, []).append(rule)
    for module in project:
        for kind, interested in wanted.items():
            nodes = module.nodes.get(kind, ())
            for rule in interested if nodes else ():
                for hit in _found_in(nodes, rule, module):
                    yield _said(rule, hit, module.path, settings)


def _found_in(nodes: Iterable[ast.AST], rule: Rule, module: Module) -> list[Hit]:
    """What a rule finds in nodes of a file."""
    find, found = rule.find, list[Hit]()
    assert find is not None
    for node in nodes:
        try:
            found += find(node, module)
        except RecursionError:  # code that a program has written
            continue
    return found


def _in_called(project: Project, rules: Iterable[Rule], settings: Settings) -> Iterator[Diagnostic]:
    of_calls = [rule for rule in rules if ast.Call in rule.nodes]
    for module in project:
        for rule, hit in called.found(module, of_calls, _found):
            yield _said(rule, hit, module.path, settings)


def _found(rule: Rule, node: ast.AST, module: Module) -> list[Hit]:
    return _found_in((node,), rule, module)


def _in_templates(
    project: Project, rules: Iterable[Rule], settings: Settings
) -> Iterator[Diagnostic]:
    interested = [rule for rule in rules if rule.find_in_template is not None]
    for template in project.templates:
        for rule in interested:
            for hit in _found_in_template(rule, template):
                yield _said(rule, hit, template.path, settings)


def _found_in_template(rule: Rule, template: Template) -> list[Hit]:
    assert rule.find_in_template is not None
    try:
        return list(rule.find_in_template(template))
    except RecursionError:
        return []


def _in_project(
    project: Project, rules: Iterable[Rule], settings: Settings
) -> Iterator[Diagnostic]:
    for rule in rules:
        if rule.find_in_project is not None:
            for hit in rule.find_in_project(project):
                yield _said(rule, hit, hit.path or "", settings)


def _said(rule: Rule, hit: Hit, path: str, settings: Settings) -> Diagnostic:
    message = rule.message.said(settings.language, hit.values)
    hint = rule.hint.said(settings.language, hit.values)
    return Diagnostic(path, hit.line, hit.column, rule.code, message, hint, hit.end_line)


def _kept(
    said: Iterable[Diagnostic], ignores: dict[str, list[Ignore]], settings: Settings
) -> Iterator[Diagnostic]:
    """What no comment covers, and the comments that cover nothing."""
    needed: set[tuple[str, Ignore]] = set()
    for diagnostic in said:
        covering = [
            (diagnostic.path, ignore)
            for ignore in ignores.get(diagnostic.path, ())
            if diagnostic.line <= ignore.line <= max(diagnostic.line, diagnostic.end_line)
            and ignore.covers(diagnostic.code)
        ]
        needed.update(covering)
        if not covering:
            yield diagnostic
    if settings.select or settings.ignore:
        return  # what was not looked for may need a comment
    for path, found in ignores.items():
        for ignore in found:
            if (path, ignore) not in needed:
                message = _UNUSED.said(settings.language)
                hint = _REMOVE.said(settings.language)
                yield Diagnostic(path, ignore.line, ignore.column, UNUSED, message, hint)
