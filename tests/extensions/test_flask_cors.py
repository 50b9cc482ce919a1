"""Flask-CORS: preflights, credentials, expressions for origins, errors, decorator and blueprint."""

from __future__ import annotations

import re

from flask import Blueprint, Flask, abort, jsonify
from flask_cors import CORS, cross_origin

from tests.journey import compare
from tests.journey.player import Visitor

ORIGINS = ("https://app.example", "https://a.shop.example", "https://evil.example", "null", "")
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "X-Own, A"}


def create_app() -> Flask:
    app = Flask(__name__)
    CORS(
        app,
        resources={
            r"/api/.*": {
                "origins": ["https://app.example", re.compile(r"https://\w+\.shop\.example")],
                "supports_credentials": True,
                "expose_headers": ["X-Total"],
                "allow_headers": ["X-Own"],
                "max_age": 600,
            },
            r"/open/.*": {"origins": "*", "vary_header": True},
            r"/private": {"origins": "https://app.example", "allow_private_network": True},
        },
    )
    add_views(app)
    app.register_blueprint(partner())
    return app


def add_views(app: Flask) -> None:
    @app.route("/api/items", methods=["GET", "PUT"])
    def items() -> object:
        answer = jsonify([1, 2])
        answer.headers["X-Total"] = "2"
        answer.vary.add("Accept")
        return answer

    @app.get("/api/denied")
    def denied() -> None:
        abort(403)

    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("the answer to an error has the headers too")

    @app.get("/open/data")
    def data() -> str:
        return "open"

    @app.get("/private")
    def private() -> str:
        return "private"

    @app.route("/decorated", methods=["GET", "POST", "OPTIONS"])
    @cross_origin(origins="https://app.example", methods=["POST"], send_wildcard=False)
    def decorated() -> str:
        return "decorated"

    @app.get("/closed")
    def closed() -> str:
        return "same origin only"


def partner() -> Blueprint:
    blueprint = Blueprint("partner", __name__, url_prefix="/partner")
    CORS(blueprint, origins="https://partner.example")

    @blueprint.get("/")
    def home() -> str:
        return "partner"

    return blueprint


def journey(visitor: Visitor) -> None:
    paths = ("/api/items", "/api/denied", "/api/broken", "/open/data", "/decorated", "/closed")
    for origin in ORIGINS:
        sent = {"Origin": origin} if origin else {}
        for path in (*paths, "/private", "/partner/", "/missing"):
            visitor.get(path, headers=sent)
        for path in ("/api/items", "/open/data", "/decorated", "/closed"):
            visitor.open(path, method="OPTIONS", headers={**sent, **PREFLIGHT})
    network = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    visitor.open("/private", method="OPTIONS", headers={"Origin": ORIGINS[0], **network})
    visitor.get("/partner/", headers={"Origin": "https://partner.example"})
    visitor.open("/decorated", method="POST", headers={"Origin": ORIGINS[0]})


def test_flask_cors() -> None:
    """Every origin gets the headers on the engine that it gets on Flask, on errors as well."""
    played = compare(__name__)
    allowed = "< Access-Control-Allow-Origin: https://a.shop.example"
    assert played["flask"].lines.count(allowed) > 3
