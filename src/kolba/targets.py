"""Finding the application that a TARGET names, by Flask's own rules.

Flask's discovery does the work; what is added is one clear error for each way
to fail. The invariant: the engine is installed before any of the
application's code runs.
"""

from __future__ import annotations

import difflib
import multiprocessing
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import flask.cli
from flask import Flask

from kolba import startup
from kolba.engine import install
from kolba.errors import KolbaError, TargetError

_CHAPTERS = "kolba.app"
_NOT_THEIRS = (__file__, flask.cli.__file__)


def load(target: str | None) -> Flask:
    """Returns the application that `target` names, on the engine.

    Args:
        target: What `flask --app` takes: `module`, `module:app`,
            `module:create_app('dev')`, `package.module`, `file.py`, `file.py:app`.
            None looks for `wsgi.py`, then `app.py`, in the current folder.

    Raises:
        TargetError: There is no such application, or its code raised.
    """
    install()
    # As under `flask run`: a module that ends in app.run() does not start a server.
    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    try:
        return flask.cli.ScriptInfo(target or None).load_app()
    except flask.cli.NoAppException as error:
        if isinstance(error.__context__, ImportError) and "While importing" in error.message:
            raise _raised(target, error.__context__) from error.__context__
        raise TargetError(_not_found(target, error.message)) from error
    except (Exception, SystemExit) as error:
        raise _raised(target, error) from error


def load_ready(target: str | None) -> Flask:
    """Returns the application that `target` names, with all done that precedes a first request.

    Raises:
        TargetError: As `load` does; or the application cannot serve, as its routes are.
    """
    app = load(target)
    try:
        startup.start(app)
    except KolbaError as error:
        raise TargetError(f"cannot serve {_named(target)}: {error}") from error
    return app


def check(target: str | None, meanwhile: Callable[[], None] = lambda: None) -> str:
    """Loads the application once, in a process of its own, and returns its import name.

    The caller stays clean: no module of the application is imported into it, and
    no thread or connection that the application opens is inherited by workers.

    Args:
        target: As `load` takes it.
        meanwhile: What the caller has to do until then.

    Raises:
        TargetError: As `load` does.
    """
    context = _processes()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(target, sender), name="kolba-check")
    process.start()
    sender.close()
    meanwhile()
    outcome: str | TargetError
    try:
        outcome, chapters = receiver.recv()
    except EOFError:
        process.join()
        raise TargetError(
            f"cannot load {_named(target)}: its code ended the process"
            f" (exit code {process.exitcode}). Look for os._exit() or a crash in it."
        ) from None
    process.join()
    if isinstance(outcome, TargetError):
        raise outcome
    if chapters:
        import_module(_CHAPTERS)  # once, before workers are forked, and not in each of them
    return outcome


def split(target: str) -> tuple[str, str]:
    """The module and the name in it ('' when there is none); `C:\\shop.py` has no name."""
    path, *name = re.split(r":(?![\\/])", target, maxsplit=1)
    return path, name[0] if name else ""


def _processes() -> ForkContext | SpawnContext:
    """How the server will start its workers here, so that the check proves the same."""
    if multiprocessing.get_start_method() == "fork":
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _report(target: str | None, sender: Connection) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        outcome: str | TargetError = load_ready(target).import_name
    except TargetError as error:
        outcome = error
    sender.send((outcome, _CHAPTERS in sys.modules))
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread that the application has started must not keep the check alive.
    os._exit(0)


def _named(target: str | None) -> str:
    return repr(target) if target else "the application"


def _raised(target: str | None, error: BaseException) -> TargetError:
    shown = "".join(
        traceback.format_exception(type(error), error, _from_their_code(error.__traceback__))
    )
    reason = f"its code raised {type(error).__name__}"
    if isinstance(error, SystemExit):
        reason = f"its code called sys.exit({error.code!r})"
    next_step = "Mend the line that the traceback ends with"
    if isinstance(error, ModuleNotFoundError):
        reason = f"there is no module {error.name!r}"
        next_step = f"Install it for {sys.executable}, or mend the import above"
    return TargetError(f"cannot load {_named(target)}: {reason}. {next_step}.", shown)


def _from_their_code(trace: TracebackType | None) -> TracebackType | None:
    """Drops the frames of Kolba, Flask's discovery and the import system that come first."""
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path not in _NOT_THEIRS and not path.startswith("<frozen importlib"):
            return trace
        trace = trace.tb_next
    return None


def _not_found(target: str | None, reason: str) -> str:
    if target is None:
        return (
            "no application to run: there is no TARGET, FLASK_APP is not set, and there is"
            f" no wsgi.py or app.py in {os.getcwd()!r}. Name it: 'module:app'."
        )
    if "://" in target:  # SECURITY: a password may stand in it, so none of it is repeated.
        return (
            f"cannot load a URL ({target.partition(':')[0]}://...): TARGET names the application,"
            " 'module:app', whose own KOLBA_STATE says where its state is."
        )
    path, name = split(target)
    if reason.startswith("Could not import"):
        return f"cannot load {target!r}: no module {path!r} in {os.getcwd()!r}. {_near(path)}"
    if reason.startswith("Failed to find attribute"):
        return f"cannot load {target!r}: {path!r} has no {name!r}. {_offered(path)}"
    if reason.startswith("A valid Flask application was not obtained"):
        return f"cannot load {target!r}: {name!r} is not a Flask application. {_offered(path)}"
    return f"cannot load {target!r}: {reason}"


def _near(path: str) -> str:
    """The next step when there is no such module: the nearest name, or where to look."""
    here = [entry.stem for entry in Path().glob("*.py")]
    here += [entry.parent.name for entry in Path().glob("*/__init__.py")]
    near = difflib.get_close_matches(path.removesuffix(".py"), here, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return "Start Kolba in the folder that has it, or check the spelling."


def _offered(path: str) -> str:
    """The next step when the module is there and the name is not: the names that would do."""
    module = sys.modules.get(flask.cli.prepare_import(path))
    names = [
        name
        for name, value in vars(module).items()
        if isinstance(value, Flask) or name in ("create_app", "make_app")
    ]
    if not names:
        return "Name a Flask object, or a function that returns one."
    return "Write " + " or ".join(f"'{path}:{name}'" for name in names) + "."
