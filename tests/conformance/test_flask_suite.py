"""The suites that must hold, as tests of ours; each prints its figures (`pytest -s`)."""

from __future__ import annotations

import pytest

from tests.conformance import flask, swapped, tutorial, werkzeug_routing


@pytest.mark.slow
def test_flask_suite_passes_on_the_engine() -> None:
    """What passes on Flask passes on the engine, and at most one request in twenty falls back."""
    assert flask.main() == 0


@pytest.mark.slow
def test_the_tutorial_app_runs_compiled() -> None:
    """Flask's tutorial app with three extensions behaves the same, and rides the fast path."""
    assert tutorial.main() == 0


@pytest.mark.slow
def test_werkzeugs_routing_tests_pass_on_the_compiled_index() -> None:
    """What passes on Werkzeug's matcher and URL building passes on ours."""
    assert werkzeug_routing.main() == 0


@pytest.mark.slow
@pytest.mark.parametrize("suite", swapped.SUITES, ids=lambda suite: suite.name)
def test_suites_with_the_class_swapped_differ_only_on_purpose(suite: swapped.Suite) -> None:
    """Every test that fails with `kolba.Kolba` alone is listed, with its reason, in the docs."""
    assert swapped.run_swapped(suite)
