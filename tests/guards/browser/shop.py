"""The shop that a browser visits: a login, a long form behind it, messages."""

from __future__ import annotations

import json
from pathlib import Path

from flask import get_flashed_messages, render_template_string

from kolba import (
    Kolba,
    current_identity,
    flash,
    log_in,
    log_out,
    login_required,
    redirect,
    redirect_back,
    request,
    session,
)

app = Kolba(__name__)
app.config.update(SECRET_KEY="of these tests alone", KOLBA_SECRET_FIELDS=["code"])
app.login_view = "login"
ORDERS = Path("orders.jsonl")  # the server has several processes

LOGIN = """<!doctype html><title>Log in</title>
{% for m in messages %}<p class=message>{{ m }}</p>{% endfor %}
<form method=post><input name=user><input name=password type=password><button>Log in</button></form>
"""
ORDER = """<!doctype html><title>New order</title>
<form method=post action=/orders><input name=item><textarea name=note></textarea>
<input name=code type=password><button>Order</button></form>
"""
ACCOUNT = """<!doctype html><title>Account</title><h1>Account of {{ who }}</h1>
{% for m in messages %}<p class=message>{{ m }}</p>{% endfor %}
<form method=post action=/logout><button>Log out</button></form>
"""


@app.get("/")
def index() -> str:
    return f"<!doctype html><title>Shop</title><p id=who>{current_identity or 'nobody'}</p>"


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        if request.form["password"] == "right":
            log_in(request.form["user"])
            return redirect_back("/account")
        flash("Wrong password")
        return redirect("/login")
    return render_template_string(LOGIN, messages=get_flashed_messages())


@app.post("/logout")
def logout():
    log_out()
    flash("Logged out")
    return redirect("/login")


@app.get("/account")
@login_required
def account() -> str:
    return render_template_string(
        ACCOUNT, who=str(current_identity), messages=get_flashed_messages()
    )


@app.get("/orders/new")
@login_required
def new() -> str:
    return ORDER


@app.post("/orders")
@login_required
def order():
    with ORDERS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(request.form.to_dict()) + "\n")
    flash(f"Ordered {request.form['item']}")
    return redirect("/account")


@app.get("/orders")
def orders():
    lines = ORDERS.read_text("utf-8").splitlines() if ORDERS.exists() else []
    return {"orders": [json.loads(line) for line in lines]}


@app.get("/expire")
def expire() -> str:
    session.clear()
    return "the session has ended"
