"""Query strings, cookies and urlencoded forms, read as Werkzeug reads them.

Invariant: every function returns, raises and leaves behind what Werkzeug's own code would, for
any bytes a client can send. What is not provably the same is handed to Werkzeug: a storage class
other than `ImmutableMultiDict`, a cookie header with escapes, a body of unusual framing.

    parse_args(query_string: bytes, cls) -> cls                 Request.args
    parse_cookies(header: str, cls) -> cls                      Request.cookies
    parse_urlencoded(body: bytes, cls) -> cls                   Request.form, of a body already read
    load_data(values, environ, max_content_length) -> bytes | None
                                                                Request.get_data
    load_form(values, environ, cls, *, max_content_length, max_form_memory_size)
        -> (form, files) | None                                 Request._load_form_data
    has_stock_forms(request_class) -> bool                      may load_form stand in for it?

`load_form` stands in for `Request._load_form_data` only when all of this holds, and the caller
sees to it: `has_stock_forms(type(request))`; nothing `OF_ONE` is in `request.__dict__`; the
request is not shallow. The caller stores the two values under these names in `request.__dict__`,
and then, if the app is in debug mode and `files` is empty, calls
`flask.debughelpers.attach_enctype_errormultidict(request)` as Flask does. None means that
nothing was read or decided and that Werkzeug's own method must run. `max_form_parts` never
applies to urlencoded bodies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from io import BufferedReader, BytesIO
from typing import IO, Any, TypeAlias
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Request as BaseRequest
from werkzeug.wsgi import LimitedStream

from kolba.engine.classes import Look, is_settled, look_at, settle
from kolba.http.urlencoded import ERRORS, Lists, fields, multidict
from kolba.readings import is_written, reader

# Any: storage classes and environs are whatever the app and the server brought.
Storage: TypeAlias = Any
Form: TypeAlias = tuple[Storage, Storage]

CHUNK = 64 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"

_new_dict = dict.__new__
_charset = re.compile(r"[ \t]*charset=[A-Za-z0-9_.:\-]+[ \t]*", re.IGNORECASE | re.ASCII)
# Streams whose read(n) is the same as readinto() of n bytes, one C call either way.
_direct_streams = frozenset({BytesIO, BufferedReader})

# Everything of a request class and of the parser that load_form takes the place of.
OF_FORMS = (
    "_load_form_data",
    "_get_stream_for_parsing",
    "_parse_content_type",
    "content_length",
    "get_data",
    "content_type",
    "files",
    "form",
    "form_data_parser_class",
    "make_form_data_parser",
    "max_content_length",
    "max_form_memory_size",
    "max_form_parts",
    "mimetype",
    "mimetype_params",
    "stream",
    "want_form_data_parsed",
)
# What one request has, once its body was read; or of its own, where somebody wants it read so.
OF_ONE = frozenset(
    (
        *("form", "stream", "_cached_data", "get_data"),
        *("form_data_parser_class", "make_form_data_parser", "_get_stream_for_parsing"),
    )
)
_of_request = reader(*OF_FORMS)
_of_parser = reader("__init__", "parse", "_parse_urlencoded")
# Flask's own calls the one of its base.
_of_base = reader("_load_form_data", "get_data")


def _form_code(request_class: type[Any]) -> tuple[Any, ...] | None:
    try:
        return _of_request(request_class), _of_parser(FormDataParser), _of_base(BaseRequest)
    except AttributeError:
        return None


_genuine_form_code = _form_code(Request)


def parser_is_written() -> bool:
    """Whether nobody has replaced anything of the parser of forms."""
    return all(map(is_written, _of_parser(FormDataParser)[0]))


def parse_args(query_string: bytes, cls: type[Storage]) -> Storage:
    """Return the query string's fields as `cls`; equal to `Request.args`.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    if cls is ImmutableMultiDict:
        return multidict(fields(query_string.decode()))
    return cls(_pairs(query_string))


def parse_urlencoded(body: bytes, cls: type[Storage]) -> Storage:
    """Return a form body's fields as `cls`; no fields at all when it is not UTF-8."""
    try:
        return parse_args(body, cls)
    except ValueError:  # Werkzeug's form parser is silent: so are the errors of `cls`
        return _empty(cls)


def parse_cookies(header: str, cls: type[Storage]) -> Storage:
    """Return a Cookie header's pairs as `cls`; equal to `werkzeug.sansio.http.parse_cookie`."""
    if cls is ImmutableMultiDict and (lists := _plain_cookies(header)) is not None:
        return multidict(lists)
    return parse_cookie(header, cls)


def load_form(
    values: dict[str, Any],
    environ: Mapping[str, Any],
    cls: type[Storage],
    *,
    max_content_length: int | None,
    max_form_memory_size: int | None,
) -> Form | None:
    """Read and parse a plain urlencoded body, or return None and leave it to Werkzeug.

    Args:
        values: the request's `__dict__`; gets what Werkzeug keeps there, too, before it reads.

    Returns:
        What to store as the request's `form` and `files`.

    Raises:
        ClientDisconnected: the body ended early or could not be read.
    """
    content_type = environ.get("CONTENT_TYPE")
    if not _is_plain_form(content_type) or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    length = _plain_length(environ.get("CONTENT_LENGTH"))
    if length is None or values.get("content_length", length) != length:
        return None
    known = values.get("_parsed_content_type")
    if known is not None and known[0].lower() != FORM_TYPE:
        return None
    if max_content_length is not None and length > max_content_length:
        return None
    if max_form_memory_size is not None and length > max_form_memory_size:
        return None
    stream: Any = environ["wsgi.input"]
    is_limited = "wsgi.input_terminated" not in environ
    limited: Any = stream
    if is_limited:
        limited = LimitedStream(stream, length)
    elif max_content_length is not None:
        limited = LimitedStream(stream, max_content_length, is_max=True)
    values["stream"], values["content_length"] = limited, length
    if known is None:
        plain = content_type == FORM_TYPE
        known = (FORM_TYPE, {}) if plain else parse_options_header(content_type)
        values["_parsed_content_type"] = known
    if is_limited:
        body = _read_limited(limited, stream, length)
        return parse_urlencoded(body, cls), _empty(cls)
    return _parse_unlimited(limited, cls), _empty(cls)


def load_data(
    values: dict[str, Any], environ: Mapping[str, Any], max_content_length: int | None
) -> bytes | None:
    """Read a plain body, or return None and leave it to Werkzeug.

    Args:
        values: gets the request's `stream`, as soon as Werkzeug would have made it.

    Raises:
        ClientDisconnected: the body ended early or could not be read.
    """
    length = _plain_length(environ.get("CONTENT_LENGTH"))
    if (
        length is None
        or "HTTP_TRANSFER_ENCODING" in environ
        or "wsgi.input_terminated" in environ
        or (max_content_length is not None and length > max_content_length)
    ):
        return None
    stream = environ["wsgi.input"]
    limited = values["stream"] = LimitedStream(stream, length)
    return _read_limited(limited, stream, length)


def has_stock_forms(request_class: type[Any]) -> bool:
    """Whether requests of this class read forms by the code of Flask and Werkzeug, unchanged."""
    # PERF: to look whether the classes have changed takes 0.2 us, to compare all the code 1.6.
    known = _judged.get(request_class)
    if known is not None and known[0]() == known[1]:
        return known[2]
    classes = request_class, FormDataParser
    settle(classes)
    look = look_at(classes, partial(_form_code, request_class))
    seen = look()
    is_stock = _form_code(request_class) == _genuine_form_code
    if is_settled(seen):
        if len(_judged) >= _REMEMBERED:
            _judged.clear()
        _judged[request_class] = look, seen, is_stock
    return is_stock


# Of each request class: what tells whether it has changed, what that said, and the answer.
_judged: dict[type[Any], tuple[Look, object, bool]] = {}
_REMEMBERED = 64


def take_as_stock(request_class: type[Any]) -> None:
    """Count the present code of this class, which the engine has put there, as unchanged."""
    global _genuine_form_code
    _genuine_form_code = _form_code(request_class)
    _judged.clear()


def _pairs(query: bytes) -> list[tuple[str, str]]:
    return parse_qsl(query.decode(), keep_blank_values=True, errors=ERRORS)


def _plain_cookies(header: str) -> Lists | None:
    """The pairs of a header without escapes, inner blanks and tabs; None for any other."""
    if "\\" in header or "\t" in header:
        return None
    cookies: Lists = {}
    for part in header.split(";"):
        name, _, value = part.strip(" ").partition("=")
        if '"' in part:
            if not _is_plainly_quoted(name, value):
                return None
            value = value[1:-1]
        elif " " in value or " " in name:
            return None
        if not name:
            continue
        if name in cookies:
            cookies[name].append(value)
        else:
            cookies[name] = [value]
    return cookies


def _is_plainly_quoted(name: str, value: str) -> bool:
    """Whether the part is name="value", with nothing in the quotes that needs decoding."""
    return (
        len(value) > 1
        and value[0] == value[-1] == '"'
        and value.count('"') == 2
        and value.isascii()
        and '"' not in name
        and " " not in name
    )


def _empty(cls: type[Storage]) -> Storage:
    return _new_dict(cls) if cls is ImmutableMultiDict else cls()


def _is_plain_form(content_type: object) -> bool:
    if content_type == FORM_TYPE:
        return True
    if type(content_type) is not str:
        return False
    mimetype, _, options = content_type.partition(";")
    return mimetype.strip(" \t").lower() == FORM_TYPE and _charset.fullmatch(options) is not None


def _plain_length(value: object) -> int | None:
    """The Content-Length, if it is a number in ASCII digits; None for any other and for none."""
    if type(value) is str and value.isdigit() and value.isascii() and len(value) < 16:
        return int(value)
    return None


def _read_limited(limited: LimitedStream, stream: Any, length: int) -> bytes:
    """Read `length` bytes through a `LimitedStream`, skipping its buffers where none can see it."""
    if not length or (type(stream) not in _direct_streams and hasattr(stream, "readinto")):
        return limited.read()
    # PERF: the first read is the one LimitedStream would make; a short one is finished by it.
    try:
        data = stream.read(min(length, CHUNK))
    except (OSError, ValueError) as error:
        limited.on_disconnect(error=error)
        raise
    if not data:
        limited.on_disconnect()
    limited._pos = len(data)
    body = bytes(data)
    return body if len(body) >= length else body + limited.read()


def _parse_unlimited(stream: IO[bytes], cls: type[Storage]) -> Storage:
    """Parse what a server that ends its streams itself hands over."""
    try:
        body = stream.read()
    except ValueError:  # silent, as FormDataParser.parse is; an OSError goes through
        return _empty(cls)
    return parse_urlencoded(body, cls)
