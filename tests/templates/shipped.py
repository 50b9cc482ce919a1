"""The templates that published packages ship, on stock Jinja and on ours.

`python -m tests.templates.shipped` downloads the packages (wheels, nothing is installed), renders
each of their templates with several contexts, and prints the totals and each difference. Names of
packages on the command line replace the list below.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChainableUndefined, Environment, TemplateNotFound, Undefined, nodes
from jinja2.meta import find_undeclared_variables
from markupsafe import Markup

from kolba.templates.techniques import ALL
from tests.conformance.suite import ROOT
from tests.templates.differential import Case, Totals
from tests.templates.environments import environment_class
from tests.templates.outcome import Outcome, outcome

PACKAGES = (
    "Flask-Admin", "Flask-Security-Too", "Flask-AppBuilder", "Flask-DebugToolbar",
    "Flask-MonitoringDashboard", "Bootstrap-Flask", "flask-restx", "flasgger", "Sphinx",
    "sphinx-rtd-theme", "furo", "mkdocs", "mkdocs-material", "pelican", "pdoc", "nbconvert",
    "notebook", "jupyterlab-server", "sqladmin", "datasette", "locust", "isso", "pytest-html",
    "mlflow-skinny",
)  # fmt: skip
ENDINGS = (".html", ".htm", ".j2", ".jinja", ".jinja2", ".xml", ".txt", ".tpl", ".tmpl", ".html_t")
CACHE = ROOT / ".cache" / "wheels"
EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n")


def download(package: str) -> Path | None:
    """The package's wheel, downloaded once; None if there is none to be had."""
    home = CACHE / package
    home.mkdir(parents=True, exist_ok=True)
    if not (found := list(home.glob("*.whl"))):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(home), package]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        found = list(home.glob("*.whl"))
    return found[0] if found else None


def templates(wheel: Path) -> dict[str, str]:
    """What looks like a template in a wheel, by its path."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            if not path.endswith(ENDINGS) or ".dist-info/" in path:
                continue
            try:
                text = archive.read(path).decode()
            except UnicodeDecodeError:
                continue
            if "{{" in text or "{%" in text:
                found[path] = text
    return found


class ShippedLoader(BaseLoader):
    """Finds templates as packages name them: by any ending of their paths."""

    def __init__(self, mapping: dict[str, str]) -> None:
        self.mapping = mapping

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        wanted = template.removeprefix("!").rpartition(":")[2]
        for path, text in self.mapping.items():
            if path == wanted or path.endswith(f"/{wanted}"):
                return text, f"{path}#.html", lambda: True
        raise TemplateNotFound(template)


class Stub:
    """An object that has everything, and counts what is asked of it."""

    def __init__(self, name: str, log: list[str], depth: int = 3) -> None:
        self._name, self._log, self._depth = name, log, depth

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self._depth == 0:
            raise AttributeError(name)
        self._log.append(f"{self._name}.{name}")
        return Stub(f"{self._name}.{name}", self._log, self._depth - 1)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._log.append(f"{self._name}({len(args)}, {sorted(kwargs)})")
        return Stub(f"{self._name}()", self._log, self._depth - 1) if self._depth else "<end>"

    def __iter__(self) -> Iterator[Any]:
        if self._depth:
            yield Stub(f"{self._name}[0]", self._log, self._depth - 1)
            yield f"<{self._name}>"

    def __len__(self) -> int:
        return 2

    def __str__(self) -> str:
        return f"<{self._name}>"

    def __html__(self) -> str:
        return f"<i>{self._name}</i>"


def plain(name: str, depth: int = 2) -> Any:
    """Dicts of lists of dicts, with text, numbers, Markup and None at the ends."""
    keys = ("name", "title", "id", "url", "items_", "label", "type", "data", "value", "text")
    if depth == 0:
        return [f"<{name}>", 3, None, Markup("<b>"), 1.5, ""][sum(map(ord, name)) % 6]
    made: dict[str, Any] = {key: plain(f"{name}.{key}", depth - 1) for key in keys}
    made["children"] = [plain(f"{name}.child", depth - 1)]
    return made


def contexts(wanted: set[str]) -> tuple[Callable[[list[str]], dict[str, Any]], ...]:
    """Nothing; objects; dicts; text and functions; each made anew for each side."""
    names = sorted(wanted)
    return (
        lambda log: {},
        lambda log: {name: Stub(name, log) for name in names},
        lambda log: {name: plain(name) for name in names},
        lambda log: {
            name: (lambda *a, **k: f"<{len(a)}>") if len(name) % 3 else f"<{name}>"
            for name in names
        },
    )


def make(cls: type[Environment], mapping: dict[str, str], undefined: Any, known: Any) -> Any:
    """An environment that knows every filter and test that the package's templates use."""
    env = cls(
        loader=ShippedLoader(mapping),
        autoescape=True,
        extensions=EXTENSIONS,
        undefined=undefined,
        cache_size=2000,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    for name in known[0]:
        env.filters.setdefault(name, lambda value, *args, **kwargs: value)
    for name in known[1]:
        env.tests.setdefault(name, lambda value, *args, **kwargs: bool(value))
    return env


def known(mapping: dict[str, str]) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """Filters, tests, and by template its undeclared names; what cannot be parsed is left out."""
    parser = Environment(extensions=EXTENSIONS)
    filters: set[str] = set()
    tests: set[str] = set()
    names: dict[str, set[str]] = {}
    for path, text in mapping.items():
        try:
            tree = parser.parse(text)
            filters |= {node.name for node in tree.find_all(nodes.Filter)}
            tests |= {node.name for node in tree.find_all(nodes.Test)}
            names[path] = find_undeclared_variables(tree)
        except Exception:
            continue
    return filters, tests, names


@dataclass
class Package:
    """One package's templates."""

    name: str
    mapping: dict[str, str]

    def cases(self) -> Iterator[Case]:
        """Every template that can be parsed, with every context, in two ways."""
        filters, tests, names = known(self.mapping)
        everything = set().union(*names.values()) if names else set()
        for undefined in (Undefined, ChainableUndefined):
            stock, fast = (
                make(environment_class(techniques), self.mapping, undefined, (filters, tests))
                for techniques in (None, ALL)
            )
            for path in names:
                for number, context in enumerate(contexts(everything)):
                    way = "generate" if number == 3 and undefined is Undefined else "render"
                    yield self._case(path, way, context, stock, fast)

    def _case(
        self, path: str, way: str, context: Any, stock: Environment, fast: Environment
    ) -> Case:
        def side(env: Environment) -> Outcome:
            log: list[str] = []
            values = context(log)

            def work() -> object:
                template = env.get_template(path)
                return (
                    list(template.generate(values))
                    if way == "generate"
                    else template.render(values)
                )

            return outcome(work, log)

        return Case(0, f"{self.name} {path} {way}", side(stock), side(fast), lambda: side(stock))


def main() -> int:
    """Print a line a package, each difference, and the totals; 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.templates.shipped")
    parser.add_argument("packages", nargs="*")
    chosen = parser.parse_args().packages or PACKAGES
    totals, count = Totals(), 0
    for name in chosen:
        wheel = download(name)
        if wheel is None:
            print(f"{name}: no wheel to be had, left out")
            continue
        package = Package(name, templates(wheel))
        before = totals.renders
        for case in package.cases():
            totals.add(case)
        count += len(package.mapping)
        renders = totals.renders - before
        print(f"{wheel.name}: {len(package.mapping)} templates, {renders} renders", flush=True)
    for difference in totals.differences[:5]:
        print(difference)
    print(f"{count} templates\n{totals}")
    return int(bool(totals.differences))


if __name__ == "__main__":
    sys.exit(main())
