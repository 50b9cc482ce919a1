"""Public Flask apps with the class swapped, used in Chromium: `python -m tests.conformance.apps`.

Each comes from an sdist, unchanged; `flask.Flask` is `kolba.Kolba` before it is imported, and
`kolba run` serves it in production. Somebody logs in, submits a form, logs out, and what the
app says at each step is asserted; a script or style that the browser refused is printed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.cli.conftest import Served, environment
from tests.conformance.environment import SOURCE
from tests.conformance.environment import environment as virtual
from tests.conformance.suite import fetch
from tests.tools import tool
from tests.tour.browser.serving import FLAGS, PATIENCE

SWAP = "import flask\nfrom kolba import Kolba\nflask.Flask = Kolba\n"
NEEDS = (
    "granian",
    "Flask-SQLAlchemy==3.1.1",
    "Flask-Babel==4.0.0",
    "Flask-Security==5.6.2",
    "argon2-cffi",
    "zxcvbn",
    "email-validator",
    "Flask-AppBuilder==5.3.0",
)


@dataclass(frozen=True)
class App:
    """An app out of an sdist.

    Attributes:
        sdist: name and version.
        folder: where in it the app lies.
        code: makes `app`, with a database of its own in the current folder.
        journey: what somebody does there.
    """

    sdist: tuple[str, str]
    folder: str
    code: str
    journey: Callable[[Page, str], None]


def tutorial(page: Page, site: str) -> None:
    """Register, log in, write a post and log out."""
    page.goto(f"{site}/auth/register")
    for _ in range(2):  # once more to log in, where registering leads
        page.get_by_label("Username").fill("anna")
        page.get_by_label("Password").fill("secret")
        page.locator("input[type=submit]").click()
    page.get_by_role("link", name="New").click()
    page.get_by_label("Title").fill("A flask <b>")
    page.get_by_label("Body").fill("of glass")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="A flask <b>")).to_be_visible()
    page.get_by_role("link", name="Log Out").click()
    expect(page.get_by_role("link", name="Log In")).to_be_visible()
    page.goto(f"{site}/create")
    expect(page).to_have_url(f"{site}/auth/login")


def security(page: Page, site: str) -> None:
    """Register, which logs in; log out, be asked to log in, and do so."""
    page.goto(f"{site}/register")
    page.get_by_label("Email").fill("anna@example.com")
    for field in page.locator("input[type=password]").all():
        field.fill("a-long-pass-of-glass")
    page.locator("input[type=submit]").click()
    expect(page.get_by_text("Hello anna@example.com")).to_be_visible()
    page.goto(f"{site}/logout")
    page.goto(f"{site}/")
    expect(page).to_have_url(f"{site}/login?next=/")
    page.get_by_label("Email").fill("user@me.com")
    page.locator("input[type=password]").fill("password")
    page.locator("input[type=submit]").click()
    expect(page.get_by_text("Hello user@me.com")).to_be_visible()
    page.goto(f"{site}/myblogs")
    expect(page.get_by_text("First Blog")).to_be_visible()


def builder(page: Page, site: str) -> None:
    """Log in as administrator, add a role, see it and its message, and log out."""
    page.goto(f"{site}/login/")
    page.locator("#username").fill("admin")
    page.locator("#password").fill("secret")
    page.locator("input[type=submit]").click()
    expect(page.get_by_text("Security").first).to_be_visible()
    page.goto(f"{site}/roles/add")
    page.locator("#name").fill("Glass blowers")
    page.locator("button[type=submit]").click()
    expect(page.get_by_text("Added Row")).to_be_visible()
    page.goto(f"{site}/roles/list/")
    expect(page.get_by_text("Glass blowers").first).to_be_visible()
    expect(page.get_by_text("Added Row")).to_have_count(0)
    page.goto(f"{site}/logout/")
    page.goto(f"{site}/roles/list/")
    expect(page.locator("#password")).to_be_visible()


APPS = {
    "tutorial": App(
        ("Flask", "3.1.3"),
        "examples/tutorial",
        """
from flaskr import create_app
from flaskr.db import init_db
app = create_app({"SECRET_KEY": "k" * 32, "DATABASE": "flaskr.sqlite"})
with app.app_context():
    init_db()
""",
        tutorial,
    ),
    "Flask-Security": App(
        ("Flask-Security", "5.6.2"),
        "examples/fsqlalchemy1",
        """
import os
os.environ["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.getcwd()}/app.sqlite"
from app import create_app, create_users
app = create_app()
app.debug = False
app.config["SECURITY_EMAIL_VALIDATOR_ARGS"] = {"check_deliverability": False}  # no DNS here
app.config["SECURITY_SEND_REGISTER_EMAIL"] = False
with app.app_context():
    create_users()
""",
        security,
    ),
    "Flask-AppBuilder": App(
        ("Flask-AppBuilder", "5.3.0"),
        "examples/quickminimal",
        """
from run import app
people = app.appbuilder.sm
with app.app_context():
    admin = ("admin", "A", "B", "a@b.example", people.find_role("Admin"), "secret")
    people.find_user("admin") or people.add_user(*admin)
""",
        builder,
    ),
}


@contextmanager
def served(app: App, python: str, folder: Path) -> Iterator[Served]:
    """`kolba run` of the app, one worker, until the block ends."""
    (folder / "served.py").write_text(SWAP + app.code, "utf-8")
    home = shutil.copytree(fetch(*app.sdist) / app.folder, folder / "source")
    variables = {
        "PYTHONPATH": f"{SOURCE}:{home}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KOLBA_STATE": f"sqlite:///{folder}/state.sqlite3",
    }
    errors = folder / "errors.txt"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [python, "-m", "kolba", "run", "served.py:app", "--port", "0", "--workers", "1"],
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Served(process, errors)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def visit(app: App, site: str) -> list[str]:
    """What the browser complained about on the journey."""
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        expect.set_options(timeout=PATIENCE * 1000)
        try:
            app.journey(page, site)
        except BaseException:
            print(page.url, page.locator("body").inner_text()[:2000], *said, sep="\n")
            raise
        finally:
            browser.close()
    return said


def run(name: str) -> list[str]:
    """Serve the app, make the journey; what the browser complained about."""
    app, python = APPS[name], virtual("apps", *NEEDS)
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "errors.txt"
        try:
            with served(app, python, Path(folder)) as server:
                said = visit(app, f"http://localhost:{server.port}")
        except BaseException:
            print(errors.read_text("utf-8")[-8000:])
            raise
        assert "Traceback" not in errors.read_text("utf-8")
    print(f"{name}: logged in, submitted, logged out; {len(said)} complaints of the browser")
    print(*sorted({f"  {line[:300]}" for line in said}), sep="\n", flush=True)
    return said


def main(chosen: list[str]) -> int:
    """Make these journeys, or all; 0 if all arrive."""
    for name in chosen or APPS:
        run(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
