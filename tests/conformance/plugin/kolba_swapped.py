"""A pytest plugin that gives a suite `kolba.Kolba` where it asks for `flask.Flask`."""

import os

os.environ.setdefault("KOLBA_STATE", "memory:")

import flask

from kolba import Kolba

flask.Flask = Kolba
