"""Which files are templates of a Flask app: strictly, so that nobody else's are read.

They lie in a folder called `templates` beside or above code that renders with Flask, or in
one that `template_folder=` names; and they have no mark of Django, Mako, Mustache or a
generator of projects. A template that is named itself need not lie anywhere.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence

from jinja2 import TemplateSyntaxError

from kolba.check import files
from kolba.check.diagnostic import Note
from kolba.check.module import Module
from kolba.check.nodes import keyword, text
from kolba.check.template import Template

ENDINGS = (
    *(".html", ".htm", ".xhtml", ".xml", ".svg", ".jinja", ".jinja2", ".j2"),
    *(".tpl", ".tmpl", ".txt"),
)
_RENDERS = frozenset(("flask.render_template", "flask.Flask", "flask.Blueprint"))
_OTHERS = re.compile(
    # Django's tags, Mako's, and Mustache's sections.
    r"\{%-?\s*(?:load\s|url\s+[\"']|csrf_token\s*%|static\s+[\"']|comment\s*%|endcomment"
    r"|blocktrans|blocktranslate|ifequal|verbatim|with\s+[\w.]+\s+as\s)"
    r"|\{\{[^{}]*\|\s*\w+:[^{}]*\}\}|\{%-?\s*include\s+\S+\s+with\s+\w+="
    r"|^\s*<%|^\s*%\s*(?:for|if|endif|endfor)\b.*:?\s*$|</?%\w+|\{\{[#/^>]"
    # Templates that make projects.
    r"|\{\{\s*cookiecutter\.",
    re.MULTILINE,
)
_OWN_MARKS = re.compile(r"(?:variable|block|comment)_(?:start|end)_string|line_statement_prefix")


def folders(modules: Iterable[Module], found: Iterable[files.Found]) -> list[str]:
    """The template folders of a project, inner ones before those around them."""
    modules = list(modules)
    homes = {os.path.dirname(m.path) for m in modules if _renders(m)}
    named = {folder for module in modules for folder in _named(module)}
    usual: set[str] = set()
    for file in found:
        usual |= {f for f in _usual(file.path) if _is_of_code(f, homes)}
    return sorted(named | usual, key=len, reverse=True)


def _renders(module: Module) -> bool:
    return "flask" in module.packages | {p.partition("_")[0] for p in module.packages} and any(
        isinstance(node, ast.Call) and module.of(node.func) in _RENDERS
        for node in module.nodes.get(ast.Call, ())
    )


def _named(module: Module) -> Iterator[str]:
    """The folders that `Flask(..., template_folder="pages")` names."""
    for node in module.nodes.get(ast.Call, ()):
        if isinstance(node, ast.Call) and module.of(node.func) in _RENDERS:
            folder = text(keyword(node, "template_folder"))
            if folder:
                yield os.path.normpath(os.path.join(os.path.dirname(module.path), folder))


def _usual(path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while folder not in ("", os.sep):
        if os.path.basename(folder) == "templates":
            yield folder
        folder = os.path.dirname(folder)


def _is_of_code(folder: str, homes: Iterable[str]) -> bool:
    """Whether code that renders lies beside the folder, or below what it lies in."""
    home = os.path.dirname(folder)
    return any(
        code == home
        or (
            (code.startswith(os.path.join(home, "") if home else ""))
            and not f"{code}{os.sep}".startswith(f"{folder}{os.sep}")
        )
        for code in homes
    )


class Templates:
    """Reads the templates of a project.

    Attributes:
        found: those that could be read.
        read: how many files were looked at.
        are_usual: whether they have Jinja's usual marks.
    """

    def __init__(self, notes: list[Note]) -> None:
        self.found: list[Template] = []
        self.read = 0
        self.are_usual = True
        self._notes = notes
        self._libraries: dict[str, dict[str, Template]] = {}

    def take(self, paths: Sequence[str], exclude: Sequence[str], modules: list[Module]) -> None:
        """Read what lies below the paths."""
        candidates = list(files.find(paths, exclude, ENDINGS))
        # Where an app has marks of its own, what looks like Jinja's may be JavaScript's.
        self.are_usual = not any(_OWN_MARKS.search(module.source) for module in modules)
        known = folders(modules, candidates) if self.are_usual else []
        for one in candidates:
            folder = next((f for f in known if one.path.startswith(os.path.join(f, ""))), None)
            if folder is None and one.path in paths:
                folder = next(_usual(one.path), os.path.dirname(one.path))
            if folder is not None:
                self._take(one.path, folder)

    def _take(self, path: str, folder: str) -> None:
        self.read += 1
        library = self._libraries.setdefault(folder, {})
        try:
            source = files.read(path).decode("utf-8-sig")
            if _OTHERS.search(source):
                return
            name = os.path.relpath(path, folder).replace(os.sep, "/")
            template = library[name] = Template(path, source, folder, name, library)
            self.found.append(template)
        except TemplateSyntaxError as error:
            self._notes.append(Note(path, f"not parsed, line {error.lineno}: {error.message}"))
        except UnicodeDecodeError:
            self._notes.append(Note(path, "not read: it is no UTF-8"))
        except (OSError, ValueError) as error:
            self._notes.append(Note(path, f"not read: {getattr(error, 'strerror', None) or error}"))
        except (RecursionError, MemoryError):
            self._notes.append(Note(path, "not parsed: it is nested too deeply"))
