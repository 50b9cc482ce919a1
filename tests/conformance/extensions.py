"""Extensions' own suites on the engine: `python -m tests.conformance.extensions [NAME ...]`.

Each comes from its sdist and runs twice in one environment that holds them all. It takes some
minutes, so it is no part of the tests. What fails on plain Flask too (a suite that wants a
server, a newer or an older library) is no difference.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from tests.conformance.environment import SOURCE, environment
from tests.conformance.suite import Comparison, compare, fetch, print_differences, print_reasons


@dataclass(frozen=True)
class Suite:
    """A release whose sdist holds its tests, and what they need besides the release itself."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ("tests",)


SUITES = (
    Suite("Flask-Login", "0.6.3", ("asgiref", "semantic-version")),
    Suite("Flask-WTF", "1.3.0", ("Flask-Babel", "flask-reuploaded")),
    Suite("Flask-SQLAlchemy", "3.1.1"),
    Suite("flask-cors", "6.0.5"),
    Suite("Flask-Caching", "2.5.1", ("pytest-xprocess", "pytest-asyncio", "redis")),
    Suite(
        "Flask-Limiter",
        "4.1.1",
        ("hiro", "pytest-mock", "redis", "pymemcache", "pymongo", "pytest-cov", "pytest-asyncio"),
    ),
    Suite("Flask-HTTPAuth", "4.8.1"),
    Suite("Flask-JWT-Extended", "4.7.4", ("python-dateutil", "cryptography")),
    Suite("flask-smorest", "0.47.0", ("PyYAML", "pytest-cov")),
    Suite("APIFlask", "3.1.2", ("openapi-spec-validator", "PyYAML", "requests")),
    Suite("flask-restx", "1.3.2", ("Faker", "pytest-flask", "pytest-mock", "tzlocal", "blinker")),
    Suite("Flask-RESTful", "0.3.10", ("mock", "setuptools<81")),
    Suite("Flask-Compress", "1.25"),
    Suite("flask-openapi3", "4.3.2", ("PyYAML",)),
    Suite(
        "Flask-Admin",
        "2.2.1",
        ("sqlalchemy-utils", "arrow", "beautifulsoup4"),
        ("flask_admin/tests",),
    ),
    Suite("Flask-SocketIO", "5.7.0", arguments=("test_socketio.py",)),
    Suite("Flask-Dance", "7.1.0", ("betamax", "oauthlib[signedtoken]", "responses", "freezegun")),
    Suite("flask-rebar", "3.5.0", ("parametrize", "jsonschema", "swagger-ui-bundle")),
    Suite("Frozen-Flask", "1.0.2"),
    Suite("Flask-Reuploaded", "1.6.0"),
    Suite("prometheus-flask-exporter", "0.23.2", ("gunicorn", "uwsgidecorators")),
    Suite("pytest-flask", "1.3.0"),
    Suite("flask-talisman", "1.1.0", arguments=(".",)),
    Suite("webargs", "8.7.1", ("webtest",), ("tests/test_core.py", "tests/test_flaskparser.py")),
    Suite("Flask-Multipass", "0.11.2", ("pytest-mock",)),
    Suite(
        "Flask-Security",
        "5.6.2",
        ("argon2-cffi", "Flask-Mailman", "freezegun", "phonenumbers", "qrcode", "webauthn"),
        (
            "-o",
            "addopts=",
            "tests/test_basic.py",
            "tests/test_csrf.py",
            "tests/test_registerable.py",
        ),
    ),
)


def interpreter() -> str:
    """The environment of all the suites."""
    releases = [f"{suite.name}=={suite.version}" for suite in SUITES]
    needs = {need: None for suite in SUITES for need in suite.needs}
    return environment("extensions", *releases, *needs)


def summary(suite: Suite, found: Comparison) -> str:
    """One line about a suite."""
    engine = found.engine
    return (
        f"{suite.name} {suite.version}: plain {len(found.plain.ids('passed'))} passed, "
        f"engine {len(engine.ids('passed'))} passed, {len(found.different)} different; "
        f"{engine.requests} requests, {engine.count('compiled')} compiled, "
        f"{engine.count('werkzeug')} matched by Werkzeug, {engine.count('fallback')} fallback"
    )


def run(suite: Suite, python: str) -> bool:
    """Run one suite both ways; whether nothing differs."""
    home = fetch(suite.name, suite.version)
    found = compare(home, *suite.arguments, python=python, paths=(SOURCE,))
    print_differences(found)
    print_reasons(found.engine)
    print(summary(suite, found), flush=True)
    return not found.different


def main(names: list[str]) -> int:
    """Run the suites of these names, or all of them; 0 if nothing differs."""
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    python = interpreter()
    held = [run(suite, python) for suite in chosen]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
