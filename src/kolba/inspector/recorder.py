"""Records requests: WSGI middleware around an app, and receivers of Flask's public signals.

Invariant: the answer is the app's, to the byte. The environ is handed on as it is, no body is
read, no session opened and no message taken; what is looked at is looked at once the app has
made it. A receiver of ours never raises.
"""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from flask import Flask, signals

from kolba.engine.context import current_request, held
from kolba.engine.explain import explain_rule
from kolba.inspector import bodies, states
from kolba.inspector.listening import Listener, current
from kolba.inspector.record import Record
from kolba.inspector.values import class_of
from kolba.safety import Refusal, refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Keep = Callable[[Record], None]
_MOST_NAMES = 100
_DEBUGGERS_OWN = "__debugger__=yes"


class Recorder:
    """The middleware.

    Args:
        app: whose signals are listened to.
        inner: what answers: the app, or what is around it.
        begun: gets each record as the request begins.
        keep: gets it once the answer has left.
    """

    def __init__(self, app: Flask, inner: WSGIApplication, begun: Keep, keep: Keep) -> None:
        self._app, self._inner, self._begun, self._keep = app, inner, begun, keep
        self._numbers = count(1)
        self._listener = Listener()
        # Objects of its own: blinker forgets one only when it is disconnected from all senders,
        # and while a signal has any, the engine's short ways are not taken, by any app.
        self._receivers = [(signal, functools.partial(look)) for signal, look in _LOOKS]

    def begin(self) -> None:
        """Start to listen."""
        self._listener.begin()
        for signal, receiver in self._receivers:
            signal.connect(receiver, self._app, weak=False)

    def end(self) -> None:
        """Stop listening."""
        for signal, receiver in self._receivers:
            signal.disconnect(receiver)
        self._listener.end()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _DEBUGGERS_OWN in environ.get("QUERY_STRING", ""):
            return self._inner(environ, start_response)
        texts = {key: value for key, value in environ.items() if type(value) is str}
        record = Record(next(self._numbers), texts)
        self._begun(record)

        def started(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            record.status, record.headers = status, [*headers]
            return start_response(status, headers, *exc_info)

        token = current.set(record)
        try:
            chunks = self._inner(environ, started)
        except BaseException:
            self._finish(record)
            raise
        finally:
            current.reset(token)
        if type(chunks) is not list:
            return _Counted(chunks, record, self._finish)
        record.size = sum(map(_size, chunks))
        self._finish(record)
        return chunks

    def _finish(self, record: Record) -> None:
        if record.ended:
            return
        record.end()
        try:
            self._keep(record)
        except Exception as error:
            last = traceback.format_tb(error.__traceback__)[-1]
            print(f"The inspector missed a request: {class_of(error)}\n{last}", file=sys.stderr)


class _Counted:
    """An answer whose chunks are counted as they leave."""

    __slots__ = ("_chunks", "_finish", "_record")

    def __init__(self, chunks: Iterable[bytes], record: Record, finish: Keep) -> None:
        self._chunks, self._record, self._finish = chunks, record, finish

    def __iter__(self) -> Iterator[bytes]:
        record, chunks = self._record, iter(self._chunks)
        while True:
            # What is logged while a chunk is made is this request's, and what its server does not.
            token = current.set(record)
            try:
                chunk = next(chunks)
            except StopIteration:
                return
            finally:
                current.reset(token)
            record.size += _size(chunk)
            yield chunk

    def close(self) -> None:
        token = current.set(self._record)
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            current.reset(token)
            self._finish(self._record)


def _size(chunk: object) -> int:
    """The bytes of a chunk; what a broken app gives in its place is the server's to refuse."""
    return len(chunk) if isinstance(chunk, bytes) else 0


def _harmless(look: Callable[..., None]) -> Callable[..., None]:
    """A receiver that never disturbs the request that it looks at."""

    @functools.wraps(look)
    def receiver(app: Flask, **given: Any) -> None:
        record = current.get()
        if record is None:
            return
        try:
            look(app, record, **given)
        except Exception as error:
            record.trouble.append(f"{look.__name__}: {class_of(error)}")

    return receiver


def _context_of(record: Record) -> Any:
    """The context of a recorded request; None in one that was pushed inside of it."""
    context = current_request(None)
    return context if context is not None and id(context) == record.context else None


@_harmless
def _started(app: Flask, record: Record, **_: Any) -> None:
    context = current_request(None)
    if record.context or context is None:
        return
    record.context = id(context)
    seen = held(context)
    record.rule = "" if seen.rule is None else seen.rule.rule
    record.before = states.at_start(context, seen.session, record.veil)


@_harmless
def _rendered(app: Flask, record: Record, *, template: Any, context: Any, **_: Any) -> None:
    names = sorted(name for name in [*context][:_MOST_NAMES] if type(name) is str)
    record.add_template(template.name or "<string>", names)


@_harmless
def _flashed(app: Flask, record: Record, *, message: Any, category: Any, **_: Any) -> None:
    record.add_born(*states.message(category, message))


@_harmless
def _failed(app: Flask, record: Record, *, exception: BaseException, **_: Any) -> None:
    record.add_exception(exception)


@_harmless
def _refused(app: Flask, record: Record, *, refusal: Refusal, **_: Any) -> None:
    record.add_refusal(
        {
            "guard": refusal.guard,
            "mode": refusal.mode.value,
            "what": refusal.what,
            "why": refusal.why,
            "mend": refusal.mend,
        }
    )


@_harmless
def _over(app: Flask, record: Record, **_: Any) -> None:
    context = _context_of(record)
    if context is None:
        return
    seen = held(context)
    record.body = bodies.read(seen.request, record.veil)
    record.before, record.after = states.at_end(seen.session, record.before, record.veil)
    record.shown = states.messages(seen)
    record.session = states.key_of(seen.session)
    if seen.rule is not None:
        record.arguments = [*(seen.args or {}).items()]
        record.route = explain_rule(app, seen.rule)


_LOOKS = (
    (signals.request_started, _started),
    (signals.template_rendered, _rendered),
    (signals.message_flashed, _flashed),
    (signals.got_request_exception, _failed),
    (signals.request_tearing_down, _over),
    (refused, _refused),
)
