"""`send_file` of a whole file that nobody asks conditions of: the usual static file.

Werkzeug sets each header by itself, looking through all of them each time.
Invariant: the same response; a range, a condition, an attachment, a name that
needs quoting or anything else unusual is Werkzeug's own to answer.
"""

from __future__ import annotations

import mimetypes
import os
import re
from time import time
from typing import Any
from zlib import adler32

import werkzeug.utils
from flask.globals import _cv_app
from werkzeug.utils import get_content_type
from werkzeug.wsgi import wrap_file

from kolba.engine import watch
from kolba.engine.cookies import http_date
from kolba.engine.frame import PLAN
from kolba.engine.plan import AppPlan
from kolba.engine.responses import response_around

_send_file = werkzeug.utils.send_file

# Names that a header holds without quotes, whatever RFC it follows.
_plain_name = re.compile(r"[A-Za-z0-9_.+-]+")
_CONDITIONS = (
    "HTTP_RANGE",
    "HTTP_IF_RANGE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
# What Flask hands over along with a path, when a view does not ask for more.
_USUAL = {"max_age", "use_x_sendfile", "response_class", "_root_path"}


def install() -> None:
    """Put it where Flask's `send_file` and `send_from_directory` find it."""
    code = getattr(_send_file, "__code__", None)
    if code is not None and code.co_filename == werkzeug.utils.__file__:
        werkzeug.utils.send_file = send_file


def send_file(path_or_file: Any, environ: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    """Takes the place of `werkzeug.utils.send_file`."""
    if (
        not args
        and type(path_or_file) is str
        and kwargs.keys() == _USUAL
        and not kwargs["use_x_sendfile"]
        and type(kwargs["_root_path"]) is str
        and environ.get("REQUEST_METHOD") in ("GET", "HEAD")
        and not any(name in environ for name in _CONDITIONS)
        and _is_own(kwargs["response_class"])
    ):
        name = os.path.basename(path_or_file)
        mimetype, encoding = mimetypes.guess_type(name)
        if encoding is None and _plain_name.fullmatch(name):
            path = os.path.join(kwargs["_root_path"], path_or_file)
            return _whole_file(path, name, mimetype, environ, kwargs)
    return _send_file(path_or_file, environ, *args, **kwargs)


def _is_own(response_class: Any) -> bool:
    """Whether responses of the class are made as Flask's are."""
    context = _cv_app.get(None)
    plan: AppPlan | None = None if context is None else context.app.__dict__.get(PLAN)
    return (
        plan is not None
        and plan.token is watch.current
        and plan.own_response
        and plan.response_class is response_class
    )


def _whole_file(
    path: str, name: str, mimetype: str | None, environ: dict[str, Any], kwargs: dict[str, Any]
) -> Any:
    stat = os.stat(path)
    size, mtime = stat.st_size, stat.st_mtime
    max_age = kwargs["max_age"]
    if callable(max_age):
        max_age = max_age(path)
    if max_age is not None and (type(max_age) is not int or max_age <= 0):
        return _send_file(path, environ, **{**kwargs, "max_age": max_age})
    body = wrap_file(environ, open(path, "rb"))  # noqa: SIM115 (the server closes it)
    headers = [
        ("Content-Disposition", f"inline; filename={name}"),
        ("Content-Type", get_content_type(mimetype or "application/octet-stream", "utf-8")),
        ("Content-Length", str(size)),
        ("Last-Modified", http_date(mtime)),
    ]
    if max_age is None:
        headers.append(("Cache-Control", "no-cache"))
    else:
        headers.append(("Cache-Control", f"public, max-age={max_age}"))
        headers.append(("Expires", http_date(int(time() + max_age))))
    check = adler32(path.encode()) & 0xFFFFFFFF
    headers.append(("ETag", f'"{mtime}-{size}-{check}"'))
    headers.append(("Date", http_date()))
    headers.append(("Accept-Ranges", "bytes"))
    return response_around(kwargs["response_class"], body, headers)
