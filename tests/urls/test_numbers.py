"""`<int:...>` takes the digits of every script, and gives the view the number that they are."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, redirect, request, url_for

from kolba import Kolba

DIGITS = {"Arabic-Indic": "٤٢", "Devanagari": "४२", "fullwidth": "４２", "mixed": "4٢"}


def shop(cls: type[Flask]) -> Flask:
    app = cls(__name__)
    app.config["KOLBA_STATE"] = "memory:"

    @app.get("/item/<int:number>")
    def item(number: int) -> Any:
        own = url_for("item", number=number)
        return redirect(own, 301) if request.path != own else f"item {number}"

    return app


@pytest.mark.parametrize("cls", [Kolba, Flask])
@pytest.mark.parametrize("digits", DIGITS.values(), ids=DIGITS)
def test_digits_of_every_script_are_the_number(digits: str, cls: type[Flask]) -> None:
    """The class changes nothing here: the number is the same, and its own URL can be told."""
    client = shop(cls).test_client()
    assert client.get(f"/item/{digits}").headers["Location"] == "/item/42"
    assert client.get("/item/42").text == "item 42"


@pytest.mark.parametrize("text", ["²", "½", "Ⅳ", "一", "1_0", "+1", " 1", "9" * 5000])
def test_what_is_no_whole_number_is_no_page(text: str) -> None:
    """Superscripts, fractions and the like are 404, however many digits there are."""
    assert shop(Kolba).test_client().get(f"/item/{text}").status_code == 404
