"""Where views and hooks are written: found through everything that Flask apps wrap them in."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from kolba.places import Place, is_flasks_own, place
from tests.cli import explained

SOURCE = Path(explained.__file__).read_text("utf-8").splitlines()

WRITTEN = {
    "plain": ("plain", '@app.get("/")'),
    "decorated": ("decorated", '@app.post("/decorated")'),
    "lambda": ("<lambda>", 'app.add_url_rule("/lambda", "lambda", lambda: "lambda")'),
    "partial": ("general", "def general(name):"),
    "page": ("Page", "class Page(View):"),
    "item": ("Item", "class Item(MethodView):"),
    "method": ("Shelf.method", "    def method(self):"),
    "object": ("Shelf", "class Shelf:"),
    "admin.users": ("users", '@admin.get("/users")'),
}


@pytest.mark.parametrize(("endpoint", "expected"), WRITTEN.items())
def test_a_view_is_found_where_it_is_written(endpoint: str, expected: tuple[str, str]) -> None:
    """Name, file and line are those of the user's own source, decorators or not."""
    name, line = expected
    found = place(explained.app.view_functions[endpoint])
    assert found == Place(name, explained.__file__, SOURCE.index(line) + 1)


CLASSES = """from flask.views import View


def mark(class_):
    return class_


class Plain(View):
    class Inner(View):
        pass


if Plain:
    @mark
    @mark
    class Decorated(View):
        pass
else:
    class Decorated(View):
        pass


def local():
    class Local(View):
        pass

    return Local


VIEWS = [Plain, Plain.Inner, Decorated, local(), local()]
"""


def test_classes_of_one_file_are_found_in_one_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Class-based views are found where `inspect` finds them, their file is parsed once."""
    (tmp_path / "classes_of_one_file.py").write_text(CLASSES, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    views = importlib.import_module("classes_of_one_file").VIEWS
    expected = [inspect.getsourcelines(view)[1] for view in views]
    parsed: list[object] = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda *given: parsed.append(given) or parse(*given))
    found = [place(view.as_view("view")).line for view in views]
    monkeypatch.undo()
    assert found == expected
    assert len(parsed) <= 1


def test_what_has_no_source_has_a_name() -> None:
    """A view made of a built-in class is named, without a place."""
    assert place(explained.app.view_functions["builtin"]) == Place("dict")
    assert Place("dict").shown("/") == ""


@pytest.mark.parametrize("endpoint", ["static", "admin.static"])
def test_static_files_are_flasks_own(endpoint: str) -> None:
    """The view of static files, an application's or a blueprint's, counts as Flask's own."""
    assert is_flasks_own(place(explained.app.view_functions[endpoint]))


def test_a_place_is_shown_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is shown relative to the folder, else to the import path, else in full."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    below, installed = tmp_path / "app" / "shop.py", tmp_path / "site" / "ext" / "views.py"
    shown = [
        Place("view", str(file), 3).shown(str(tmp_path / "app"))
        for file in (below, installed, Path("/elsewhere/x.py"))
    ]
    assert shown == ["shop.py:3", "ext/views.py:3", "/elsewhere/x.py:3"]
