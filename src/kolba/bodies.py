"""Bodies of requests, read so that what was cut or is too much never looks whole.

`guarded(request_class)` is a request class like the given one, except that

* a declared length that did not arrive is a 400, and a body over `MAX_CONTENT_LENGTH` a 413
  whether or not its length was declared (RFC 9110, 8.6; RFC 9112, 8);
* an uploaded file's name has no folders and no control characters;
* a multipart body must have a usable boundary and end with it (RFC 2046, 5.1.1);
* JSON is RFC 8259's: no NaN, no infinity, not deeper than `KOLBA_MAX_JSON_DEPTH`;
* a query string has at most `KOLBA_MAX_QUERY_FIELDS` fields.

Errors say which limit was met, by the name of its setting, and hold what arrived before it.
The guard is called `body`: with `KOLBA_BODY = "report"` it only reports, and Flask's own
code answers. A request that nobody reads the body of runs none of this.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import IO, Any, NoReturn
from urllib.parse import parse_qsl

from flask import Flask, current_app
from flask.globals import _cv_app
from flask.wrappers import Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_content_length, get_input_stream

from kolba.environs import environ_of
from kolba.safety import Mode, Refused, mode, refuse
from kolba.urlencoded import ERRORS, fields, multidict

GUARD = "body"
_EXTENSION = "kolba.bodies"
FILE_LIMITS = "_kolba_file_limits"
_FAILED = "_kolba_failed"
URLENCODED = "application/x-www-form-urlencoded"
BROKEN = "the multipart body was cut, or is not well formed"
MAX_JSON_DEPTH = 100
MAX_QUERY_FIELDS = 1000
BLOCK = 64 * 1024
_DIGITS = len(str(BLOCK))
# So much of a body that is too large is read on, and dropped: a browser that is still
# sending when the connection closes shows "connection reset" and no page.
DRAIN = 32 * 1024 * 1024

# What a class of its own may change: then its code reads.
_READING = (
    *("args", "stream", "_load_form_data", "_get_stream_for_parsing", "make_form_data_parser"),
    *("max_content_length", "want_form_data_parsed"),
)
_UNITS = {"en": ("B", "GB", "MB", "kB"), "ru": ("Б", "ГБ", "МБ", "КБ")}

# SPEC: RFC 2046, 5.1.1 allows 70 characters; Werkzeug's own test client writes up to 75.
_boundary = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,99}[0-9A-Za-z'()+_,\-./:=?]")
_json_parts = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]|NaN|-?Infinity', re.DOTALL)


class BodyError(HTTPException):
    """A body, or a query string, that cannot be taken whole.

    Attributes:
        what: the fault, in words.
        setting: the setting whose limit was met; '' if it was no limit.
        limit: the limit.
        arrived: the text fields that came before the fault.
    """

    def __init__(self, what: str, *, setting: str = "", limit: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.setting = setting
        self.limit = limit
        self.arrived: list[tuple[str, str]] = []

    def limit_in_words(self, language: str) -> str:
        """The limit as a person reads it; `language` is "en" or "ru"."""
        is_size = self.setting.endswith(("LENGTH", "SIZE"))
        return sized(self.limit, language) if is_size else str(self.limit)


class BadBody(BodyError, BadRequest):
    """A body that was cut, is malformed, or is nested too deep: 400."""


class LargeBody(BodyError, RequestEntityTooLarge):
    """A body over a limit: 413."""


def sized(size: int, language: str = "en") -> str:
    """Bytes as a person reads them; `language` is "en" or "ru"."""
    bytes_, *larger = _UNITS[language]
    for unit, factor in zip(larger, (10**9, 10**6, 10**3), strict=True):
        if size >= factor:
            number = f"{size / factor:.1f}".removesuffix(".0")
            return f"{number.replace('.', ',') if language == 'ru' else number} {unit}"
    return f"{size} {bytes_}"


def _stop(error: BodyError) -> NoReturn:
    """Note the error and raise it."""
    _refuse(Mode.ENFORCE, error)
    raise error


def _refuse(how: Mode, error: BodyError) -> None:
    """Raise the error in `enforce`; in `report` note it and return."""
    if how is Mode.OFF:
        return
    mend = f"Raise {error.setting} to take more" if error.setting else "Send it again"
    try:
        refuse(GUARD, how, "a request's body", error.what, mend, code=error.code or 400)
    except Refused as refused:
        raise error from refused


class BodyStream(io.RawIOBase):
    """The input of a request, up to its declared length and the limit.

    Invariant: it ends only when the body was whole and within the limit.

    Args:
        begun: what has been read of it already, and is given out first.
    """

    def __init__(
        self, raw: IO[bytes], length: int | None, limit: int | None, *, begun: bytes = b""
    ) -> None:
        self._raw = raw
        self._length = length
        self._limit = limit
        self._begun = begun
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, or all that is left."""
        if size is not None and size >= 0:
            return self._next(size)
        blocks = []
        while block := self._next(BLOCK):
            blocks.append(block)
        return b"".join(blocks)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, target: Any) -> int:
        data = self._next(len(target))
        target[: len(data)] = data
        return len(data)

    def _next(self, wanted: int) -> bytes:
        if self._length is not None:
            wanted = min(wanted, self._length - self._read)
        if self._limit is not None:
            # One byte more than allowed tells a body at the limit from one over it.
            wanted = min(wanted, max(1, self._limit + 1 - self._read))
        if wanted <= 0 or self._ended:
            return b""
        data = b"" if self._is_over() else self._take(wanted)
        self._read += len(data)
        if self._is_over():
            # What is within the limit is given first, so that it can be shown again.
            return data[:-1] or self._over()
        return data

    def _is_over(self) -> bool:
        return self._limit is not None and self._read > self._limit

    def _take(self, wanted: int) -> bytes:
        if self._begun:
            data, self._begun = self._begun[:wanted], self._begun[wanted:]
            return data
        try:
            data = self._raw.read(wanted)
        except (OSError, ValueError):
            data = b""
            self._ended = True
        if data or (self._length is None and not self._ended):
            return data
        self._ended = True
        _stop(cut(self._length, self._read))

    def _over(self) -> NoReturn:
        self._ended = True
        self._drain()
        _stop(over_length(self._limit or 0))

    def _drain(self) -> None:
        left = DRAIN if self._length is None else min(DRAIN, self._length - self._read)
        try:
            while left > 0 and (data := self._raw.read(min(BLOCK, left))):
                left -= len(data)
        except (OSError, ValueError):
            return


def over_length(limit: int) -> BodyError:
    """The error of a body over `MAX_CONTENT_LENGTH`."""
    what = f"it is larger than MAX_CONTENT_LENGTH, {sized(limit)}"
    return LargeBody(what, setting="MAX_CONTENT_LENGTH", limit=limit)


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
        return _stored(b"".join(blocks), self.cls)

    def _multipart(
        self, stream: IO[bytes], content_length: int | None, options: dict[str, str]
    ) -> Any:
        parts = _Parts(self, content_length)
        try:
            parts.read(stream, options.get("boundary", "").encode("latin1", "replace"))
        except BodyError as error:
            parts.close()
            error.arrived = parts.arrived()
            if error.setting or isinstance(error.__cause__, Refused):
                raise
            _stop(error)
        return stream, self.cls(parts.fields), self.cls(parts.files)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    # Bytes that are no UTF-8 stay visible, as "%FF" or as a replacement: never dropped.
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors=ERRORS)


def _stored(body: bytes, cls: Any) -> Any:
    """The fields of a urlencoded body, in an app's class for them."""
    if cls is ImmutableMultiDict:
        return multidict(fields(body.decode("utf-8", "replace")))
    return cls(_pairs(body))


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
            _refuse(Mode.REPORT, BadBody(BROKEN))
        return stream, self.cls(), self.cls()


class WatchedStream:
    """The server's own stream, read by Flask, which says when less came than was announced."""

    def __init__(self, raw: IO[bytes], length: int) -> None:
        self._raw = raw
        self._length = length
        self._read = 0

    def __getattr__(self, name: str) -> Any:
        self._read = self._length  # read past this object: it knows no more
        return getattr(self._raw, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.__getattr__("readline"), b"")

    def read(self, size: int | None = -1) -> bytes:
        """What the server gives."""
        data = self._raw.read() if size is None else self._raw.read(size)
        self._read += len(data)
        if self._read < self._length and (not data or size is None or size < 0):
            _refuse(Mode.REPORT, cut(self._length, self._read))
            self._read = self._length
        return data


def cut(length: int | None, arrived: int) -> BodyError:
    """The error of a body of which less arrived than its head had said."""
    announced = "more" if length is None else f"{length} bytes (Content-Length)"
    return BadBody(f"{announced} were announced, {arrived} arrived")


class _Parts:
    """The parts of one multipart body as they come."""

    def __init__(self, parser: FormParser, content_length: int | None) -> None:
        self.parser = parser
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
            limit = self.parser.file_limits.get(without_numbers(self._part.name or ""))
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


class GuardedBody:
    """What `guarded` puts before a request class."""

    form_data_parser_class = FormParser
    _salvaging = False
    _kolba_reads_plainly = False

    @cached_property
    def stream(self: Any) -> Any:
        """The input, checked: see `BodyStream`."""
        how = guard_mode()
        if how is Mode.OFF or self.shallow:
            return super().stream  # type: ignore[misc]
        limit, length = self.max_content_length, get_content_length(self.environ)
        if how is Mode.REPORT:
            return _reporting_stream(self.environ, length, limit)
        if limit is not None and length is not None and length > limit and not self._salvaging:
            raise over_length(limit)
        if length is None and "wsgi.input_terminated" not in self.environ:
            return io.BytesIO()
        return BodyStream(self.environ["wsgi.input"], length, limit)

    def make_form_data_parser(self: Any) -> FormDataParser:
        """The parser, told the mode and how large each file may be."""
        parser = super().make_form_data_parser()  # type: ignore[misc]
        if type(parser) is FormParser:
            how, limits = guard_mode(), self.__dict__.get(FILE_LIMITS, {})
            if how is Mode.OFF:
                return _as(FormDataParser, parser)
            if how is Mode.REPORT and not limits:
                return _as(ReportingParser, parser)
            parser.file_limits = limits
        return parser  # type: ignore[no-any-return]

    def _load_form_data(self: Any) -> None:
        failed: BodyError | None = self.__dict__.get(_FAILED)
        if failed is not None:
            raise failed
        self._salvaging = True
        try:
            if not self._load_plain_form():
                super()._load_form_data()  # type: ignore[misc]
        except BodyError as error:
            self.__dict__[_FAILED] = error
            raise
        finally:
            self._salvaging = False

    def _load_plain_form(self: Any) -> bool:
        """Read a small urlencoded form that came whole. PERF: nearly every form is one."""
        values, environ, context = self.__dict__, environ_of(self), _cv_app.get(None)
        if (
            environ.get("CONTENT_TYPE") != URLENCODED
            or "form" in values
            or "stream" in values
            or "_cached_data" in values
            or self.shallow
            or not self._kolba_reads_plainly
            or self.form_data_parser_class is not FormParser
            or context is None
            or not settings_of(context.app).enforces
            or context.app.config["DEBUG"]
        ):
            return False
        body = _whole_body(self, context.app, environ)
        if body is None:
            return False
        cls = self.parameter_storage_class
        values["stream"], values["form"] = io.BytesIO(), _stored(body, cls)
        values["files"] = multidict({}) if cls is ImmutableMultiDict else cls()
        return True

    @cached_property
    def args(self: Any) -> Any:
        """The fields of the query string."""
        query: bytes = self.query_string
        context = _cv_app.get(None)
        limit = None if context is None else settings_of(context.app).most_fields
        if limit is not None and query.count(b"&") >= limit:
            what = f"the query string has more than KOLBA_MAX_QUERY_FIELDS, {limit}, fields"
            error = BadBody(what, setting="KOLBA_MAX_QUERY_FIELDS", limit=limit)
            _refuse(guard_mode(), error)
        if self._kolba_reads_plainly and self.parameter_storage_class is ImmutableMultiDict:
            return multidict(fields(query.decode()))
        return super().args  # type: ignore[misc]

    def get_json(self: Any, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The JSON value of the body.

        Raises:
            BadBody: it is deeper than the limit, or holds what JSON has no word for.
        """
        known = cache and self._cached_json[silent] is not Ellipsis
        how = Mode.OFF if known or not (force or self.is_json) else guard_mode()
        if how is not Mode.OFF and (fault := json_fault(self.get_data())) is not None:
            if silent and how is Mode.ENFORCE:
                return None
            _refuse(how, fault)
        return super().get_json(force=force, silent=silent, cache=cache)  # type: ignore[misc]

    def on_json_loading_failed(self: Any, e: ValueError | None) -> Any:
        """Say where the JSON is wrong, not what the parser thinks of it."""
        if e is None:
            return super().on_json_loading_failed(e)  # type: ignore[misc]
        line, column = getattr(e, "lineno", 0), getattr(e, "colno", 0)
        where = f" (line {line}, column {column})" if line else ""
        raise BadBody(f"it is not valid JSON{where}") from e


def _as(cls: type[FormDataParser], parser: FormParser) -> FormDataParser:
    """A parser of another class with the same settings."""
    return cls(
        stream_factory=parser.stream_factory,
        max_form_memory_size=parser.max_form_memory_size,
        max_content_length=parser.max_content_length,
        max_form_parts=parser.max_form_parts,
        cls=parser.cls,
    )


def _reporting_stream(environ: dict[str, Any], length: int | None, limit: int | None) -> IO[bytes]:
    """Flask's own stream; where that does not look at the length, it is looked at."""
    if length is not None and "wsgi.input_terminated" in environ:
        environ = {**environ, "wsgi.input": WatchedStream(environ["wsgi.input"], length)}
    return get_input_stream(environ, max_content_length=limit)


def json_fault(data: bytes) -> BodyError | None:
    """What JSON text has that RFC 8259 has not, or that is deeper than the limit."""
    limit = current_app.config.get("KOLBA_MAX_JSON_DEPTH", MAX_JSON_DEPTH)
    shallow = data.count(b"[") + data.count(b"{") <= limit
    if shallow and b"NaN" not in data and b"Infinity" not in data:
        return None
    depth = 0
    for part in _json_tokens(data):
        if part in b"[{":
            depth += 1
            if depth > limit:
                what = f"the JSON is nested deeper than KOLBA_MAX_JSON_DEPTH, {limit}"
                return BadBody(what, setting="KOLBA_MAX_JSON_DEPTH", limit=limit)
        elif part in b"]}":
            depth -= 1
        elif part[:1] != b'"':
            return BadBody(f"the JSON holds {part.decode()}, which is no JSON (RFC 8259)")
    return None


def _json_tokens(data: bytes) -> Iterator[bytes]:
    return (found[0] for found in _json_parts.finditer(data))


@dataclass(frozen=True, slots=True)
class Settings:
    """What the guard was told, compiled once.

    Attributes:
        mode: what it does.
        enforces: whether that is `enforce`.
        most_fields: `KOLBA_MAX_QUERY_FIELDS`; None for no limit.
    """

    mode: Mode
    enforces: bool
    most_fields: int | None


def settings_of(app: Flask) -> Settings:
    """The guard's settings, read at their first use.

    Raises:
        ConfigError: `KOLBA_BODY` is no mode.
    """
    known: Settings | None = app.extensions.get(_EXTENSION)
    if known is None:
        how = mode(app, GUARD)
        most = app.config.get("KOLBA_MAX_QUERY_FIELDS", MAX_QUERY_FIELDS)
        known = app.extensions[_EXTENSION] = Settings(how, how is Mode.ENFORCE, most)
    return known


def guard_mode() -> Mode:
    """The mode of this guard in the present app."""
    return settings_of(current_app).mode


def _whole_body(request: Any, app: Flask, environ: Mapping[str, Any]) -> bytes | None:
    """A body of a plain length within all limits; None leaves it to `BodyStream`."""
    announced = environ.get("CONTENT_LENGTH", "")
    if not (announced.isdigit() and announced.isascii() and len(announced) <= _DIGITS):
        return None
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    length, limit = int(announced), request._max_content_length
    if limit is None:
        limit = app.config["MAX_CONTENT_LENGTH"]
    if length > BLOCK or (limit is not None and length > limit):
        return None
    raw = environ["wsgi.input"]
    try:
        body: bytes = raw.read(length)
    except (OSError, ValueError):
        _stop(cut(length, 0))
    if len(body) == length:
        return body
    request.__dict__["stream"] = BodyStream(raw, length, limit, begun=body)
    return None


@cache
def guarded(request_class: type[Request]) -> type[Request]:
    """A request class whose bodies are guarded."""
    if issubclass(request_class, GuardedBody):
        return request_class
    name = request_class.__name__
    made: Callable[..., type[Request]] = type
    plainly = all(getattr(request_class, n) is getattr(Request, n) for n in _READING)
    own = {"__module__": request_class.__module__, "_kolba_reads_plainly": plainly}
    return made(name, (GuardedBody, request_class), own)
