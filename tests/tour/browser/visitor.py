"""A visitor of the tour with a real browser, who watches what the browser does.

Invariant: after a visit the browser has asked no host but the tour's, has run into no script
error or blocked asset, and has opened no dialog.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request

from kolba.tour.languages import TRANSLATORS

LOAD_FAILED = re.compile(r"Failed to load resource: .* status of (\d+) ")


class Visitor:
    """One person with one tab, in one language."""

    def __init__(self, context: BrowserContext, base: str, language: str) -> None:
        self.context = context
        self.base = base
        self.language = language
        self.t = TRANSLATORS[language]
        self.page: Page = context.new_page()
        self.status = 0
        self._refusals: list[int] = []
        self._hosts = [base]
        self._faults: list[str] = []
        context.on("request", self._watch_host)
        self.page.on("response", self._note_status)
        self.page.on("console", self._watch_console)
        self.page.on("pageerror", lambda error: self._faults.append(f"script error: {error}"))
        self.page.on("dialog", self._refuse_dialog)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def lab(self, name: str) -> Locator:
        """Returns the part of the page with this id."""
        return self.page.locator(f"#{name}")

    def press(self, key: str, within: str = "main") -> None:
        """Presses the button, or follows the link, with this text."""
        label = self.t.plain(key)
        place = self.page.locator(within)
        place.get_by_role("button", name=label, exact=True).or_(
            place.get_by_role("link", name=label, exact=True)
        ).click()

    def says(self, key: str, **values: object) -> bool:
        """Tells whether the page shows this text."""
        said = " ".join(self.page.locator("main").inner_text().split())
        wanted = " ".join(self.t.plain(key, **values).split())
        return wanted.casefold() in said.casefold()

    def path(self) -> str:
        """Returns the path of the address bar."""
        return urlsplit(self.page.url).path

    def cookie(self, name: str) -> dict[str, object] | None:
        """Returns the cookie as the browser keeps it."""
        kept = (dict(cookie) for cookie in self.context.cookies())
        return next((cookie for cookie in kept if cookie["name"] == name), None)

    def wire(self) -> list[str]:
        """Returns the first lines of the exchanges that led to this page."""
        opened = self.page.locator("#wire > details.exchange > summary")
        return [" ".join(text.split()) for text in opened.all_inner_texts()]

    def may_be_refused(self, *codes: int) -> None:
        """Says that a page with such a status is part of this visit."""
        self._refusals.extend(codes)

    def may_ask(self, host: str) -> None:
        """Says that the other site is part of this visit."""
        self._hosts.append(host)

    def leave(self) -> None:
        """Ends the visit; fails when the browser met what it must not meet."""
        self.context.close()
        assert self._faults == []

    def _watch_host(self, request: Request) -> None:
        if not request.url.startswith(tuple(f"{host}/" for host in self._hosts)):
            self._faults.append(f"asked another host: {request.url}")

    def _note_status(self, response: object) -> None:
        if response.request.is_navigation_request():  # type: ignore[attr-defined]
            self.status = response.status  # type: ignore[attr-defined]

    def _watch_console(self, message: ConsoleMessage) -> None:
        failed = LOAD_FAILED.match(message.text)
        if failed and int(failed[1]) in self._refusals:
            return
        if message.type in {"error", "warning"}:
            self._faults.append(f"console: {message.text}")

    def _refuse_dialog(self, dialog: Dialog) -> None:
        self._faults.append(f"a script ran: {dialog.message}")
        dialog.dismiss()
