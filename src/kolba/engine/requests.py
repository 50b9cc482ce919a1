"""Requests whose attributes are computed when touched.

Invariant: every value is the one that `Request.__init__` would have computed
when the request began. Whoever touches `request.environ` may change it, so
that touch takes a copy first, which everything computed later reads.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.debughelpers import attach_enctype_error_multidict
from flask.globals import _cv_app
from flask.wrappers import Request
from werkzeug.datastructures import EnvironHeaders, ImmutableMultiDict
from werkzeug.sansio.request import Request as SansRequest
from werkzeug.utils import cached_property
from werkzeug.wsgi import _get_server

from kolba.engine import genuine, lazy, parsing
from kolba.engine.frame import ARGS, ENVIRON, PLACE, PLAN
from kolba.engine.parsing import (
    OF_ONE,
    has_stock_forms,
    load_data,
    load_form,
    parse_args,
    parse_cookies,
)
from kolba.http.environs import MARK as MARK
from kolba.http.urlencoded import fields, multidict

if TYPE_CHECKING:
    from kolba.engine.plan import AppPlan

_new = object.__new__
_missing: Any = object()


def decoded(environ: dict[str, Any], key: str) -> str:
    """A path of the environ as text (WSGI hands it over as latin-1)."""
    value: str = environ.get(key) or ""
    return value if value.isascii() else value.encode("latin1").decode(errors="replace")


def _environ(attributes: dict[str, Any]) -> Any:
    environ = attributes[MARK]
    # They stay a view of it whatever is set as `request.environ`.
    attributes.setdefault("headers", EnvironHeaders(environ))
    at_start = attributes[MARK] = environ.copy()
    # A copy that knew the request would be a reference cycle.
    at_start.pop("werkzeug.request", None)
    return environ


def _method(attributes: dict[str, Any]) -> str:
    return attributes[MARK].get("REQUEST_METHOD", "GET").upper()  # type: ignore[no-any-return]


def _scheme(attributes: dict[str, Any]) -> Any:
    return attributes[MARK].get("wsgi.url_scheme", "http")


def _server(attributes: dict[str, Any]) -> Any:
    return _get_server(attributes[MARK])


def _root_path(attributes: dict[str, Any]) -> str:
    return decoded(attributes[MARK], "SCRIPT_NAME").rstrip("/")


def _path(attributes: dict[str, Any]) -> str:
    return "/" + decoded(attributes[MARK], "PATH_INFO").lstrip("/")


def _query_string(attributes: dict[str, Any]) -> bytes:
    return attributes[MARK].get("QUERY_STRING", "").encode("latin1")  # type: ignore[no-any-return]


def _headers(attributes: dict[str, Any]) -> EnvironHeaders:
    # Not yet the copy: whoever touches the environ makes them.
    return EnvironHeaders(attributes[MARK])


def _remote_addr(attributes: dict[str, Any]) -> Any:
    return attributes[MARK].get("REMOTE_ADDR")


LAZY = {
    "environ": _environ,
    "method": _method,
    "scheme": _scheme,
    "server": _server,
    "root_path": _root_path,
    "path": _path,
    "query_string": _query_string,
    "headers": _headers,
    "remote_addr": _remote_addr,
}


# What says whose hooks run; a lean request need not exist for that.
_SCOPED = ("endpoint", "blueprint", "blueprints")

# The Cookie header that a session was opened from: Flask parses it at that moment.
COOKIES = "_kolba_cookies"


def install() -> None:
    """Teach Flask's request class to compute these attributes when touched."""
    lazy.install(Request, MARK, **LAZY)
    if genuine.is_genuine(Request, Request, "cookies", "args"):
        lazy.put(Request, "cookies", _early_cookies(SansRequest.cookies))
        lazy.put(Request, "args", _args(SansRequest.args))
    if genuine.is_genuine(Request, Request, *parsing.OF_FORMS) and parsing.parser_is_written():
        lazy.put(Request, "_load_form_data", _form_loader(Request._load_form_data))
        lazy.put(Request, "get_data", _data_loader(Request.get_data))
        lazy.put(Request, "_parse_content_type", _type_parser(Request._parse_content_type))
        parsing.take_as_stock(Request)


class _Args(cached_property[Any]):
    """Makes no bytes of a query string that is asked for as fields alone."""

    def __get__(self, obj: Any, type: type | None = None) -> Any:
        if obj is None:
            return self
        values = obj.__dict__
        args = values.get("args", _missing)
        if args is _missing:
            if (
                MARK not in values
                or "query_string" in values
                or obj.parameter_storage_class is not ImmutableMultiDict
                or not (text := values[MARK].get("QUERY_STRING", "")).isascii()
            ):
                args = self.fget(obj)  # type: ignore[misc]
            else:
                args = multidict(fields(text))
            values["args"] = args
        return args


def early_args(frame: dict[str, Any]) -> Any:
    """`request.args` of a context whose request need not be made for it; None of any other."""
    if "request" in frame:
        return None
    if (known := frame.get(ARGS)) is not None:
        return known
    is_plain = frame[PLAN].plain_queries
    if is_plain is None:
        return None
    text = frame[ENVIRON].get("QUERY_STRING", "")
    if not is_plain(text):
        return None
    args = frame[ARGS] = multidict(fields(text))
    return args


def plain_queries(app: Flask) -> Callable[[str], bool] | None:
    """Which query strings `args` of the app's requests has the fields of, and nothing else.

    A request class can say so of itself.
    """
    cls = app.request_class
    if cls is Request:
        names = "args", "query_string", "parameter_storage_class"
        return str.isascii if genuine.is_genuine(cls, Request, *names) else None
    say = cls.__dict__.get("_kolba_plain_queries")
    return None if say is None else say(app)


def _args(plain: Any) -> Any:
    def args(self: Request) -> Any:
        return parse_args(self.query_string, self.parameter_storage_class)

    args.__doc__ = plain.__doc__
    return _Args(args)


def _limits(request: Request, config: dict[str, Any]) -> tuple[Any, Any, Any]:
    """What the form parser is given, looked up in Flask's order."""
    memory_size = request._max_form_memory_size
    length = request._max_content_length
    parts = request._max_form_parts
    return (
        config["MAX_FORM_MEMORY_SIZE"] if memory_size is None else memory_size,
        config["MAX_CONTENT_LENGTH"] if length is None else length,
        config["MAX_FORM_PARTS"] if parts is None else parts,
    )


def _form_loader(plain: Callable[[Request], None]) -> Callable[[Request], None]:
    def _load_form_data(self: Request) -> None:
        values = self.__dict__
        if not OF_ONE.isdisjoint(values) or values["shallow"] or not has_stock_forms(type(self)):
            return plain(self)
        context = _cv_app.get(None)
        if context is None:
            return plain(self)
        # What is read of the environ here, Flask too reads at this moment.
        environ = _present_environ(values)
        if environ is None:
            return plain(self)
        memory_size, length, _ = _limits(self, context.app.config)
        form = load_form(
            values,
            environ,
            self.parameter_storage_class,
            max_content_length=length,
            max_form_memory_size=memory_size,
        )
        if form is None:
            return plain(self)
        values["form"], values["files"] = form
        if context.app.debug:
            attach_enctype_error_multidict(self)
        return None

    return _load_form_data


def _present_environ(values: dict[str, Any]) -> Any:
    """What `request.environ` is, if the headers are still those of it; else None."""
    environ = values["environ"] if "environ" in values else values.get(MARK)
    if "headers" in values:
        headers = values["headers"]
        is_shown = type(headers) is EnvironHeaders and headers.environ is environ
    else:
        is_shown = environ is values.get(MARK)
    return environ if is_shown else None


# What a Content-Type of exactly this text is parsed to, except for its empty options.
_PLAIN_TYPES = frozenset({"application/json", parsing.FORM_TYPE})


def _type_parser(plain: Callable[[Request], None]) -> Callable[[Request], None]:
    def _parse_content_type(self: Request) -> None:
        values = self.__dict__
        if "_parsed_content_type" in values:
            return None
        environ = _present_environ(values)
        if environ is not None:
            given = environ.get("CONTENT_TYPE")
            if type(given) is str and given in _PLAIN_TYPES:
                values["_parsed_content_type"] = given, {}
                return None
        return plain(self)

    return _parse_content_type


def _data_loader(plain: Callable[..., Any]) -> Callable[..., Any]:
    def get_data(
        self: Request, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> Any:
        values = self.__dict__
        if (
            parse_form_data
            or MARK not in values
            or "_cached_data" in values
            or "stream" in values
            or values["shallow"]
            or (context := _cv_app.get(None)) is None
            or not has_stock_forms(type(self))
            or (environ := _present_environ(values)) is None
        ):
            return plain(self, cache, as_text, parse_form_data)
        length = self._max_content_length
        if length is None:
            length = context.app.config["MAX_CONTENT_LENGTH"]
        data = load_data(values, environ, length)
        if data is None:
            return plain(self, cache, as_text, parse_form_data)
        if cache:
            values["_cached_data"] = data
        return data.decode(errors="replace") if as_text else data

    get_data.__doc__ = plain.__doc__
    return get_data


def _early_cookies(plain: Any) -> Any:
    def cookies(self: Request) -> Any:
        header = self.__dict__.get(COOKIES)
        if header is None:
            return plain.fget(self)
        # The class's: Flask has parsed them before anybody could set another on the request.
        return parse_cookies(header, type(self).dict_storage_class)

    cookies.__doc__ = plain.__doc__
    return cached_property(cookies)


def has_plain_scopes(cls: type) -> bool:
    """Whether requests of `cls` say whose hooks run as Flask's do."""
    return (
        isinstance(cls, type)
        and issubclass(cls, Request)
        and genuine.is_genuine(cls, Request, "__getattribute__", *_SCOPED)
        and not hasattr(type(getattr_static(cls, "url_rule", None)), "__set__")
    )


# What Flask sets on each request, and `make` puts into its dict.
_SET = ("json_module", "routing_exception", "shallow", "url_rule", "view_args")


def can_be_lazy(cls: type) -> bool:
    """Whether requests of `cls` differ from Flask's in none of the lazy attributes."""
    return (
        isinstance(cls, type)
        and issubclass(cls, Request)
        and genuine.is_genuine(cls, Request, "__init__", "__new__", "__setattr__")
        and genuine.is_genuine(cls, Request, "__getattribute__", *LAZY, "host", *_SCOPED)
        and not any(hasattr(getattr_static(cls, name, None), "__set__") for name in _SET)
    )


def make(frame: dict[str, Any]) -> Any:
    """The request as `RequestContext.__init__` makes it, but lazy, of a context's frame."""
    plan: AppPlan = frame[PLAN]
    environ = frame[ENVIRON]
    bind, route, args, miss = frame[PLACE]
    request = environ["werkzeug.request"] = _new(plan.request_class)
    values = request.__dict__ = {
        MARK: environ,
        COOKIES: environ.get("HTTP_COOKIE", "") if plan.reads_cookies else None,
        "shallow": False,
        "host": bind.host,
        "json_module": plan.json,
    }
    if route is not None:
        values["url_rule"] = route.rule
        values["view_args"] = {} if args is None else args
    elif miss is not None:
        values["routing_exception"] = miss
    if (known := frame.get(ARGS)) is not None:
        values["args"] = known
    return request
