"""Origins in settings: which are taken, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from kolba.errors import ConfigError
from kolba.guards.site import Origin, origins_of, parse_origin, split_host

REFUSED = {
    "shop.test": "scheme is missing. Write 'https://shop.test'",
    "https://": "host is missing",
    "https://shop.test/": "no path, query or fragment. Write 'https://shop.test'",
    "https://shop.test/a": "no path, query or fragment",
    "https://shop.test?a": "no path, query or fragment",
    "https://shop.test#a": "no path, query or fragment",
    "null": "Leave it out",
    "ftp://shop.test": "must be http or https",
    "https://user@shop.test": "host is malformed",
    "https://shop.test:99999": "host is malformed",
    "https://[::1": "host is malformed",
    "https://shop.test:": "host is malformed",
    "https://ex%61mple.test": "host is malformed",
}


@pytest.mark.parametrize(("value", "says"), REFUSED.items())
def test_refused(value: str, says: str) -> None:
    """What is no origin is named, with what to write."""
    with pytest.raises(ConfigError) as error:
        origins_of({"SETTING": [value]}, "SETTING")
    assert f"SETTING: invalid origin {value!r}" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize("value", [" https://shop.test", "https://shop .test", "", None, 7])
def test_refused_oddities(value: Any) -> None:
    """Spaces, empty text and what is no text are refused too."""
    with pytest.raises(ConfigError, match="SETTING: invalid origin"):
        origins_of({"SETTING": [value]}, "SETTING")


def test_every_problem_is_named_at_once() -> None:
    """One error tells of all bad values."""
    with pytest.raises(ConfigError) as error:
        origins_of({"SETTING": ["a", "https://b.test", "c"]}, "SETTING")
    assert str(error.value).count("invalid origin") == 2


def test_taken() -> None:
    """Text or a list, any case, with the scheme's own port or another."""
    found = origins_of({"S": "https://Shop.test:443, http://localhost:5000"}, "S")
    assert Origin("https", "shop.test", 443) in found
    assert Origin("http", "localhost", 5000) in found
    assert [str(origin) for origin in found.listed] == [
        "https://shop.test",
        "http://localhost:5000",
    ]
    assert not origins_of({}, "S")


def test_stars() -> None:
    """A star is one or more labels below a name of two, where stars are allowed."""
    found = origins_of({"S": ["https://*.shop.test"]}, "S", wildcards=True)
    assert parse_origin("https://a.b.shop.test") in found
    for other in ("https://shop.test", "https://xshop.test", "http://a.shop.test"):
        assert parse_origin(other) not in found
    for bad in ("https://*.test", "https://*", "https://a.*.test"):
        with pytest.raises(ConfigError):
            origins_of({"S": [bad]}, "S", wildcards=True)
    with pytest.raises(ConfigError):
        origins_of({"S": ["https://*.shop.test"]}, "S")


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("Example.test", ("example.test", None)),
        ("example.test:8000", ("example.test", 8000)),
        ("my_app", ("my_app", None)),
        ("[::1]:80", ("[::1]", 80)),
        ("127.0.0.1", ("127.0.0.1", None)),
        ("example.test.", ("example.test.", None)),
        ("", None),
        ("example.test..", None),
        (".example.test", None),
        ("example.test:x", None),
        ("example.test:80/bad", None),
        ("example.test: evil.test", None),
        ("example.test@evil.test", None),
        ("example.test,evil.test", None),
        ("[z:443]:80", None),
        ("[::1", None),
        ("::1", None),
        ("example.test:99999", None),
        ("example.test:٣", None),
        ("a" * 300, None),
        ("exämple.test", None),
    ],
)
def test_split_host(value: str, parts: tuple[str, int | None] | None) -> None:
    """A host header is a name or an address, and perhaps a port."""
    assert split_host(value) == parts
