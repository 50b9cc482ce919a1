"""Public apps with the class swapped, in a real browser."""

from __future__ import annotations

import pytest

from tests.conformance import apps

FAVICON = "Failed to load resource: the server responded with a status of 404 (Not Found)"


@pytest.mark.slow
@pytest.mark.parametrize("name", apps.APPS)
def test_a_public_app_works_with_the_class_swapped(name: str) -> None:
    """Log in, submit, log out: all as the app means it, and the browser refuses no part of it."""
    assert set(apps.run(name)) <= {FAVICON}
