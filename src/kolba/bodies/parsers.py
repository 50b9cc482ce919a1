"""Parsers of forms: Werkzeug's, except that they say what is wrong and keep what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser

from kolba.bodies.errors import BROKEN, BadBody, BodyError, report, stop
from kolba.bodies.multipart import Parts
from kolba.bodies.streams import BLOCK
from kolba.http.urlencoded import ERRORS, fields, multidict
from kolba.safety import Refused

URLENCODED = "application/x-www-form-urlencoded"


class FormParser(FormDataParser):
    """Werkzeug's form parser, except that it says what is wrong and keeps what arrived."""

    file_limits: Mapping[str, int] = MappingProxyType({})

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """The stream, the text fields and the files."""
        if mimetype == "multipart/form-data":
            return self._multipart(stream, content_length, options or {})
        if mimetype == URLENCODED:
            return stream, self.urlencoded(stream), self.cls()
        return stream, self.cls(), self.cls()

    def urlencoded(self, stream: IO[bytes]) -> Any:
        """The fields of a urlencoded body."""
        blocks: list[bytes] = []
        try:
            while block := stream.read(BLOCK):
                blocks.append(block)
        except BodyError as error:
            error.arrived = _pairs(b"".join(blocks))
            raise
        return stored(b"".join(blocks), self.cls)

    def _multipart(
        self, stream: IO[bytes], content_length: int | None, options: dict[str, str]
    ) -> Any:
        parts = Parts(self, self.file_limits, content_length)
        try:
            parts.read(stream, options.get("boundary", "").encode("latin1", "replace"))
        except BodyError as error:
            parts.close()
            error.arrived = parts.arrived()
            if error.setting or isinstance(error.__cause__, Refused):
                raise
            stop(error)
        return stream, self.cls(parts.fields), self.cls(parts.files)


class ReportingParser(FormDataParser):
    """Werkzeug's form parser, which says where it takes nothing from a broken body."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """The stream, the text fields and the files: Werkzeug's."""
        self.silent = mimetype != "multipart/form-data"
        try:
            return super().parse(stream, mimetype, content_length, options)
        except ValueError:
            report(BadBody(BROKEN))
        return stream, self.cls(), self.cls()


def as_class(cls: type[FormDataParser], parser: FormParser) -> FormDataParser:
    """A parser of another class with the same settings."""
    return cls(
        stream_factory=parser.stream_factory,
        max_form_memory_size=parser.max_form_memory_size,
        max_content_length=parser.max_content_length,
        max_form_parts=parser.max_form_parts,
        cls=parser.cls,
    )


def stored(body: bytes, cls: Any) -> Any:
    """The fields of a urlencoded body, in an app's class for them."""
    if cls is ImmutableMultiDict:
        return multidict(fields(body.decode("utf-8", "replace")))
    return cls(_pairs(body))


def _pairs(body: bytes) -> list[tuple[str, str]]:
    # Bytes that are no UTF-8 stay visible, as "%FF" or as a replacement: never dropped.
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors=ERRORS)
