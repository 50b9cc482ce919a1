"""Default headers, and a content security policy whose nonce is in the app's own tags."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response
from jinja2 import DictLoader

from kolba import Kolba, csp_nonce, render_template, render_template_string
from kolba.errors import ConfigError

NAMES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


def shop(cls: type[Flask] = Kolba, **config: Any) -> Flask:
    app = cls(__name__, static_folder="../examples")
    app.config.update(SECRET_KEY="of the tests", **config)

    @app.get("/")
    def index() -> str:
        return "ok"

    @app.get("/own")
    def own() -> Any:
        return "ok", {
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "Content-Security-Policy": "default-src 'self'",
        }

    @app.get("/policy")
    def policy() -> Any:
        return "ok", {"Content-Security-Policy": "default-src 'self'"}

    @app.get("/frames")
    def frames() -> Any:
        return "ok", {"Content-Security-Policy": "frame-ancestors https://partner.test"}

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(["a", "b"]), headers={"ETag": '"x"'})

    app.add_url_rule("/boom", "boom", lambda: 1 / 0)
    return app


@pytest.mark.parametrize("path", ["/", "/nowhere", "/stream", "/boom", "/static/none.css"])
def test_every_answer_has_them(path: str) -> None:
    """Pages, errors, files and streams alike; Flask sends none of them."""
    headers = shop().test_client().get(path).headers
    assert {name: headers.get(name) for name in NAMES} == NAMES
    assert not any(name in shop(Flask).test_client().get(path).headers for name in NAMES)


def test_the_apps_own_word_stands() -> None:
    """A header that the app has set is neither changed nor doubled."""
    headers = shop().test_client().get("/own").headers
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert headers.getlist("Content-Security-Policy") == ["default-src 'self'"]
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_policies_are_completed() -> None:
    """A policy that says nothing of frames gets a second header; one that does stays alone."""
    client = shop().test_client()
    assert client.get("/policy").headers.getlist("Content-Security-Policy") == [
        "default-src 'self'",
        "frame-ancestors 'self'",
    ]
    assert client.get("/frames").headers.getlist("Content-Security-Policy") == [
        "frame-ancestors https://partner.test"
    ]


def test_they_are_changed_by_setting() -> None:
    """`KOLBA_RESPONSE_HEADERS` changes, adds, and leaves out."""
    wanted = {
        "referrer-policy": "same-origin",
        "Content-Security-Policy": None,
        "X-Robots-Tag": "x",
    }
    headers = shop(KOLBA_RESPONSE_HEADERS=wanted).test_client().get("/").headers
    assert headers.getlist("Referrer-Policy") == ["same-origin"]
    assert "Content-Security-Policy" not in headers
    assert headers["X-Robots-Tag"] == "x"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (True, "max-age=31536000"),
        (3600, "max-age=3600"),
        (timedelta(days=1), "max-age=86400"),
        ("max-age=1; includeSubDomains", "max-age=1; includeSubDomains"),
    ],
)
def test_hsts_is_declared(declared: Any, value: str) -> None:
    """`KOLBA_HSTS` is sent by https alone; it and COOP are not there undeclared."""
    client = shop(KOLBA_HSTS=declared, KOLBA_COOP=True).test_client()
    answer = client.get("/", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == value
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in client.get("/").headers
    bare = shop().test_client().get("/", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in bare and "Cross-Origin-Opener-Policy" not in bare


@pytest.mark.parametrize("mode", ["report", "off"])
def test_report_and_off_send_none(mode: str) -> None:
    """Where guards change no answer, no header is added."""
    headers = shop(KOLBA_HEADERS=mode, KOLBA_HSTS=True).test_client().get("/").headers
    assert not any(name in headers for name in NAMES)


@pytest.mark.parametrize(
    "config",
    [
        {"KOLBA_RESPONSE_HEADERS": ["x"]},
        {"KOLBA_RESPONSE_HEADERS": {"X-A": "a\r\nX-B: b"}},
        {"KOLBA_RESPONSE_HEADERS": {"X A": "a"}},
        {"KOLBA_HEADERS": "yes"},
        {"KOLBA_CSP": "default-src 'self'"},
        {"KOLBA_CSP": {"default-src;": "'self'"}},
        {"KOLBA_CSP": {"script-src": ["'self'; object-src *"]}},
        {"KOLBA_CSP": {"script-src": [None]}},
    ],
)
def test_settings_are_checked(config: dict[str, Any]) -> None:
    """What cannot be a header is an error that names the setting."""
    with pytest.raises(ConfigError, match=next(iter(config))):
        shop(**config).test_client().get("/")


TEMPLATE = """<!doctype html>{% raw %}<script>raw</script>{% endraw %}
<SCRIPT src="a.js"></SCRIPT><style>b{}</style><script nonce="mine">own</script>
{{ "<script>text</script>" }}{{ evil|safe }}<scripture></scripture>
<script
  type="module">{{ 1 + 1 }}</script>"""


def nonces(html: str) -> list[str]:
    return re.findall(r'<(?:script|style)\s+nonce="([^"]*)"', html, re.IGNORECASE)


def test_nonces_are_in_the_apps_own_tags() -> None:
    """Tags of the template get the header's nonce; tags that come out of a variable do not."""
    app = shop(KOLBA_CSP={"default-src": "'self'", "script-src": ["'self'", "nonce"]})
    app.jinja_env.loader = DictLoader({"page.html": TEMPLATE})

    @app.get("/page")
    def page() -> str:
        return render_template("page.html", evil="<script>evil</script>")

    @app.get("/text")
    def text() -> str:
        return render_template_string(TEMPLATE, evil="") + csp_nonce()

    client = app.test_client()
    seen = set()
    for path in ("/page", "/page", "/text"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce
        assert policy.startswith("default-src 'self'; script-src 'self' 'nonce-")
        assert policy.endswith("; frame-ancestors 'self'")
        assert nonces(answer.text) == [nonce[1], nonce[1], nonce[1], "mine", nonce[1]]
        assert "&lt;script&gt;text" in answer.text and "<scripture>" in answer.text
        seen.add(nonce[1])
    assert "<script>evil</script>" in client.get("/page").text
    assert len(seen) == 3


def test_without_a_nonce_templates_are_untouched() -> None:
    """A policy that needs no nonce is one fixed header, and tags stay as they are."""
    app = shop(KOLBA_CSP={"default-src": ["'none'"], "frame-ancestors": "'none'"})
    app.add_url_rule("/t", "t", lambda: render_template_string("<script>a</script>"))
    answer = app.test_client().get("/t")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.text == "<script>a</script>"
