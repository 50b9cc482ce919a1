"""A pytest plugin that gives a suite `kolba.Kolba` where it asks for `flask.Flask`."""

import os

os.environ.setdefault("KOLBA_STATE", "memory:")

import flask  # noqa: E402

from kolba import Kolba  # noqa: E402

flask.Flask = Kolba
