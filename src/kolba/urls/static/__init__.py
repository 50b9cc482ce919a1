"""Static files: a content hash in their URLs, long lives, compressed copies; no build step."""

from kolba.urls.static.serving import attach, send, short_way
from kolba.urls.static.versions import VERSION

__all__ = ["VERSION", "attach", "send", "short_way"]
