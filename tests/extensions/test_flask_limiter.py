"""Flask-Limiter: limits hit, headers, windows that pass, shared, dynamic and conditional limits."""

from __future__ import annotations

import time_machine
from flask import Blueprint, Flask, Response, jsonify, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

from tests.journey import compare
from tests.journey.player import NOW, Visitor


def create_app() -> Flask:
    app = Flask(__name__)
    limiter = Limiter(
        get_remote_address,
        app=app,
        default_limits=["5 per minute"],
        application_limits=["60 per hour"],
        headers_enabled=True,
        storage_uri="memory://",
        strategy="moving-window",
    )
    add_views(app, limiter)
    app.register_blueprint(api(limiter))
    return app


def add_views(app: Flask, limiter: Limiter) -> None:
    shared = limiter.shared_limit("3 per minute", scope="search")

    @app.get("/")
    def index() -> str:
        return "by default"

    @app.get("/free")
    @limiter.exempt
    def free() -> str:
        return "free"

    @app.post("/login")
    @limiter.limit(
        "2/minute;10/hour",
        key_func=lambda: request.form.get("user", ""),
        deduct_when=lambda response: response.status_code == 401,
        error_message="слишком часто",
    )
    def login() -> tuple[str, int]:
        return ("in", 200) if request.form.get("password") == "right" else ("no", 401)

    @app.get("/search")
    @shared
    def search() -> str:
        return "found"

    @app.get("/suggest")
    @shared
    def suggest() -> str:
        return "suggested"

    @app.get("/heavy/<int:weight>")
    @limiter.limit("10/minute", cost=lambda: request.view_args["weight"])
    def heavy(weight: int) -> str:
        return str(weight)

    @app.errorhandler(RateLimitExceeded)
    def exceeded(error: RateLimitExceeded) -> Response:
        answer = jsonify(error=error.description, limit=str(error.limit.limit))
        answer.status_code = 429
        return answer


def api(limiter: Limiter) -> Blueprint:
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    limiter.limit(lambda: "1/day" if "X-Guest" in request.headers else "4/day")(blueprint)

    @blueprint.get("/")
    def home() -> dict[str, str]:
        return {"hello": "world"}

    return blueprint


def journey(visitor: Visitor) -> None:
    statuses = [visitor.get("/").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    with time_machine.travel(NOW + 61, tick=False):
        assert visitor.get("/").status_code == 200
    for _ in range(7):
        visitor.get("/free")
    for password in ("wrong", "right", "wrong", "right", "wrong"):
        visitor.post("/login", data={"user": "anna", "password": password})
    visitor.post("/login", data={"user": "boris", "password": "wrong"})
    for path in ("/search", "/suggest", "/search", "/suggest"):
        visitor.get(path)
    for path in ("/heavy/6", "/heavy/6", "/heavy/4", "/heavy/x", "/missing"):
        visitor.get(path)
    visitor.get("/", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    guest = {"X-Guest": "1"}
    assert [visitor.get("/api/", headers=guest).status_code for _ in range(2)] == [200, 429]
    visitor.get("/api/")
    while visitor.get("/", environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 200:
        pass


def test_flask_limiter() -> None:
    """Every limit bites at the same request, with the same headers, on the engine as on Flask."""
    compare(__name__)
