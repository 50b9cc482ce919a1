"""A pytest plugin, loaded before anything of the suite under test is imported.

It installs the engine where the environment asks for it, and at the end of the run writes the
outcome of every test and the engine's counters as JSON. It stands in a folder of its own, so
that a suite whose own package is called `tests` can be run.
"""

import json
import os
from pathlib import Path

OUTCOMES = {}

if os.environ.get("KOLBA_CONFORMANCE_ENGINE") == "1":
    import kolba

    kolba.install()


def pytest_runtest_logreport(report):
    """Keep the worst outcome of a test's three phases."""
    outcome = "xfailed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
    if OUTCOMES.get(report.nodeid, "passed") == "passed":
        OUTCOMES[report.nodeid] = outcome


def pytest_collectreport(report):
    """A module that cannot be collected is an outcome too."""
    if report.failed:
        OUTCOMES[f"{report.nodeid} (collecting)"] = "failed"


def pytest_sessionfinish(session):
    """Write everything."""
    stats = {}
    if os.environ.get("KOLBA_CONFORMANCE_ENGINE") == "1":
        from kolba import engine

        stats = dict(getattr(engine, "stats", dict)())
    text = json.dumps({"outcomes": OUTCOMES, "stats": stats}, default=dict)
    Path(os.environ["KOLBA_CONFORMANCE_OUT"]).write_text(text, encoding="utf-8")
