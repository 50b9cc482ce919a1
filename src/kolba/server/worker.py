"""What happens in a worker process before it serves: the application is loaded there.

Nothing here imports the server. The invariant: a worker that cannot load its
application says why in one message, and never outlives its parent.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, NoReturn

from werkzeug.debug import DebuggedApplication

from kolba import targets
from kolba.errors import TargetError
from kolba.server.wsgi import prompt

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask


@dataclass(frozen=True)
class Work:
    """What a worker has to serve, and how.

    Attributes:
        target: The application, as `kolba.targets.load` takes it.
        debugger: Put Werkzeug's debugger around it.
        console_host: The host whose requests may use the debugger's console; None for no console.
        survive: Serve the error when it cannot be loaded (a file is being edited), and wait.
        inspector: The address and port of the inspector's page; None for no inspector.
    """

    target: str | None
    debugger: bool
    console_host: str | None
    survive: bool
    inspector: tuple[str, int] | None = None


def application(work: Work) -> WSGIApplication:
    """Returns what this worker serves. Ends the process when it cannot be loaded."""
    _stop_when_told()
    app: WSGIApplication
    loaded: Flask | None = None
    try:
        app = loaded = targets.load_ready(work.target)
    except TargetError as error:
        print(f"{error.traceback}Error: {error}", file=sys.stderr, flush=True)
        if not work.survive:
            sys.exit(1)
        app = _failed(error)
    if work.debugger:
        app = _debugged(app, work.console_host)
    if work.inspector is not None and loaded is not None:
        # Around the debugger: what is recorded is what the browser gets.
        from kolba.inspector import inspected

        app = inspected(loaded, app, *work.inspector)
    return prompt(app)


def _failed(error: TargetError) -> WSGIApplication:
    """An application that fails as the real one did, until the next change of a file."""

    reason = error.__cause__ or error
    trace = reason.__traceback__

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> NoReturn:
        raise reason.with_traceback(trace)

    return application


def _debugged(app: WSGIApplication, console_host: str | None) -> WSGIApplication:
    """Werkzeug's debugger around `app`; with its console only if `console_host` is given.

    SECURITY: the console runs any Python that is typed into it. Its PIN is all that
    stands before it, so it is not offered to a network at all.
    """
    debugger = DebuggedApplication(app, evalex=console_host is not None)
    if console_host is None:
        print("The debugger's console is off: it needs --host 127.0.0.1", flush=True)
    else:
        debugger.trusted_hosts.append(console_host)
        print(f"Debugger PIN: {debugger.pin}", flush=True)
    return debugger


def end_forks_when_told() -> None:
    """SIGTERM ends every process that this one forks, from its first moment on.

    A forked process begins with its parent's handlers, which would only take a note in its copy
    of the parent: one that is told to stop before it has handlers of its own would never know.
    """
    if not hasattr(os, "register_at_fork"):  # nothing forks here
        return
    server, masks = os.getpid(), deque[set[int]]()

    def hold() -> None:
        if os.getpid() == server:  # and no worker, whose forks are the application's matter
            masks.append({*signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})})

    def let_go() -> None:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def begin() -> None:
        if masks:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=begin)


def _stop_when_told() -> None:
    """The end of the parent ends this worker, as SIGTERM does: see `end_forks_when_told`.

    Ctrl+C, which a terminal sends to every process, is left to the parent: a server that is
    told twice to stop can wait for itself.
    """
    parent = parent_process()
    if parent is None:
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def watch(sentinel: int = parent.sentinel) -> None:
        wait([sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="kolba-parent", daemon=True).start()
