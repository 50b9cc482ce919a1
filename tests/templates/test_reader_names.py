"""An attribute may have any name, also one that our own helpers use."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment

from kolba.templates.techniques import ALL
from tests.templates.environments import pair

NAMES = ("type", "getattr", "never_has", "lacking", "obj", "environment", "LookupError")


class Thing:
    """Has every name as an attribute."""

    def __getattr__(self, name: str) -> str:
        return f"attribute {name}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [Thing(), dict.fromkeys(NAMES, "item"), object(), 7])
def test_names_of_helpers_are_ordinary(name: str, value: Any) -> None:
    """`{{ field.type }}` and its like give what stock Jinja gives, on the first row and later."""
    source = "{{ v." + name + " }}{% for w in [v, v] %}{{ w." + name + " }}{% endfor %}"
    environments: tuple[Environment, Environment] = pair({"main.html": source}, ALL)
    stock, ours = (e.get_template("main.html").render(v=value) for e in environments)
    assert ours == stock
