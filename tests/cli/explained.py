"""A small application with a view of every kind, for the tests of `kolba explain`."""

from __future__ import annotations

import functools

from flask import Blueprint, Flask
from flask.views import MethodView, View

app = Flask(__name__)
admin = Blueprint("admin", __name__, url_prefix="/admin", static_folder="static")


def logged(view):
    """A decorator that says whom it wraps."""

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        return view(*args, **kwargs)

    return wrapper


@app.before_request
def load_user():
    """The application's first hook."""


@admin.before_request
def check_admin():
    """A hook of one blueprint."""


@app.after_request
@logged
def add_header(response):
    """A decorated hook."""
    return response


@app.teardown_request
def close(error):
    """The last hook."""


@app.get("/")
def plain():
    return "plain"


@app.post("/decorated")
@logged
@logged
def decorated():
    return "decorated"


app.add_url_rule("/lambda", "lambda", lambda: "lambda")


def general(name):
    return name


app.add_url_rule("/partial", "partial", functools.partial(general, "partial"))


class Page(View):
    def dispatch_request(self):
        return "page"


class Item(MethodView):
    def get(self, number):
        return str(number)

    def put(self, number):
        return str(number)


app.add_url_rule("/page", view_func=Page.as_view("page"))
app.add_url_rule("/item/<int:number>", view_func=logged(Item.as_view("item")))


class Shelf:
    def method(self):
        return "method"

    def __call__(self):
        return "object"


app.add_url_rule("/method", "method", Shelf().method)
app.add_url_rule("/object", "object", Shelf())
app.add_url_rule("/builtin", "builtin", dict)


@admin.get("/users")
def users():
    return "users"


app.register_blueprint(admin)
