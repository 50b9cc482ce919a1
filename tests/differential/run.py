"""Run the scenarios on one engine and print their traces as JSON.

    python -m tests.differential.run --engine flask|kolba|late|inspected [--only NAME] [--text]
        [--patched NAME]

`late` is Kolba that is imported when a scenario makes its app, after the scenario's patches;
`inspected` is Kolba whose inspector records every request.
Invariant: each scenario runs in a process of its own, so that none sees another's patches.
`--plant` makes Kolba's side wrong on purpose, to prove that the comparison would see it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from typing import Any

_SECONDS = 60
PLANTS = ("header", "chunks", "error", "teardown")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.differential.run", description=__doc__)
    parser.add_argument("--engine", choices=("flask", "kolba", "late", "inspected"), required=True)
    parser.add_argument(
        "--only",
        default="",
        metavar="NAME",
        help="part of a scenario's name, or several with commas",
    )
    parser.add_argument("--text", action="store_true", help="print lines to read, not JSON")
    parser.add_argument("--plant", choices=PLANTS, help="make a difference, to test the test")
    parser.add_argument("--patched", help="patch a class before Kolba is imported (EARLIEST)")
    options = parser.parse_args(arguments)
    if options.patched:
        from tests.differential.class_patches import patch_earliest

        patch_earliest(options.patched)
    if options.engine in ("kolba", "inspected"):
        install()
    if options.plant:
        plant(options.plant)
    # The scenarios import Flask, and Kolba must be there first.
    from tests.differential.collect import collect

    if options.engine == "late":
        from tests.differential.trace import Trace

        Trace.before_app = staticmethod(install)  # type: ignore[method-assign]
    if options.engine == "inspected":
        inspect()
    parts = options.only.split(",")
    chosen = [s for s in collect() if any(part in s.name for part in parts)]
    gc.freeze()  # PERF: the children then share these pages
    results = {s.name: {"claim": s.claim, "function": s.function, **isolated(s)} for s in chosen}
    print(as_text(results) if options.text else json.dumps(results))
    return 0


def install() -> None:
    import kolba

    kolba.install()


def inspect() -> None:
    """Record every request of every app; what the inspector could not see is an error."""
    import flask

    from kolba.inspector import recording
    from kolba.inspector.ring import Ring
    from tests.differential.trace import Trace

    recorders: dict[int, Any] = {}

    def around(app: Callable[..., Any]) -> Callable[..., Any]:
        if not isinstance(app, flask.Flask):
            return app
        if id(app) not in recorders:
            recorders[id(app)] = recording(app, app, Ring())
            recorders[id(app)].begin()
        recorder: Callable[..., Any] = recorders[id(app)]
        return recorder

    Trace.around = staticmethod(around)  # type: ignore[method-assign]


def isolated(scenario: Any) -> dict[str, Any]:
    """Run one scenario in a forked child; a crash or a hang is a result like any other."""
    with tempfile.TemporaryFile() as shared:
        child = os.fork()
        if child == 0:
            signal.alarm(_SECONDS)
            _run_in_child(scenario, shared)
        _, status = os.waitpid(child, 0)
        shared.seek(0)
        written = shared.read()
    if status != 0 or not written:
        return {"lines": [f"the process died: status {status}"], "requests": 0, "broken": "died"}
    result: dict[str, Any] = json.loads(written)
    return result


def _run_in_child(scenario: Any, shared: Any) -> None:
    """Write the scenario's result and leave without the parent's exit handlers."""
    try:
        shared.write(json.dumps(record(scenario.run)).encode())
        shared.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def record(run: Callable[[Any], None]) -> dict[str, Any]:
    from tests.differential.trace import Recording, error_text

    broken = ""
    with Recording() as trace:
        try:
            run(trace)
        except BaseException as error:
            trace.line(f"the scenario itself raised {error_text(error)}")
            broken = traceback.format_exc()
    return {"lines": trace.lines, "requests": trace.requests, "broken": broken}


def as_text(results: dict[str, dict[str, Any]]) -> str:
    blocks: list[str] = []
    for name, result in results.items():
        blocks += [f"## {name}", f"   {result['claim']}", *result["lines"], result["broken"]]
    return "\n".join(blocks)


def plant(kind: str) -> None:
    """Wrap `Flask.wsgi_app` so that its answers are wrong in one way."""
    import flask

    original = flask.Flask.wsgi_app

    def wsgi_app(self: flask.Flask, environ: Any, start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: Any, *rest: Any) -> Any:
            planted = [*headers, ("X-Planted", "1")] if kind == "header" else headers
            return start_response(status, planted, *rest)

        try:
            result = original(self, environ, start)
        except Exception as error:
            raise (RuntimeError(str(error)) if kind == "error" else error) from None
        return [b"".join(result)] if kind == "chunks" else result

    if kind == "teardown":
        flask.Flask.do_teardown_request = lambda self, exc=None: None  # type: ignore[method-assign]
    else:
        flask.Flask.wsgi_app = wsgi_app  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
