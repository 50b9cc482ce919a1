"""The pages of these chapters: every Python block runs, and its assertions hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kolba import Kolba, redirect, report
from tests.documents import console

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["redirects", "origins", "cookies", "login", "testing", "moving"]


@pytest.mark.parametrize("page", PAGES)
def test_blocks_run(page: str) -> None:
    """The blocks of a page, one after the other in one module, do what the page says."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks
    names = {"__name__": f"docs_{page}"}
    for block in blocks:
        exec(compile(block, f"docs/{page}.md", "exec"), names)


def test_the_report_of_the_page(tmp_path: Path) -> None:
    """What docs/moving.md shows of `kolba report` is what such requests make it print."""
    app = Kolba("shop", safety="report")
    app.config["KOLBA_STATE"] = f"sqlite:///{tmp_path}/state.sqlite3"
    app.add_url_rule("/oauth", "oauth", lambda: redirect("https://login.example/authorize"))
    app.add_url_rule("/paid", "paid", lambda: "thanks", methods=["POST"])
    client = app.test_client()
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://pay.example"}
    assert {client.get("/oauth").status_code for _ in range(38)} == {302}
    assert {client.post("/paid", headers=foreign).status_code for _ in range(3)} == {200}
    shown = next(output for command, output in console("docs/moving.md") if "report" in command)
    assert without_times(report.text(report.rows_of(app), "shop:app")) == without_times(shown)


def without_times(text: str) -> str:
    """The text with each time replaced."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>", text)
