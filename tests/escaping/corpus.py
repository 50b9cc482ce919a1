"""`python -m tests.escaping.corpus`: the findings in public Flask packages' templates, by hand.

Downloads the packages named in `PACKAGES` (or on the command line), analyses every template,
and prints each finding with its line, for reading: a finding that is no mistake is a bug
here. Not run in CI: it needs the network, and its result is a judgement.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateError
from jinja2.parser import Parser

from kolba.escaping.findings import Finding
from kolba.escaping.sources import analyse

PACKAGES = ("flask-admin", "flask-appbuilder", "flask-security-too", "flaskbb", "bootstrap-flask")
_SUFFIXES = (".html", ".jinja", ".jinja2", ".j2")
_EXTENSIONS = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]


def fetch(package: str, folder: Path) -> Path:
    """Download a wheel and unpack it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), package], check=True)
    home = folder / package
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(home)
        wheel.unlink()
    return home


def findings(home: Path) -> Iterator[tuple[Path, Finding | None]]:
    """Each template below a folder, with its findings; None once for each template."""
    folders = [folder for folder in home.rglob("templates") if folder.is_dir()]
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        extensions=_EXTENSIONS,
        autoescape=True,
    )
    for folder in folders:
        for file in sorted(f for f in folder.rglob("*") if f.suffix in _SUFFIXES):
            name = file.relative_to(folder).as_posix()
            try:
                tree = Parser(environment, file.read_text("utf-8"), name, str(file)).parse()
            except (TemplateError, UnicodeDecodeError):
                continue
            yield file, None
            for finding in analyse(environment, tree, name, str(file)).findings:
                yield file, finding


def main(packages: list[str]) -> None:
    """Print what there is to read."""
    counts: Counter[str] = Counter()
    for package in packages or PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            for file, finding in findings(fetch(package, Path(folder))):
                counts["templates" if finding is None else finding.code] += 1
                if finding is not None and not finding.note:
                    line = file.read_text("utf-8").splitlines()[finding.line - 1].strip()
                    print(f"{package}: {finding.place}: {finding.code}: {line[:120]}")
    print(dict(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
