"""Flask's own suite, as a test of ours."""

from __future__ import annotations

import pytest

from tests.conformance import flask


@pytest.mark.slow
def test_flask_suite_passes_on_the_engine() -> None:
    """Every test of Flask's own suite that passes on Flask passes on the engine."""
    assert flask.main() == 0
