"""What one scenario saw, line by line, in the order it happened.

Invariant: a line holds nothing that may vary between two runs of the same code: the clock
stands still, addresses are masked, and traceback frames are left out.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import flask
import time_machine
from flask import globals as flask_globals
from flask import signals

from tests.differential.environs import Environ, environ

SITE = Path(__file__).parent / "site"
NOON = datetime.datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=datetime.UTC)
KEY = "a key of thirty-two characters!!"
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}", re.IGNORECASE)
_LONG = 2_000
_ASKED = {
    "query": "QUERY_STRING",
    "host": "HTTP_HOST",
    "cookie": "HTTP_COOKIE",
    "type": "CONTENT_TYPE",
    "length": "CONTENT_LENGTH",
}


def show(fact: object) -> str:
    """`fact` as text that is the same in every run; long texts keep their head and a digest."""
    text = fact if isinstance(fact, str) else repr(fact)
    text = _ADDRESS.sub("0x?", text).replace(str(SITE), "SITE")
    if len(text) > _LONG:
        digest = hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()
        text = f"{text[:200]}… {len(text)} characters, sha1 {digest}"
    return text.encode("utf-8", "backslashreplace").decode().replace("\n", "\\n")


def error_text(error: BaseException | None) -> str:
    return "None" if error is None else f"{type(error).__name__}({show(str(error))})"


class Answer:
    """What came back for one request, for the steps that follow."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []
        self.error: BaseException | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def header(self, name: str) -> str | None:
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    def cookies(self) -> list[tuple[str, str]]:
        """The (name, value) pairs of Set-Cookie; an expired one has the value ''."""
        found = [v.partition(";") for k, v in self.headers if k.lower() == "set-cookie"]
        return [
            (pair.partition("=")[0], "" if "Max-Age=0" in rest else pair.partition("=")[2])
            for pair, _, rest in found
        ]


class _LogLines(logging.Handler):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._trace.line(
            f"log {record.name} {record.levelname} {record.getMessage()} exc={error_text(error)}"
        )


class Trace:
    """The scenario's hand: it makes apps, sends requests and writes down what happens."""

    def __init__(self, clock: Any) -> None:
        self.lines: list[str] = []
        self.requests = 0
        self._clock = clock

    @staticmethod
    def before_app() -> None:
        """What is to happen when a scenario makes an app."""

    @staticmethod
    def around(app: Callable[..., Any]) -> Callable[..., Any]:
        """What answers in an app's place."""
        return app

    # -- writing -----------------------------------------------------------------------------
    def line(self, text: str) -> None:
        self.lines.append(show(text))

    def note(self, *facts: object) -> None:
        """A fact the scenario states: a hook that ran, a value that a view saw."""
        self.line("note " + " ".join(show(fact) for fact in facts))

    def attempt(self, label: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call and note the result, or the exception instead of raising it."""
        try:
            result = call(*args, **kwargs)
        except Exception as error:
            self.note(label, "raised", error_text(error))
            return None
        self.note(label, "->", result)
        return result

    def later(self, seconds: float) -> None:
        """Let the clock, which stands still, jump."""
        self._clock.shift(seconds)
        self.line(f"clock +{seconds}s")

    # -- making apps -------------------------------------------------------------------------
    def app(self, name: str = "shop", /, *, key: str | None = KEY, **options: Any) -> flask.Flask:
        """A plain Flask app on the shared site folder; capital options go to its config."""
        self.before_app()
        config = {k: options.pop(k) for k in list(options) if k.isupper()}
        cls = options.pop("cls", flask.Flask)
        app: flask.Flask = cls(name, root_path=str(SITE), **options)
        app.config.update(config)
        if key is not None:
            app.secret_key = key
        return app

    def watch_signals(self, app: flask.Flask, *names: str) -> None:
        """Note every signal of Flask that `app` sends (or only `names`), with its arguments."""
        for name in names or sorted(signals._signals):
            receiver = self._receiver(name)
            signals._signals.signal(name).connect(receiver, app, weak=False)

    def _receiver(self, name: str) -> Callable[..., None]:
        def receive(sender: flask.Flask, **arguments: Any) -> None:
            arguments.pop("_async_wrapper", None)
            self.note(
                "signal", name, sender.name, *(signal_argument(*a) for a in arguments.items())
            )

        return receive

    # -- sending -----------------------------------------------------------------------------
    def send(
        self,
        app: Callable[..., Any],
        path: str | bytes = "/",
        method: str = "GET",
        *,
        take: int | None = None,
        refuse: BaseException | None = None,
        **request: Any,
    ) -> Answer:
        """Send one request through WSGI.

        Args:
            app: any WSGI callable.
            path: passed with `method` and `request` to `environ`.
            take: close after so many chunks, as a server does when the client has gone.
            refuse: raised by start_response, as by a server that dislikes the headers.
        """
        return self.call(app, environ(path, method, **request), take=take, refuse=refuse)

    def call(
        self,
        app: Callable[..., Any],
        env: Environ,
        *,
        take: int | None = None,
        refuse: BaseException | None = None,
    ) -> Answer:
        """Send one request made by `environ`."""
        self.requests += 1
        answer = Answer()
        self.line(f"> {env.get('REQUEST_METHOD')} {env.get('PATH_INFO')!r} {_asked(env)}")
        body = env["wsgi.input"]
        try:
            self._exchange(app, env, answer, take, refuse)
        except BaseException as error:
            answer.error = error
            self.line(f"! raised to the server: {error_text(error)}")
        self._leftovers(env, body)
        return answer

    def _exchange(
        self,
        app: Callable[..., Any],
        env: Environ,
        answer: Answer,
        take: int | None,
        refuse: BaseException | None,
    ) -> None:
        def write(data: bytes) -> None:
            answer.chunks.append(data)
            self.line(f"= written {data!r}")

        def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
            self.line(f"< {status}{'' if exc_info is None else ' exc_info'}{_shape(headers)}")
            for name, value in headers:
                self.line(f"<   {name}: {value}")
            if refuse is not None:
                raise refuse
            answer.status, answer.headers = status, list(headers)
            return write

        result = self.around(app)(env, start_response)
        try:
            chunks = iter(result)
            while take is None or len(answer.chunks) < take:
                chunk = next(chunks, None)
                if chunk is None:
                    break
                answer.chunks.append(chunk)
                self.line(f"= {chunk!r}")
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()

    def _leftovers(self, env: Environ, body: Any) -> None:
        """What a request leaves behind it: read input, error stream, contexts still pushed."""
        if env.get("CONTENT_LENGTH") and not body.closed:
            self.line(f"  input read to {body.tell()}")
        stream = env.get("wsgi.errors")  # an application may have emptied it
        if stream is not None and (errors := stream.getvalue()):
            self.line(f"  wsgi.errors: {errors.splitlines()[0]} … {errors.splitlines()[-1]}")
        for name in ("_cv_app", "_cv_request"):
            left = getattr(flask_globals, name).get(None)
            if left is not None:
                self.line(f"  {name} is left pushed: {type(left).__name__} of {left.app.name}")

    def browser(self, app: Callable[..., Any]) -> Browser:
        return Browser(self, app)


class Browser:
    """Keeps cookies between requests; knows no domains or paths."""

    def __init__(self, trace: Trace, app: Callable[..., Any]) -> None:
        self._trace, self._app = trace, app
        self.jar: dict[str, str] = {}

    def send(self, path: str = "/", method: str = "GET", **request: Any) -> Answer:
        if self.jar and "cookie" not in request:
            request["cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        answer = self._trace.send(self._app, path, method, **request)
        for name, value in answer.cookies():
            self.jar[name] = value
            if not value:
                del self.jar[name]
        return answer


def signal_argument(name: str, value: Any) -> str:
    """A signal's argument as a line may hold it."""
    if isinstance(value, BaseException):
        return f"{name}={error_text(value)}"
    if isinstance(value, flask.Response):
        return f"{name}=<{value.status}>"
    if name == "template":
        return f"{name}={value.name}"
    if name == "context":
        return f"{name}={sorted(value)}"
    return f"{name}={show(value)}"


def _asked(env: Environ) -> str:
    """The other parts of a request that tell one line of a table from the next."""
    return " ".join(
        f"{label}={str(env[key])[:100]!r}"
        for label, key in _ASKED.items()
        if env.get(key, "") not in ("", "localhost")
    )


def _shape(headers: Any) -> str:
    """PEP 3333 wants a list of tuples of str, exactly; say so when it is something else."""
    plain = type(headers) is list and all(
        type(pair) is tuple and [type(item) for item in pair] == [str, str] for pair in headers
    )
    return "" if plain else f" [headers of {type(headers).__name__}]"


class Recording:
    """A `Trace` with the clock stopped and logs and warnings caught, for a `with` block."""

    def __enter__(self) -> Trace:
        self._travel = time_machine.travel(NOON, tick=False)
        self.trace = Trace(self._travel.start())
        self._handler = _LogLines(self.trace)
        logging.getLogger().addHandler(self._handler)
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # their moment is the collector's
        warnings.showwarning = self._warned
        return self.trace

    def _warned(self, message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        self.trace.line(f"warning {category.__name__} {message}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        frames: TracebackType | None,
    ) -> None:
        self._warnings.__exit__(kind, error, frames)
        logging.getLogger().removeHandler(self._handler)
        self._travel.stop()
