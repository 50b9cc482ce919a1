"""What visitors type, and what may stand in the other alphabet."""

from __future__ import annotations

WORDS = {"en": "Tea", "ru": "Чай"}

# Names, and the lesson's own words, that Russian writes in Latin letters.
LATIN_IN_RUSSIAN = frozenset(
    [
        "Allow",
        "Flask",
        "Flash",
        "GET",
        "HEAD",
        "HMAC",
        "HTML",
        "HTTPS",
        "Jinja",
        "Kolba",
        "OPTIONS",
        "POST",
        "Python",
        "URL",
        "UTC",
        "Werkzeug",
        "base",
        "Cookie",
        "cookie",
        "cookies",
        "flash",
        "view",
    ]
)
