"""Uploads: limits of a field, names, content, and where they are written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any

import pytest
from flask import Flask, request
from pydantic import BaseModel, Field

from kolba import File, Form, Kolba, Upload
from kolba.errors import ConfigError
from kolba.forms import safe_name
from tests.forms.reading import Page

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


class Album(BaseModel):
    title: str = ""
    cover: Annotated[Upload, File(max_size=1000, types=["image/png"])]
    papers: Annotated[list[Upload], File(max_size=50, types=[".pdf", ".txt"])] = Field(
        default=[], max_length=2
    )


@pytest.fixture(scope="module")
def app() -> Flask:
    return Kolba(__name__)


def sent(app: Flask, **files: Any) -> Any:
    return app.test_request_context("/", method="POST", data={"title": "Лето", **files})


def file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_files_arrive(app: Flask, tmp_path: Path) -> None:
    """A file has its name, size and content, and is written under a name nobody can guess."""
    with sent(app, cover=file(PNG, "обложка.PNG"), papers=[file(b"a", "a.txt")]):
        value = Form(Album).value
        assert (value.cover.filename, value.cover.size) == ("обложка.PNG", len(PNG))
        assert value.cover.read() == PNG
        first, second = value.cover.save(tmp_path), value.cover.save(tmp_path)
        assert first != second
        assert first.parent == tmp_path
        assert first.suffix == ".png"
        assert first.read_bytes() == second.read_bytes() == PNG
        assert [paper.filename for paper in value.papers] == ["a.txt"]


@pytest.mark.parametrize("cls", [Flask, Kolba])
@pytest.mark.parametrize(
    "boundary", ["----------a_BoUnDaRy7364$", "*****", '"===============123=="', '"a b&c;d"', "-"]
)
def test_any_clients_boundary_will_do(boundary: str, cls: type[Flask]) -> None:
    """Of WebTest, of phones' apps, of Python's e-mail package, of none: signs that no RFC lists."""
    line = b"--" + boundary.strip('"').encode()
    field = b'\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\nbytes\r\n'
    with cls(__name__).test_request_context(
        "/",
        method="POST",
        data=line + field + line + b"--\r\n",
        content_type=f"multipart/form-data; boundary={boundary}",
    ):
        assert request.files["a"].read() == b"bytes"


@pytest.mark.parametrize(
    ("files", "field", "words"),
    [
        ({}, "cover", "Choose a file."),
        ({"cover": file(b"", "")}, "cover", "Choose a file."),
        ({"cover": file(PNG * 20, "a.png")}, "cover", "The file is larger than 1 kB."),
        ({"cover": file(PNG, "a.gif")}, "cover", "Choose one of: image/png."),
        ({"cover": file(b"GIF89a", "a.png")}, "cover", "content is not what its name says"),
        ({"cover": [file(PNG, "a.png"), file(PNG, "b.png")]}, "cover", "Choose one file"),
        ({"papers": [file(b"", f"{n}.txt") for n in range(3)]}, "papers", "no more than 2 files"),
        ({"papers": [file(b"x" * 51, "a.txt")]}, "papers", "larger than 50 B"),
        ({"papers": [file(b"MZ", "a.pdf.exe")]}, "papers", "one of: .pdf, .txt."),
        ({"papers": [file(b"no", "a.pdf")]}, "papers", "content is not what its name says"),
    ],
)
def test_each_limit_is_a_field_error(app: Flask, files: Any, field: str, words: str) -> None:
    """Size, type, content and number are judged by field; the texts are kept."""
    with sent(app, **files):
        form = Form(Album)
        assert not form.valid
        assert words in " ".join(form[field].errors)
        assert Page(str(form)).one("title")["value"] == "Лето"


def test_a_file_over_its_limit_fills_no_disk(app: Flask) -> None:
    """Past the limit of its field a file is counted and not written."""
    with sent(app, cover=file(PNG + b"x" * 5_000_000, "big.png")):
        form = Form(Album)
        assert form["cover"].errors
        storage = request.files["cover"]
        storage.stream.seek(0, 2)
        assert storage.stream.tell() <= 1000


def test_a_large_file_is_on_disk_and_not_in_memory(app: Flask) -> None:
    """From 500 kB on an upload is in a temporary file."""

    class Any_(BaseModel):
        cover: Upload

    with sent(app, cover=file(b"x" * 600_000, "big.bin")):
        stream: Any = Form(Any_).value.cover.stream
        assert stream._rolled


def test_uploads_in_rows_have_limits_too(app: Flask) -> None:
    """The limits of a field hold in each row of a list of models."""

    class Page_(BaseModel):
        scan: Annotated[Upload, File(max_size=50, types=[".pdf"])]

    class Book(BaseModel):
        pages: list[Page_]

    good = {"pages.0.scan": file(b"%PDF-1", "a.pdf"), "pages.2.scan": file(b"%PDF-2", "b.pdf")}
    with sent(app, **good):
        assert [page.scan.filename for page in Form(Book).value.pages] == ["a.pdf", "b.pdf"]
    for wrong in (file(b"%PDF-" + b"x" * 500_000, "a.pdf"), file(b"GIF89a", "a.pdf")):
        with sent(app, **{"pages.0.scan": wrong}):
            form = Form(Book)
            assert len(form["pages"].errors) == 1
            storage = request.files["pages.0.scan"]
            assert len(storage.read()) <= 50


def test_text_is_no_file(app: Flask) -> None:
    """A text field with an upload's name is not an upload; JSON cannot bring one."""
    with sent(app, cover="/etc/passwd"):
        assert list(Form(Album).cover.errors) == ["Choose a file."]
    with app.test_request_context("/", method="POST", json={"cover": "/etc/passwd"}):
        assert list(Form(Album).cover.errors) == ["Choose a file."]


def test_a_file_that_could_not_be_written_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    """When the content cannot be read to its end, no half file stays."""
    with sent(app, cover=file(PNG, "a.png")):
        upload = Form(Album).value.cover

        class Broken(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                raise OSError("gone")

        upload.storage.stream = Broken()
        with pytest.raises(OSError, match="gone"):
            upload.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../hax.txt", "hax.txt"),
        ("/tmp/hax.txt", "hax.txt"),
        ("..\\..\\hax.txt", "hax.txt"),
        ("C:\\Windows\\hax.txt", "hax.txt"),
        ("C:hax.txt", "C_hax.txt"),
        ("a.txt:stream", "a.txt_stream"),
        (".htaccess", "htaccess"),
        ("...", "upload"),
        ("", "upload"),
        (None, "upload"),
        ("/", "upload"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("lpt9.tar.gz", "_lpt9.tar.gz"),
        ("отчёт за май.pdf", "отчёт_за_май.pdf"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("a<b>|c?.txt", "a_b__c_.txt"),
        ("😀.png", "😀.png"),
        ("trailing. ", "trailing"),
        ("я" * 300 + ".txt", "я" * 98 + ".txt"),
    ],
)
def test_names_are_safe_everywhere(name: str | None, safe: str) -> None:
    """No folders, devices, hidden files, tricks; letters of every alphabet stay."""
    assert safe_name(name) == safe
    assert len(safe.encode()) <= 255


def test_a_type_that_is_none_is_an_error_at_start() -> None:
    """`File(types=["png"])` says what to write."""
    with pytest.raises(ConfigError, match=r"write '\.png' or 'image/png'"):
        File(types=["png"])
