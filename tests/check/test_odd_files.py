"""Any file is read, or is left out with one note: none ends the command."""

from __future__ import annotations

import os
import random
import sysconfig
from pathlib import Path

import jinja2
import pytest

from kolba.check.run import check
from kolba.check.settings import Settings

FLASK = b"import flask\n"
MISTAKE = (
    "from flask import Flask, redirect, request\n@Flask('x').get('/')\n"
    "def go():\n    return redirect(request.args['é'])\n"
)


@pytest.mark.parametrize(
    "data",
    [
        b"print 'flask'",
        b"# -*- coding: no-such -*-\nimport flask",
        FLASK + b"\xff\xfe\x00",
        FLASK + b"x = '\x00'",
        FLASK + b"(" * 500,
        FLASK + b"x = " + b"-" * 100_000 + b"1",
        FLASK + b"if 1:\n\tx\n        y",
        "import flask\nx = '\u2028'\nx =".encode(),
        "# flask".encode("utf-16"),
    ],
)
def test_what_cannot_be_parsed_is_a_note(data: bytes, tmp_path: Path) -> None:
    """One note a file, with the reason, and the other files are checked."""
    (tmp_path / "bad.py").write_bytes(data)
    (tmp_path / "good.py").write_bytes(MISTAKE.encode())
    result = check([str(tmp_path)], Settings())
    assert [one.code for one in result.diagnostics] == ["open-redirect"]
    assert len(result.notes) <= 1
    if b"flask" in data:
        assert result.notes and result.notes[0].path.endswith("bad.py")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + MISTAKE.encode(),
        MISTAKE.replace("\n", "\r\n").encode(),
        MISTAKE.replace("\n", "\r").encode(),
        b"# coding: cp1251\n" + MISTAKE.replace("é", "ё").encode("cp1251"),
        b"# coding: latin-1\n" + MISTAKE.encode("latin-1"),
        b"\x0c" + MISTAKE.encode(),
    ],
)
def test_odd_encodings_and_line_ends_are_read(data: bytes, tmp_path: Path) -> None:
    """What Python reads is read."""
    (tmp_path / "page.py").write_bytes(data)
    result = check([str(tmp_path)], Settings())
    assert [one.code for one in result.diagnostics] == ["open-redirect"]
    assert result.notes == []


def test_deeply_nested_code(tmp_path: Path) -> None:
    """What Python parses is walked, however deep it is; or it is a note."""
    sums = "+".join(["request.args['a']"] * 3_000)
    calls = "f(" * 90 + ")" * 90
    dots = ".a" * 3_000
    lines = ["from flask import redirect, request", "def go():"]
    lines += [f"    {line}" for line in (f"redirect({sums})", calls, f"b{dots}()")]
    (tmp_path / "deep.py").write_text("\n".join(lines), "utf-8")
    result = check([str(tmp_path)], Settings())
    assert len(result.notes) <= 1


def test_links_in_circles_and_files_that_are_none(tmp_path: Path) -> None:
    """Links to folders are not followed; broken ones, pipes and locked files are notes."""
    (tmp_path / "shop.py").write_text(MISTAKE, "utf-8")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "same.py").symlink_to(tmp_path / "shop.py")
    (tmp_path / "broken.py").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    result = check([str(tmp_path)], Settings())
    assert len(result.diagnostics) == 1
    assert sorted(Path(note.path).name for note in result.notes) == ["broken.py", "pipe.py"]


def test_random_bytes(tmp_path: Path) -> None:
    """Bytes that mean nothing end nothing."""
    chance = random.Random(7)
    for number in range(60):
        parts = [FLASK, chance.randbytes(chance.randrange(60)), MISTAKE.encode()]
        chance.shuffle(parts)
        (tmp_path / f"f{number}.py").write_bytes(b"".join(parts))
    result = check([str(tmp_path)], Settings())
    assert result.read == 60


@pytest.mark.slow
def test_the_standard_library_and_packages() -> None:
    """Every file of Python's library, of Jinja's package and of Flask's is read."""
    paths = [sysconfig.get_path("stdlib"), os.path.dirname(jinja2.__file__)]
    result = check([*paths, sysconfig.get_path("purelib")], Settings())
    assert result.read > 500
