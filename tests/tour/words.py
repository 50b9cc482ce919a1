"""What visitors type, and what may stand in the other alphabet."""

from __future__ import annotations

WORDS = {"en": "Tea", "ru": "Чай"}

# Names, and the lesson's own words, that Russian writes in Latin letters.
NAMES = {"Flask", "Flash", "flash", "Jinja", "Kolba", "Python", "Werkzeug", "base", "view"}
COOKIES = {"Cookie", "cookie", "cookies"}
ABBREVIATIONS = {"GET", "HEAD", "HMAC", "HTML", "HTTPS", "OPTIONS", "POST", "URL", "UTC"}
LATIN_IN_RUSSIAN = NAMES | COOKIES | ABBREVIATIONS
