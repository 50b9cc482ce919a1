"""The parts of a multipart body (RFC 2046; RFC 7578), within Flask's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from kolba.bodies.errors import BROKEN, BadBody, BodyError, LargeBody, sized
from kolba.bodies.streams import BLOCK

# SPEC: RFC 2046, 5.1.1 allows 70 letters, digits and some signs. Werkzeug's own test client writes
# up to 75, WebTest's one with a `$`, many a phone's app `*****`.
_boundary = re.compile(rb"[ -~]{0,99}[!-~]")


class Parts:
    """The parts of one multipart body as they come.

    Args:
        parser: has Flask's limits, and makes the files.
        file_limits: bytes that a file may have, by the name of its field.
        content_length: of the whole body, if it was declared.
    """

    def __init__(
        self,
        parser: FormDataParser,
        file_limits: Mapping[str, int],
        content_length: int | None,
    ) -> None:
        self.parser = parser
        self.file_limits = file_limits
        self.content_length = content_length
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._part: Field | File | None = None
        self._texts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._size = 0
        self._count = 0

    def read(self, stream: IO[bytes], boundary: bytes) -> None:
        if not _boundary.fullmatch(boundary):
            raise BadBody("the multipart body has no usable boundary (1 to 100 plain characters)")
        memory = self.parser.max_form_memory_size
        decoder = MultipartDecoder(boundary, memory)
        # A block must fit into the decoder's memory beside the rest of the one before.
        size = BLOCK if memory is None else max(1, min(BLOCK, memory // 2))
        try:
            while block := stream.read(size):
                decoder.receive_data(block)
                self._events(decoder)
            decoder.receive_data(None)
            self._events(decoder)
        except BodyError:
            raise
        except RequestEntityTooLarge:
            raise self._memory() from None
        except (ValueError, AttributeError) as error:
            # AttributeError: the decoder's on a part whose head does not end in a line break.
            raise BadBody(BROKEN) from error

    def _events(self, decoder: MultipartDecoder) -> None:
        event = decoder.next_event()
        while not isinstance(event, (Epilogue, NeedData)):
            if isinstance(event, (Field, File)):
                self._begin(event)
            elif isinstance(event, Data):
                self._data(event.data)
                if not event.more_data:
                    self._end()
            event = decoder.next_event()

    def _begin(self, part: Field | File) -> None:
        self._count += 1
        limit = self.parser.max_form_parts
        if limit is not None and self._count > limit:
            what = f"it has more than MAX_FORM_PARTS, {limit}, fields"
            raise LargeBody(what, setting="MAX_FORM_PARTS", limit=limit)
        self._part, self._size, self._texts = part, 0, []
        if isinstance(part, File):
            self._file = self.parser.stream_factory(
                total_content_length=self.content_length,
                filename=part.filename,
                content_type=part.headers.get("content-type"),
                content_length=0,
            )

    def _data(self, data: bytes) -> None:
        self._size += len(data)
        if isinstance(self._part, File):
            assert self._file is not None
            limit = self.file_limits.get(without_numbers(self._part.name or ""))
            # Past its own limit a file is only counted: it fills no disk.
            if limit is None or self._size <= limit:
                self._file.write(data)
            return
        self._texts.append(data)
        memory = self.parser.max_form_memory_size
        if memory is not None and self._size > memory:
            raise self._memory()

    def _end(self) -> None:
        part, self._part = self._part, None
        if isinstance(part, Field):
            self.fields.append((part.name or "", _decoded(b"".join(self._texts), part)))
        elif isinstance(part, File) and self._file is not None:
            self._file.seek(0)
            name = base_name(part.filename)
            storage = FileStorage(self._file, name, part.name, headers=part.headers)
            storage.kolba_size = self._size  # type: ignore[attr-defined]
            self.files.append((part.name or "", storage))
            self._file = None

    def _memory(self) -> BodyError:
        limit = self.parser.max_form_memory_size or 0
        name = self._part.name if isinstance(self._part, Field) else ""
        where = f"the field {name!r}" if name else "a part's head"
        what = f"{where} is larger than MAX_FORM_MEMORY_SIZE, {sized(limit)}"
        return LargeBody(what, setting="MAX_FORM_MEMORY_SIZE", limit=limit)

    def arrived(self) -> list[tuple[str, str]]:
        """The text fields that came, the last one as far as it did."""
        cut = []
        if isinstance(self._part, Field):
            cut = [(self._part.name or "", _decoded(b"".join(self._texts), self._part))]
        return [*self.fields, *cut]

    def close(self) -> None:
        """Let go of the files."""
        if self._file is not None:
            self._file.close()
        for _, storage in self.files:
            storage.close()


def without_numbers(path: str) -> str:
    """The name of a field without the numbers of rows: `lines.3.photo` is `lines.photo`."""
    return ".".join(part for part in path.split(".", 16) if not part.isdigit())


def base_name(name: str) -> str:
    """A file name as it was sent, without folders and control characters.

    SECURITY: `file.save(folder / file.filename)` then stays in the folder (CVE-2021-31542's class).
    """
    base = re.split(r"[/\\]", name)[-1].replace(":", "_")
    base = "".join(c for c in base if c.isprintable())
    return "" if base in {".", ".."} else base


def _decoded(data: bytes, part: Field) -> str:
    content_type = part.headers.get("content-type", "").lower()
    for charset in ("us-ascii", "ascii", "iso-8859-1"):
        if f"charset={charset}" in content_type.replace('"', ""):
            return data.decode(charset, "replace")
    return data.decode("utf-8", "replace")
