"""The READMEs and the developers' pages: what they show happens, what they name is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import pytest
from bench.readme import ENGLISH, LATEST, RUSSIAN, Words, written

from kolba.doctor import GUARDS, SETTINGS
from tests.cli.conftest import environment
from tests.documents import BLOCK, READMES, ROOT, blocks, console

PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md")
    for path in ROOT.glob(pattern)
)
RUN_ELSEWHERE = {Path("docs/sessions.md")}
"""Pages whose blocks need a request around them: `tests/sessions/test_docs.py` runs these."""

GUARDED = {f"KOLBA_{guard.upper()}" for guard in GUARDS}
LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


RUN_HERE = [page for page in PAGES if blocks(page, "python") and page not in RUN_ELSEWHERE]


def anchors(page: Path) -> set[str]:
    """Returns the anchors of a page's headings, as GitHub makes them."""
    text = BLOCK.sub("", page.read_text("utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in plain}


def broken(page: Path) -> Iterator[str]:
    """Yields the relative links of a page that lead nowhere."""
    for link in LINK.findall(BLOCK.sub("", (ROOT / page).read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (ROOT / page.parent / name) if name else ROOT / page
        read = target.suffix == ".md" and target.exists()
        if not target.exists() or (anchor and read and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """Each link of the page names a file, and a heading, that there is."""
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", RUN_HERE, ids=str)
def test_every_python_block_runs(page: Path, tmp_path: Path) -> None:
    """The page's Python blocks run, one after the other, and what they assert holds."""
    (tmp_path / "page.py").write_text("\n".join(blocks(page, "python")), "utf-8")
    ended = subprocess.run(
        [sys.executable, "page.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md"])
def test_every_target_of_make_exists(page: str) -> None:
    """Each `make NAME` of the page is a target, and `make help` lists it."""
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = {line.split("\t")[0] for line in listed.stdout.splitlines()}
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named and named <= targets


@pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=READMES)
def test_the_figures_are_those_of_the_last_run(words: Words) -> None:
    """The table is what `bench/results/latest.json` says, with the command that made it."""
    report = json.loads(LATEST.read_text("utf-8"))
    page = (ROOT / words.file).read_text("utf-8")
    assert page == written(page, report, words)
    assert f"`{report['command']}`" in page


def test_both_readmes_have_the_same_parts() -> None:
    """Neither language has a section, a command, a figure or a chapter that the other lacks."""
    english, russian = ((ROOT / page).read_text("utf-8") for page in READMES)
    assert english.count("\n## ") == russian.count("\n## ")
    assert english.count("\n| ") == russian.count("\n| ")
    assert [command for command, _ in console(READMES[0])] == [c for c, _ in console(READMES[1])]
    ours = re.compile(r"docs/\w+\.md")
    assert set(ours.findall(english)) == set(ours.findall(russian))


def test_the_map_of_the_house_names_only_what_is_there() -> None:
    """Each file and folder of the map exists."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    source, beside = text.split("## The map of the house")[1].split("Beside `src/`:")
    for cell in re.findall(r"^\| (`.+?) \|", source, re.MULTILINE):
        for place in re.findall(r"`([\w/]+(?:\.py|/))`", cell):
            assert (ROOT / "src" / "kolba" / place).exists(), place
    for place in re.findall(r"^\| `([\w/]+/)`", beside, re.MULTILINE):
        assert (ROOT / place).exists(), place


def test_the_map_and_the_layers_name_all_that_is_there() -> None:
    """Each file and folder of the package has a line on the map, and a layer in the contract."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    source = text.split("## The map of the house")[1].split("Beside `src/`:")[0]
    listed = set(re.findall(r"`(\w+)(?:\.py|/)`", source))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    first = project["tool"]["importlinter"]["contracts"][0]["layers"]
    layered = {name for layer in first for name in re.findall(r"kolba\.(\w+)", layer)}
    children = {
        path.stem for path in (ROOT / "src" / "kolba").glob("[a-z]*") if path.name != "py.typed"
    }
    assert children <= listed
    assert children <= layered


def test_every_setting_is_on_the_page_of_settings() -> None:
    """What the code reads, what `kolba doctor` knows and what the page lists are the same."""
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    listed = re.findall(r"^\| `(KOLBA_[A-Z_]+)`", page, re.MULTILINE)
    assert len(listed) == len(set(listed)) and set(listed) == SETTINGS
    sources = [path for path in (ROOT / "src").rglob("*.py") if "tour" not in path.parts]
    read = {
        n for path in sources for n in re.findall(r'"(KOLBA_[A-Z_]+)"', path.read_text("utf-8"))
    }
    assert read - {"KOLBA_ENGINE"} <= SETTINGS
    assert {name for name in SETTINGS - read if name not in GUARDED} == set()


def explained_packages() -> set[str]:
    """The packages that a table of the architecture gives a reason for."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    cells = re.findall(r"^\| (`[^|]+`) \| (?:`kolba\S*`|test|lint|docs) \| \S", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}


def test_every_dependency_has_its_reason() -> None:
    """What installing, testing or checking Kolba brings along is explained in the architecture."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = chain(*project["dependency-groups"].values())
    needs = [*project["project"]["dependencies"], *chain(*extras)]
    needs += [need for need in groups if isinstance(need, str)]
    names = {re.match(r"[\w-]+", need)[0] for need in needs} - {"kolba"}  # type: ignore[index]
    assert names == explained_packages()
