"""Which names are secrets, and that what is secret in one place is hidden in every other."""

from __future__ import annotations

import pytest

from kolba.inspector.masking import MASK, Veil, is_secret
from kolba.inspector.values import mark_of, named, shown

SECRETS = [
    *("password", "Password", "passwd", "user_pass", "new-password", "passphrase", "pwd"),
    *("token", "csrf_token", "X-CSRFToken", "X-XSRF-TOKEN", "accessToken", "refresh_token"),
    *("secret", "client_secret", "SECRET_KEY", "api_key", "apiKey", "X-Api-Key", "private_key"),
    *("Authorization", "auth", "credential", "sid", "session_id", "sessionid", "signature", "sig"),
    *("pin", "otp", "cvv", "card_number", "iban", "jwt", "code", "key"),
]
PLAIN = [
    *("name", "author", "authentic", "passenger", "compassion", "keyboard", "monkey", "postcode"),
    *("page", "q", "number", "items", "spinner", "Accept", "Host", "User-Agent", "country_code"),
]


@pytest.mark.parametrize("name", SECRETS)
def test_names_of_secrets(name: str) -> None:
    """A value by this name is masked."""
    assert is_secret(name)
    assert named(name, "what it is", Veil()) == MASK


@pytest.mark.parametrize("name", PLAIN)
def test_names_of_what_may_be_read(name: str) -> None:
    """A value by this name is shown: who develops has to see something."""
    assert not is_secret(name)


def test_what_was_secret_once_is_hidden_everywhere() -> None:
    """A value that was found under a secret's name is hidden in other texts."""
    veil = Veil()
    veil.value("password", "correct horse")
    assert veil.text("they typed 'correct horse' twice") == f"they typed '{MASK}' twice"


def test_a_short_secret_hides_no_other_text() -> None:
    """A PIN of four digits is masked where it stands, and no number elsewhere."""
    veil = Veil()
    assert veil.value("pin", "2024") == MASK
    assert veil.text("in 2024") == "in 2024"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=abc def", f"password={MASK} def"),
        ('{"token": "abc"}', f'{{"token": "{MASK}"}}'),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
        ("sent Bearer abcdefgh12", f"sent Bearer {MASK}"),
        ("a password is needed", "a password is needed"),
    ],
)
def test_texts_that_tell_a_secret(text: str, expected: str) -> None:
    """What looks like a secret in a log line is masked."""
    assert Veil().text(text) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Cookie", 'a=1; b="two"; c', f"a={MASK}; b={MASK}; c"),
        ("Set-Cookie", "a=one; Path=/; Secure", f"a={MASK}; Path=/; Secure"),
        ("Set-Cookie", "a=; Max-Age=0", "a=; Max-Age=0"),
        ("Authorization", "Basic QWxhZGRpbg==", f"Basic {MASK}"),
        ("Proxy-Authorization", "whole", MASK),
        ("Referer", "http://h/p?token=t&a=1", f"http://h/p?token={MASK}&a=1"),
        ("Location", "/reset?%74oken=t", f"/reset?%74oken={MASK}"),
        ("Accept", "text/html", "text/html"),
    ],
)
def test_headers(name: str, value: str, expected: str) -> None:
    """Of cookies the name is shown, of URLs all but secrets."""
    assert Veil().header(name, value) == expected


class Loud:
    """An object of an app that must not be asked for anything."""

    def __repr__(self) -> str:
        raise AssertionError("asked for its text")

    __str__ = __hash__ = __eq__ = __repr__  # type: ignore[assignment]


def test_values_are_shown_without_asking_them() -> None:
    """Of an app's own object the class is named, also inside of others."""
    assert shown([1, Loud()], Veil()) == "[1, <tests.inspector.test_masking.Loud>]"
    mark_of({"a": Loud()})


def test_secrets_inside_of_values() -> None:
    """A dict in a session is masked by the names in it."""
    assert shown({"a": {"password": "x" * 9}}, Veil()) == f"{{'a': {{'password': {MASK}}}}}"


def test_values_are_bounded() -> None:
    """Long texts, large numbers, deep and endless values come out short."""
    endless: list[object] = []
    endless.append(endless)
    for value in (
        "x" * 10**6,
        10**5000,
        [[[[[[[[1]]]]]]]],
        endless,
        list(range(10**5)),
        b"x" * 10**6,
    ):
        assert len(shown(value, Veil())) < 1000
        assert len(mark_of(value)) == 12


def test_marks_tell_values_apart() -> None:
    """Equal values have equal marks, in whatever order they were made; others have not."""
    assert mark_of({"a": 1, "b": [2]}) == mark_of({"b": [2], "a": 1})
    values = [1, True, "1", b"1", 1.0, None, [1], (1,), {1}, {"1": 1}, [[1]], [1, 1], "", []]
    assert len({mark_of(value) for value in values}) == len(values)
