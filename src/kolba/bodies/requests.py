"""Request classes whose bodies are read so.

`guarded(request_class)` is a request class like the given one, except that

* a declared length that did not arrive is a 400, and a body over `MAX_CONTENT_LENGTH` a 413
  whether or not its length was declared (RFC 9110, 8.6; RFC 9112, 8);
* a body in chunks that the server keeps to itself, so that it reads as empty, is a 411;
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
from collections.abc import Callable, Mapping
from functools import cache
from typing import IO, Any

from flask import Flask
from flask.globals import _cv_app
from flask.wrappers import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_content_length, get_input_stream

from kolba.bodies.errors import (
    BadBody,
    BodyError,
    UnseenBody,
    cut,
    over_length,
    refuse_by,
    report,
    stop,
)
from kolba.bodies.json_text import json_fault
from kolba.bodies.parsers import URLENCODED, FormParser, ReportingParser, as_class, stored
from kolba.bodies.settings import guard_mode, settings_of
from kolba.bodies.streams import BLOCK, BodyStream, WatchedStream
from kolba.http.environs import MARK, environ_of
from kolba.http.urlencoded import fields, multidict
from kolba.safety import Mode

FILE_LIMITS = "_kolba_file_limits"
_FAILED = "_kolba_failed"
_DIGITS = len(str(BLOCK))

# What a class of its own may change: then its code reads.
_READING = (
    *("args", "stream", "_load_form_data", "_get_stream_for_parsing", "make_form_data_parser"),
    *("max_content_length", "want_form_data_parsed"),
)

_OF_QUERIES = ("args", "query_string", "parameter_storage_class")


class GuardedBody:
    """What `guarded` puts before a request class."""

    form_data_parser_class = FormParser
    _salvaging = False
    _kolba_reads_plainly = False  # said of a class in `guarded`, for the engine too

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
            if _is_unseen(self.environ):
                stop(UnseenBody())
            return io.BytesIO()
        return BodyStream(self.environ["wsgi.input"], length, limit)

    def make_form_data_parser(self: Any) -> FormDataParser:
        """The parser, told the mode and how large each file may be."""
        parser = super().make_form_data_parser()  # type: ignore[misc]
        if type(parser) is FormParser:
            how, limits = guard_mode(), self.__dict__.get(FILE_LIMITS, {})
            if how is Mode.OFF:
                return as_class(FormDataParser, parser)
            if how is Mode.REPORT and not limits:
                return as_class(ReportingParser, parser)
            parser.file_limits = limits
        return parser  # type: ignore[no-any-return]

    def _load_form_data(self: Any) -> None:
        failed: BodyError | None = self.__dict__.get(_FAILED)
        if failed is not None:
            raise failed
        try:
            if not self._load_plain_form():
                self._load_form_as_flask()
        except BodyError as error:
            self.__dict__[_FAILED] = error
            raise

    def _load_form_as_flask(self: Any) -> None:
        self._salvaging = True
        try:
            super()._load_form_data()  # type: ignore[misc]
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
        values["stream"], values["form"] = io.BytesIO(), stored(body, cls)
        values["files"] = multidict({}) if cls is ImmutableMultiDict else cls()
        return True

    @cached_property
    def args(self: Any) -> Any:
        """The fields of the query string."""
        values, context = self.__dict__, _cv_app.get(None)
        text: str | None = None
        if MARK in values and "query_string" not in values:
            text = values[MARK].get("QUERY_STRING", "")
        if text is None or not text.isascii():  # PERF: nearly all are, and need not be bytes
            text = self.query_string.decode()
        limit = None if context is None else settings_of(context.app).most_fields
        if limit is not None and text.count("&") >= limit:
            what = f"the query string has more than KOLBA_MAX_QUERY_FIELDS, {limit}, fields"
            error = BadBody(what, setting="KOLBA_MAX_QUERY_FIELDS", limit=limit)
            refuse_by(guard_mode(), error)
        if self._kolba_reads_plainly and self.parameter_storage_class is ImmutableMultiDict:
            return multidict(fields(text))
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
            refuse_by(how, fault)
        return super().get_json(force=force, silent=silent, cache=cache)  # type: ignore[misc]

    def on_json_loading_failed(self: Any, e: ValueError | None) -> Any:
        """Say where the JSON is wrong, not what the parser thinks of it."""
        if e is None:
            return super().on_json_loading_failed(e)  # type: ignore[misc]
        line, column = getattr(e, "lineno", 0), getattr(e, "colno", 0)
        where = f" (line {line}, column {column})" if line else ""
        raise BadBody(f"it is not valid JSON{where}") from e


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
        stop(cut(length, 0))
    if len(body) == length:
        return body
    request.__dict__["stream"] = BodyStream(raw, length, limit, begun=body)
    return None


def _is_unseen(environ: Mapping[str, Any]) -> bool:
    """Whether there is a body in chunks that reads as an empty one."""
    return (
        "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        and "wsgi.input_terminated" not in environ
    )


def _reporting_stream(environ: dict[str, Any], length: int | None, limit: int | None) -> IO[bytes]:
    """Flask's own stream; where that does not look at the length, it is looked at."""
    if _is_unseen(environ):
        report(UnseenBody())
    if length is not None and "wsgi.input_terminated" in environ:
        environ = {**environ, "wsgi.input": WatchedStream(environ["wsgi.input"], length)}
    return get_input_stream(environ, max_content_length=limit)


def _plain_queries(app: Flask) -> Callable[[str], bool] | None:
    """Which query strings `args` would have the fields of, for the engine."""
    if not vars(app.request_class).keys().isdisjoint(_OF_QUERIES):
        return None

    def is_plain(text: str) -> bool:
        most = settings_of(app).most_fields
        return text.isascii() and (most is None or text.count("&") < most)

    return is_plain


@cache
def guarded(request_class: type[Request]) -> type[Request]:
    """A request class whose bodies are guarded."""
    if issubclass(request_class, GuardedBody):
        return request_class
    name = request_class.__name__
    made: Callable[..., type[Request]] = type
    plainly = all(getattr(request_class, n) is getattr(Request, n) for n in _READING)
    own = {"__module__": request_class.__module__, "_kolba_reads_plainly": plainly}
    if request_class is Request:
        own["_kolba_plain_queries"] = _plain_queries
    return made(name, (GuardedBody, request_class), own)
