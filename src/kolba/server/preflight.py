"""Everything that is proved before the server starts.

Each function either returns what the server needs or raises a `ServerError`
that names the value and the next step. Nothing here imports the server.
"""

from __future__ import annotations

import errno
import importlib.util
import ipaddress
import os
import socket
import ssl
import sys

from kolba.errors import ServerError

MOST_WORKERS = 8
"""Workers by default on a machine with more CPUs: each is a whole copy of the application."""


def check_packages(reload: bool) -> None:
    if importlib.util.find_spec("granian") is None:
        raise ServerError(
            "'kolba run' needs Granian, which is not installed. Write: pip install 'kolba[server]'"
        )
    if reload and importlib.util.find_spec("watchfiles") is None:
        raise ServerError(
            "'--reload' needs watchfiles, which is not installed."
            " Write: pip install 'kolba[server]', or leave --reload out."
        )


def check_tls(certificate: str | None, key: str | None) -> None:
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        missing = "--tls-certificate" if certificate is None else "--tls-key"
        raise ServerError(f"TLS needs a certificate and its key: {missing} is missing. Give both.")
    for option, file in (("--tls-certificate", certificate), ("--tls-key", key)):
        if not os.access(file, os.R_OK) or not os.path.isfile(file):
            raise ServerError(f"{option} {file!r} is not a file that can be read. Check the path.")
    try:
        # A password that is asked for in the middle of a start would hang a service.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: b"")
    except (ssl.SSLError, ValueError) as error:
        raise ServerError(
            f"cannot use the certificate {certificate!r} with the key {key!r}:"
            f" {getattr(error, 'reason', None) or error}."
            " Both must be PEM, belong together, and the key must have no password."
        ) from error


def choose_workers(asked: int | None, *, single: bool, debug: bool) -> int:
    if debug and asked is not None and asked > 1:
        raise ServerError(
            f"debug mode has one worker, and {asked} were asked for: the debugger finds its frames"
            " in one process only. Leave out --workers, or debug mode (--debug, FLASK_DEBUG)."
        )
    return asked or (1 if single else min(_cpus(), MOST_WORKERS))


def _cpus() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def claim_address(host: str, port: int) -> tuple[str, int]:
    """The address and port to listen on, proved to be free.

    Workers share the port by SO_REUSEPORT, with which a second server on a taken port
    would start and silently take half of the first one's requests: so this probe does without.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
        with socket.socket(family) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return str(address[0]), int(probe.getsockname()[1])
    except OSError as error:
        raise ServerError(f"cannot listen on {host}:{port}: {_why_not(error, host)}") from error


def claim_inspector(address: str, port: int, *, debug: bool) -> tuple[str, int]:
    """The address and port of the inspector's page: the port after the app's, or a free one.

    SECURITY: it shows what every visitor sends, so that it is for this machine alone, and for
    development: in debug mode, which has one worker, whose requests are all that there are.
    """
    if not debug:
        raise ServerError(
            "the inspector is for development, and debug mode is off. Leave out --no-debug"
            " (FLASK_DEBUG=0), or --inspect."
        )
    if not ipaddress.ip_address(address).is_loopback:
        raise ServerError(
            f"the inspector is for this machine alone, and {address} is an address of a network."
            " Write --host 127.0.0.1, or leave out --inspect."
        )
    try:
        return claim_address(address, port + 1)
    except (ServerError, OverflowError):
        return claim_address(address, 0)


def _why_not(error: OSError, host: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            "the port is in use. Stop the program that has it,"
            " or choose another port: --port 0 takes a free one."
        )
    if error.errno == errno.EACCES:
        return "ports below 1024 are for root. Choose another port: --port 8000."
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host!r} is not an address of this machine. --host 127.0.0.1 is for this machine"
            " alone, --host 0.0.0.0 for everyone who can reach it."
        )
    if isinstance(error, socket.gaierror):
        return f"{host!r} has no address. Check --host."
    return f"{error.strerror or error}. Check --host and --port."
