"""The measured apps: one job list, written in each framework as its users would write it.

A subject is a name such as `kolba:hooks`: a framework (or `kolba`, the Flask app with the
engine installed), and for the Flask app a variant. Nothing here imports a framework before
its subject is asked for, so that each process holds one of them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Interface = Literal["wsgi", "asgi"]

OTHER_ROUTES = 100
"""How many dynamic routes `/r{i}/<x>/b{i}` stand between the pages and `/item/<int:n>`."""

PASSWORD = "lovelace"
ROWS = tuple(
    {
        "name": f"Product {i}",
        "price": f"{i * 7}.50",
        "note": f"in stock: {i * 3}, sent within two days",
    }
    for i in range(1, 11)
)


@dataclass(frozen=True)
class Framework:
    """Where a framework's app is, how it is called, and which jobs it answers.

    `journey` is false for an app without a login: it has no session to verify.
    """

    module: str
    interface: Interface
    jobs: tuple[str, ...]
    journey: bool = True
    packages: tuple[str, ...] = ()
    """What a peer needs in its own environment; empty for those that run in ours."""


ALL = ("J1", "J2", "J3", "J4", "J5")

FRAMEWORKS = {
    "flask": Framework("bench.apps.flask_app", "wsgi", ALL),
    "kolba": Framework("bench.apps.flask_app", "wsgi", ALL),
    "state": Framework("bench.apps.state_app", "wsgi", (*ALL, "asset")),
    "bare-file": Framework("bench.apps.file_app", "wsgi", ("asset",), journey=False),
    "flask-session": Framework("bench.apps.session_app", "wsgi", ALL),
    "wtf": Framework("bench.apps.wtf_app", "wsgi", (), journey=False),
    "typed": Framework("bench.apps.typed_app", "wsgi", (), journey=False),
    "bare": Framework("bench.apps.bare_app", "wsgi", ("J1", "J3", "J4", "J5"), journey=False),
    "blacksheep": Framework(
        "bench.apps.blacksheep_app", "asgi", ALL, packages=("blacksheep", "jinja2", "itsdangerous")
    ),
    "falcon": Framework(
        "bench.apps.falcon_app", "wsgi", ("J1", "J2"), journey=False, packages=("falcon",)
    ),
}

PEERS = tuple(name for name, framework in FRAMEWORKS.items() if framework.packages)


def framework_of(subject: str) -> Framework:
    """The framework of a subject such as `flask:hooks`."""
    return FRAMEWORKS[subject.partition(":")[0]]


def load(subject: str) -> Any:
    """Build the app of a subject; for `kolba`, after putting Flask on the engine."""
    name, _, variant = subject.partition(":")
    if name == "kolba":
        import_module("kolba").install()
    create_app = import_module(FRAMEWORKS[name].module).create_app
    return create_app(variant) if variant else create_app()
