"""Jinja's own suite on the cheaper templates, as a test of ours.

`make conformance` runs it with every technique alone; here are all together and the two that
reach furthest.
"""

from __future__ import annotations

import pytest

from tests.conformance import jinja


@pytest.mark.slow
def test_jinja_suite_passes_on_the_cheaper_templates() -> None:
    """Every test of Jinja's own suite that passes on stock Jinja passes on ours."""
    assert jinja.main(("all", "context", "loops")) == 0
