"""What the sessions of one app stand on: its settings, its cookie, its store."""

from __future__ import annotations

from functools import cached_property
from weakref import ref

from flask import Flask
from flask.sessions import SessionInterface

from kolba.sessions.cookie import SessionCookie, read_cookie
from kolba.sessions.policy import Policy, read_policy
from kolba.stores import Store, is_stateless, store_of


class Basis:
    """Each is read, or opened, when it is first asked for."""

    def __init__(self, app: Flask, interface: SessionInterface) -> None:
        # An app holds its interface, which holds this: no cycle, as Flask has none.
        self._app, self._interface = ref(app), ref(interface)

    @property
    def app(self) -> Flask:
        """The app."""
        app = self._app()
        assert app is not None
        return app

    @cached_property
    def policy(self) -> Policy:
        """What the app has decided; read once."""
        return read_policy(self.app)

    @cached_property
    def cookie(self) -> SessionCookie:
        """The app's session cookie; read once."""
        interface = self._interface()
        assert interface is not None
        return read_cookie(self.app, interface)

    @cached_property
    def stateless(self) -> bool:
        """Whether the app has no store, and its sessions are Flask's signed cookies."""
        return is_stateless(self.app)

    @cached_property
    def store(self) -> Store:
        """Where state lives; opened once."""
        return store_of(self.app)
