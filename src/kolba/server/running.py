"""Running the server: Granian, told what it needs, with everything checked before.

The only file that imports Granian. The invariant: whatever can be known to be
wrong (target, address, certificate, options, packages) is a `KolbaError` in
the caller before a worker exists; it never becomes a loop of dying workers.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import socket
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask.helpers import get_debug_flag

from kolba import targets
from kolba.server.preflight import (
    check_packages,
    check_tls,
    choose_workers,
    claim_address,
    claim_inspector,
)
from kolba.server.worker import Work, application, end_forks_when_told

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication
    from granian.server.common import AbstractServer

THREADS = 32
"""Threads of a worker. PERF: short views are answered as fast with 64 threads as with 8, and slower
with Granian's own 512; 32 keep a worker answering while that many views wait for a database."""

CONNECTIONS = 768
"""Connections that a worker holds at once, idle ones too; the others wait in the kernel's queue.
Under the usual limit of 1,024 open files."""

GRACE = 30
"""Seconds that requests in flight have to finish after SIGTERM or Ctrl+C."""

RELOAD_GRACE = 2

STARTS = 10
"""A worker that is started so often in a row, and dies at once each time, ends the server."""

SOON = 8.0
"""Seconds: starts that follow one another so closely are in a row. Granian's own measure, 5.5,
is that of a life; this one has the start in it."""

_ACCESS_LINE = '%(addr)s - - [%(time)s] "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).1fms'


class _OneLine(logging.Formatter):
    """SECURITY: a path may hold line breaks (%0A); an access log has one line a request."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return line if line.isprintable() else ascii(line)[1:-1]


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}, "one line": {"()": _OneLine}},
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "formatter": "plain"},
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "one line",
            "stream": "ext://sys.stdout",
        },
    },
    "loggers": {
        "_granian": {"handlers": ["errors"], "propagate": False},
        "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}


def serve(
    target: str | None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int | None = None,
    threads: int | None = None,
    reload: bool = False,
    debug: bool = False,
    inspect: bool = False,
    access_log: bool = False,
    tls_certificate: str | None = None,
    tls_key: str | None = None,
    on_up: Callable[[str], None] | None = None,
) -> None:
    """Serves an application until SIGTERM or Ctrl+C; requests in flight are finished first.

    Args:
        target: The application, as `kolba.targets.load` takes it.
        host: An address of this machine, or a name that resolves to one.
        port: 0 takes a free one; the start line says which.
        workers: Processes; None is one per CPU, at most 8 (one with `reload` or `debug`).
        threads: Views that one worker runs at once; None is 32.
        reload: Restart the workers when a Python file below the current folder changes.
        debug: Flask's debug mode and Werkzeug's debugger. FLASK_DEBUG has the same effect.
        inspect: Show each request on a page of its own; for development, on this machine.
        access_log: One line on standard output for each request.
        tls_certificate: File with the certificate chain, PEM.
        tls_key: File with its key, PEM.
        on_up: Called with the URL once somebody listens; without it, the start line is printed.

    Raises:
        TargetError: The application cannot be found or loaded.
        ServerError: The server cannot start as asked.
    """
    if debug:
        os.environ["FLASK_DEBUG"] = "1"
    debug = get_debug_flag()
    check_packages(reload)
    check_tls(tls_certificate, tls_key)
    workers = choose_workers(workers, single=reload or debug, debug=debug)
    address, port = claim_address(host, port)
    inspector = claim_inspector(address, port, debug=debug) if inspect else None
    name = targets.check(target, meanwhile=_import_granian)
    threads = threads or THREADS

    server = _granian(
        address=address,
        port=port,
        workers=workers,
        blocking_threads=threads,
        backpressure=max(CONNECTIONS, threads),
        log_access=access_log,
        ssl_cert=Path(tls_certificate) if tls_certificate else None,
        ssl_key=Path(tls_key) if tls_key else None,
        workers_kill_timeout=RELOAD_GRACE if reload else GRACE,
        reload=reload,
    )
    url = _url(host, port, tls=tls_certificate is not None)
    line = _start_line(url, target or name, workers, threads)
    if inspector is not None:
        line += f"\nInspector on {_url(*inspector, tls=False)}"
    server.on_startup(lambda: _when_up(address, port, lambda: on_up(url) if on_up else say(line)))
    server.on_reload(lambda: print("Starting the workers again", flush=True))
    console_host = host if ipaddress.ip_address(address).is_loopback else None
    work = Work(target, debug, console_host, survive=reload, inspector=inspector)
    _run(server, work)


def _run(server: AbstractServer[Any], work: Work) -> None:
    end_forks_when_told()
    try:
        server.serve(target_loader=functools.partial(_application, work), wrap_loader=False)
    except SystemExit:
        # A worker that gets the terminal's Ctrl+C before its parent asks it to stop
        # looks to Granian as if it had died.
        if not server.interrupt_signal:
            raise


def _import_granian() -> None:
    import granian  # noqa: F401


def _granian(**settings: Any) -> AbstractServer[Any]:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        target="",
        interface=Interfaces.WSGI,
        http=HTTPModes.auto,
        http1_settings=HTTP1Settings(),
        websockets=False,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        reload_ignore_worker_failure=True,
        reload_filter=_python_files() if settings["reload"] else None,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        log_access_format=_ACCESS_LINE,
        **settings,
    )
    server.respawned_wrks = _Restarts()
    return server


class _Restarts(dict[int, float]):
    """When each worker was last started again. Granian ends the server where one dies soon after.

    A request that ends whatever worker meets it, or memory that runs out twice, must not take
    the other workers along: so Granian is told of a start only after many that came to nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[int, float] = {}
        self._in_a_row: dict[int, int] = {}

    def __setitem__(self, worker: int, when: float) -> None:
        row = self._in_a_row.get(worker, 0) if when - self._last.get(worker, when) < SOON else 0
        self._last[worker], self._in_a_row[worker] = when, row + 1
        if row + 1 >= STARTS:
            super().__setitem__(worker, when)


def _url(host: str, port: int, *, tls: bool) -> str:
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _start_line(url: str, name: str, workers: int, threads: int) -> str:
    size = f"{workers} worker{'' if workers == 1 else 's'} x {threads} threads"
    return f"Kolba on {url} · {name} · {size} · Ctrl+C to stop"


def say(line: str) -> None:
    """Prints a line at once, in whatever letters the terminal has."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), flush=True)


def _when_up(address: str, port: int, act: Callable[[], None]) -> None:
    """Acts once somebody listens: what it says is true when it is read."""

    def wait_and_act() -> None:
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
        pause = threading.Event()
        while True:
            try:
                socket.create_connection((reachable, port), timeout=1).close()
            except OSError:
                pause.wait(0.02)
            else:
                break
        act()

    threading.Thread(target=wait_and_act, name="kolba-start-line", daemon=True).start()


def _python_files() -> type[Any]:
    from watchfiles import PythonFilter

    return PythonFilter


def _application(work: Work) -> WSGIApplication:
    """Runs in the worker."""
    _keep_environment_out()
    return application(work)


def _keep_environment_out() -> None:
    """Keeps the process's environment out of every request's `environ`.

    SECURITY: Granian copies os.environ into it, as CGI did: secrets show on the debugger's
    page, and a variable HTTP_PROXY or HTTP_X_... reads as a header that a client has sent.
    """
    from granian import wsgi

    vars(wsgi)["os"] = SimpleNamespace(environ={})
