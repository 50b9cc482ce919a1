"""Uploaded files: what they are called, what is in them, where they may go."""

from __future__ import annotations

import mimetypes
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from werkzeug.datastructures import FileStorage

from kolba.forms.names import safe_name
from kolba.forms.spec import HINTS

# How files of a kind begin. A kind that is not here is known by its name alone.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "image/bmp": (b"BM",),
    "image/tiff": (b"II*\0", b"MM\0*"),
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\3\4", b"PK\5\6"),
    "application/gzip": (b"\x1f\x8b",),
}
_IN_ZIP = {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar"}


class Upload:
    """One file that a person sent. It is on disk from 500 kB on, else in memory.

    Attributes:
        client_name: the name as it was sent; never use it as a path.
        content_type: what the client says it is.
        size: bytes.
    """

    def __init__(self, storage: FileStorage) -> None:
        self.storage = storage
        self.client_name = storage.filename or ""
        self.content_type = storage.mimetype or "application/octet-stream"
        self.size = getattr(storage, "kolba_size", None) or _size(storage.stream)

    @property
    def filename(self) -> str:
        """The name, made safe to write."""
        return safe_name(self.client_name)

    @property
    def stream(self) -> IO[bytes]:
        """The content, from wherever it was read to."""
        return self.storage.stream

    def read(self) -> bytes:
        """All of the content."""
        self.stream.seek(0)
        return self.stream.read()

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the file into a folder under a name nobody can guess, and say where.

        The name keeps the ending. Nothing is ever overwritten; a file that could not be
        written whole is taken away again.
        """
        target = Path(folder) / f"{secrets.token_urlsafe(16)}{Path(self.filename).suffix.lower()}"
        # SECURITY: "x" refuses a name that is taken, links included.
        with open(target, "xb") as file:
            try:
                self.stream.seek(0)
                while block := self.stream.read(1 << 16):
                    file.write(block)
                file.flush()
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        return target

    def __repr__(self) -> str:
        return f"<Upload {self.filename!r} {self.size} bytes>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_accept)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "binary", HINTS: {"file": True}}


def _accept(value: Any) -> Upload:
    from pydantic_core import PydanticCustomError

    if isinstance(value, Upload):
        return value
    raise PydanticCustomError("file_expected", "a file is expected")


def _size(stream: IO[bytes]) -> int:
    place = stream.tell()
    end = stream.seek(0, os.SEEK_END)
    stream.seek(place)
    return end


def fits(upload: Upload, types: Sequence[str]) -> bool:
    """Whether a file's name is of one of the types (media types, `image/*`, endings)."""
    name = upload.filename.lower()
    kind = mimetypes.guess_type(name)[0] or ""
    return any(
        name.endswith(type_.lower())
        if type_.startswith(".")
        else kind == type_ or (type_.endswith("/*") and kind.startswith(type_[:-1]))
        for type_ in types
    )


def is_what_it_says(upload: Upload) -> bool:
    """Whether the content begins as files with its ending do."""
    suffix = Path(upload.filename.lower()).suffix
    kind = "application/zip" if suffix in _IN_ZIP else mimetypes.guess_type(upload.filename)[0]
    signatures = SIGNATURES.get(kind or "")
    if signatures is None:
        return True
    upload.stream.seek(0)
    start = upload.stream.read(16)
    upload.stream.seek(0)
    return start.startswith(signatures)
