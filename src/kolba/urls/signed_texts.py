"""What a visitor reads whose signed link is not good (any more), in English and Russian."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept

_TEXTS = {
    "missing": {
        "en": "This page opens only by a link that was sent to you. Open the link itself.",
        "ru": "Эта страница открывается только по присланной ссылке. Откройте саму ссылку.",
    },
    "tampered": {
        "en": "This link is damaged. Copy it whole, or ask for a new one.",
        "ru": "Ссылка повреждена. Скопируйте её целиком или попросите новую.",
    },
    "expired": {
        "en": "This link has expired. Ask for a new one.",
        "ru": "Срок действия ссылки истёк. Попросите новую.",
    },
}


def text(reason: str, languages: LanguageAccept) -> str:
    """The words for `missing`, `tampered` or `expired`, in the visitor's language."""
    return _TEXTS[reason][languages.best_match(("en", "ru")) or "en"]
