"""What `kolba explain` prints: a report in, text or plain data out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kolba.cli import listing
from kolba.engine.report import AppReport, RouteReport
from tests.cli import explained

FOLDER = str(Path(explained.__file__).parent)


def route(endpoint: str, path: str, *methods: str, **more: object) -> RouteReport:
    """A compiled route of the sample application, without hooks unless they are given."""
    view = explained.app.view_functions.get(endpoint)
    values: dict[str, object] = {
        "host_or_subdomain": None,
        "before": (),
        "after": (),
        "teardown": (),
        "how": "compiled",
    }
    return RouteReport(methods=methods, path=path, endpoint=endpoint, view=view, **(values | more))


SOURCE = Path(explained.__file__).read_text("utf-8").splitlines()


def line(source: str) -> int:
    """The number of this line of the sample application."""
    return SOURCE.index(source) + 1


HOME = line('@app.get("/")')
ITEM = line("class Item(MethodView):")
USERS = line('@admin.get("/users")')
LOAD_USER = line("@app.before_request")
CHECK_ADMIN = line("@admin.before_request")
ADD_HEADER = line("@app.after_request")
CLOSE = line("@app.teardown_request")

HOOKS = {"before": (explained.load_user,), "after": (explained.add_header,)}
REPORT = AppReport(
    routes=(
        route("static", "/static/<path:filename>", "GET", "HEAD", "OPTIONS", **HOOKS),
        route("plain", "/", "GET", "HEAD", "OPTIONS", **HOOKS),
        route("item", "/item/<int:number>", "GET", "HEAD", "OPTIONS", "PUT", **HOOKS),
        route(
            "admin.users",
            "/admin/users",
            "GET",
            "HEAD",
            "OPTIONS",
            before=(explained.load_user, explained.check_admin),
            after=(explained.add_header,),
            teardown=(explained.close,),
            how="fallback",
            reasons=("dispatch: the view is async", "match: own converter"),
        ),
        route("gone", "/gone", "OPTIONS"),
    ),
    app_reasons=("process_response: overridden by Shop",),
    templates=("page.html: an extension changes its code",),
)

GOLDEN = f"""\
shop:app: 5 routes, 4 compiled, 1 by Flask

HOW       METHODS  PATH                     ENDPOINT     VIEW
compiled  GET      /static/<path:filename>  static       built in
compiled  GET      /                        plain        explained.py:{HOME}
compiled  GET PUT  /item/<int:number>       item         explained.py:{ITEM}
fallback  GET      /admin/users             admin.users  explained.py:{USERS}
          dispatch: the view is async
          match: own converter
compiled  OPTIONS  /gone                    gone         none

In every request, Flask's own code is kept for:
  process_response: overridden by Shop

Left to stock Jinja:
  page.html: an extension changes its code

Hooks of static, plain, item, in this order:
  before  load_user   explained.py:{LOAD_USER}
  after   add_header  explained.py:{ADD_HEADER}

Hooks of admin.users, in this order:
  before    load_user    explained.py:{LOAD_USER}
  before    check_admin  explained.py:{CHECK_ADMIN}
  after     add_header   explained.py:{ADD_HEADER}
  teardown  close        explained.py:{CLOSE}
"""


def test_the_text_is_this() -> None:
    """In a pipe, the report for people is exactly this."""
    assert listing.text(REPORT, "shop:app", FOLDER) == GOLDEN


@pytest.mark.parametrize("width", [120, 100, 80, 70])
def test_the_table_fits_the_terminal(width: int) -> None:
    """However long names are, the table fits the terminal and keeps each file's line number."""
    long = route(
        "item", "/a/very/long/path/" + "x" * 100, "GET", "PUT", host_or_subdomain="shop.example"
    )
    report = AppReport((*REPORT.routes, long))
    table = listing.text(report, "shop:app", "/nowhere", width).split("\n\n")[1].splitlines()
    assert max(map(len, table)) <= width
    assert table[-1].endswith(f".py:{ITEM}")


def test_an_empty_application_has_a_report() -> None:
    """An application without routes is one line, not an error."""
    assert listing.text(AppReport(()), "empty", FOLDER) == (
        "empty: 0 routes, 0 compiled, 0 by Flask\n"
    )


def test_the_json_has_this_schema() -> None:
    """The report for programs says everything, under names that stay."""
    document = json.loads(json.dumps(listing.document(REPORT, "shop:app")))
    assert document["schema"] == 1
    assert document["target"] == "shop:app"
    assert document["totals"] == {"routes": 5, "compiled": 4, "fallback": 1}
    assert document["app_reasons"] == ["process_response: overridden by Shop"]
    assert document["templates"] == ["page.html: an extension changes its code"]
    assert document["routes"][3] == {
        "methods": ["GET", "HEAD", "OPTIONS"],
        "path": "/admin/users",
        "host_or_subdomain": None,
        "endpoint": "admin.users",
        "view": {"name": "users", "file": explained.__file__, "line": USERS},
        "hooks": {
            "before": [
                {"name": "load_user", "file": explained.__file__, "line": LOAD_USER},
                {"name": "check_admin", "file": explained.__file__, "line": CHECK_ADMIN},
            ],
            "after": [{"name": "add_header", "file": explained.__file__, "line": ADD_HEADER}],
            "teardown": [{"name": "close", "file": explained.__file__, "line": CLOSE}],
        },
        "how": "fallback",
        "reasons": ["dispatch: the view is async", "match: own converter"],
    }
    assert document["routes"][4]["view"] is None
