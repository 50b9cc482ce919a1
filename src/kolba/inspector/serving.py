"""The inspector's own server: a thread of the worker, at a port of the loopback.

The inspected app's server is not asked to do it: its URLs, its threads and its log stay the app's.
"""

from __future__ import annotations

import socket
import threading
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_TRIES = 100
_PAUSE = 0.1
_PATIENCE = 10


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE  # a client that is silent holds no thread for ever

    def log_message(self, *args: Any) -> None:
        """Nothing: what the terminal shows is the app's."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Listen; the name of the machine, which may take seconds to find, is not asked for."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, *args: Any) -> None:
        """Nothing: a browser that has gone is no error."""


class _Server6(_Server):
    address_family = socket.AF_INET6


def serve(panel: WSGIApplication, address: str, port: int) -> None:
    """Serves the panel from a thread, for as long as the process lives."""
    threading.Thread(
        target=_serve, args=(panel, address, port), name="kolba-inspector", daemon=True
    ).start()


def _serve(panel: WSGIApplication, address: str, port: int) -> None:
    pause = threading.Event()
    for _ in range(_TRIES):
        try:
            server = (_Server6 if ":" in address else _Server)((address, port), _Handler)
        except OSError as error:  # the worker before this one has it still
            reason = error
            pause.wait(_PAUSE)
        else:
            server.set_app(panel)
            server.serve_forever()
            return
    print(f"The inspector cannot listen on {address}:{port}: {reason.strerror}", flush=True)
