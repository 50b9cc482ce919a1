"""What the visitor prefers: a theme and a language, each in a cookie that is declared once.

`get` gives a value that is one of these, whatever the browser sends; `set` and `delete`
know the attributes. `kolba cookies 'kolba.tour:create_app()'` lists both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, get_args

from kolba import Cookie, Kolba

Theme = Literal["auto", "light", "dark"]
Language = Literal["auto", "en", "ru"]
THEMES: tuple[Theme, ...] = get_args(Theme)
YEAR = timedelta(days=365)

theme = Cookie[Theme](
    "tour_theme", Theme, default="auto", life=YEAR, purpose="the visitor's colour theme"
)
language = Cookie[Language](
    "tour_language", Language, default="auto", life=YEAR, purpose="the visitor's language"
)


def init_app(app: Kolba) -> None:
    """Give templates `theme` and `themes`."""

    @app.context_processor
    def themes() -> dict[str, object]:
        return {"theme": theme.get(), "themes": THEMES}
