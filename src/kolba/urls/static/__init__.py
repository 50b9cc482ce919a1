"""Static files: a content hash in their URLs, long lives, compressed copies; no build step."""

from kolba.urls.static.serving import attach, send

__all__ = ["attach", "send"]
