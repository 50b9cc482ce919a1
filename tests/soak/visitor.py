"""One browser: a cookie jar, journeys, and a memory of everything that it was told.

An answer that arrived is an acknowledgement. A request whose connection broke may
have happened or not: what it would have written is neither expected nor refused,
until a page tells. Messages on a page whose answer never arrived may have been
sent: if they do not come again, and a worker reported that it had sent them, they
are counted as cut off, not as lost. What is shown twice is judged by `Ledger.audit`.
"""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.soak.ledger import Ledger

_PATIENCE = 60
_LEASE = 2.2
_OK = {200, 302, 303}


class Gone(Exception):
    """The site has not answered for a long time."""


class Visitor:
    """See the module's docstring."""

    def __init__(self, number: int, port: int, ledger: Ledger) -> None:
        self.number, self._port, self._ledger = number, port, ledger
        self.cookie: str | None = None
        self.ended: list[str] = []  # cookies that must never be somebody again
        self._user: str | None = None
        self._kept: dict[str, str] = {}
        self._maybe: dict[str, str] = {}
        self._waiting: set[str] = set()  # acknowledged messages that no page has shown
        self._perhaps: set[str] = set()  # messages of requests that broke
        self._exposed: set[str] = set()  # messages that waited when a page broke
        self._seen: set[str] = set()
        self._serial = 0
        self._pair = ThreadPoolExecutor(2)
        self._last_answer = time.monotonic()

    # -- a journey -----------------------------------------------------------

    def journey(self) -> None:
        """Log in, change things from two tabs at once, look, and log out."""
        self._log_in()
        for _ in range(2):
            self._keep_two_at_once()
            self._look()
        self._log_out()
        self._look()
        self._ledger.count("journeys")

    def leave_logged_in(self) -> None:
        """The last journey ends before its log-out: what is kept stays to be checked."""
        self._log_in()
        self._keep_two_at_once()
        self._look()

    def settle(self) -> None:
        """After the last journey: every message must have come by now."""
        for _ in range(5):
            if not self._waiting:
                break
            time.sleep(_LEASE)
            self._look()
        for message in self._waiting - self._exposed:
            self._ledger.fault(f"message lost: {message}")
        self._ledger.cut_off |= self._waiting & self._exposed
        for cookie in self.ended:
            answer = self._ask("GET", "/page", cookie=cookie, adopt=False)
            if answer and answer[0] == 200 and answer[1]["user"] is not None:
                self._ledger.fault(f"an ended session is {answer[1]['user']!r} again")
        self._ledger.count("ended sessions tried again", len(self.ended))

    # -- steps ---------------------------------------------------------------

    def _log_in(self) -> None:
        user = f"user {self.number}"
        # A click that failed is made again, with words of its own: it may have happened.
        while not self._post("/login", self._message(), user=user):
            pass
        self._user = user

    def _log_out(self) -> None:
        cookie, message = self.cookie, self._message()
        while not self._post("/logout", message):
            message = self._message()
        if cookie:
            self.ended.append(cookie)
        # The messages of the session go with it.
        self._waiting &= {message}
        self._user, self._kept, self._maybe = None, {}, {}

    def _keep_two_at_once(self) -> None:
        self._serial += 1
        tabs = [(f"pref{tab}", f"{self._serial}") for tab in "ab"]
        done = list(self._pair.map(lambda tab: self._keep(*tab), tabs))
        for (name, value), acknowledged in zip(tabs, done, strict=True):
            if acknowledged:
                self._kept[name] = value
                self._maybe.pop(name, None)
                self._ledger.count("acknowledged writes")
            else:
                self._maybe[name] = value

    def _keep(self, name: str, value: str) -> bool:
        return self._post("/keep", self._message(name), name=name, value=value)

    def _look(self) -> None:
        """A page: who am I, what is kept, which messages are there?"""
        answer = self._ask("GET", "/page")
        while answer is None or answer[0] not in _OK:
            self._exposed |= self._waiting
            answer = self._ask("GET", "/page")
        self._ledger.count("pages")
        self._judge(answer[1])

    def _judge(self, page: dict[str, Any]) -> None:
        if page["user"] != self._user:
            self._ledger.fault(f"visitor {self.number} is {page['user']!r}, not {self._user!r}")
        for name, value in self._kept.items():
            found = page["kept"].get(name)
            if found not in (value, self._maybe.get(name)):
                self._ledger.fault(f"acknowledged write lost: {name}={value!r} is {found!r}")
        for message in page["messages"]:
            if message in self._seen:
                self._ledger.shown_again(message)
            elif message not in self._waiting and message not in self._perhaps:
                self._ledger.fault(f"visitor {self.number} sees another's message: {message}")
            self._seen.add(message)
            self._ledger.count("messages shown")
        self._waiting -= self._seen

    # -- requests ------------------------------------------------------------

    def _message(self, suffix: str = "") -> str:
        self._serial += 1
        return f"message {self.number}.{self._serial}{suffix}"

    def _post(self, path: str, message: str, **form: str) -> bool:
        """Whether the site acknowledged it."""
        answer = self._ask("POST", path, {**form, "message": message})
        if answer is None or answer[0] not in _OK:
            self._perhaps.add(message)
            return False
        self._waiting.add(message)
        self._ledger.count("acknowledged messages")
        return True

    def _ask(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        cookie: str | None = None,
        adopt: bool = True,
    ) -> tuple[int, Any] | None:
        """The status and JSON of an answer; None if the connection broke."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = cookie or self.cookie
        if sent:
            headers["Cookie"] = f"session={sent}"
        try:
            connection.request(method, path, urlencode(form or {}), headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self._ledger.count("connections that broke")
            if time.monotonic() - self._last_answer > _PATIENCE:
                raise Gone from None
            time.sleep(0.02)
            return None
        finally:
            connection.close()
        self._last_answer = time.monotonic()
        if adopt:
            self._adopt(response.headers.get_all("Set-Cookie") or [])
        if response.status not in _OK:
            self._ledger.count(f"answers {response.status}")
        return response.status, json.loads(body) if response.status == 200 else None

    def _adopt(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if name == "session":
                    self.cookie = morsel.value or None
