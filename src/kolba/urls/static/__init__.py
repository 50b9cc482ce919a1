"""Static files: a content hash in their URLs, long lives, compressed copies; no build step."""

from kolba.urls.static.serving import attach, send, short_way

__all__ = ["attach", "send", "short_way"]
