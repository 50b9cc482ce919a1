"""Names of uploaded files, made safe to write on any file system.

Letters of every alphabet stay. What could lead out of a folder, be a device, hide the
ending or be hidden goes.
"""

from __future__ import annotations

import re
import unicodedata

FALLBACK = "upload"
MAX_BYTES = 200

_devices = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)", re.I)
_reserved = re.compile(r'[<>:"/\\|?*&;`$%#{}\'!@^~=+]')


def safe_name(name: str | None) -> str:
    """A file name without folders that every file system takes.

    >>> safe_name("../../отчёт за май.pdf")
    'отчёт_за_май.pdf'
    >>> safe_name("C:\\\\Windows\\\\CON")
    '_CON'
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    base = "".join(c for c in base if unicodedata.category(c)[0] not in "CZ" or c == " ")
    base = re.sub(r"\s+", "_", _reserved.sub("_", base).strip())
    base = base.strip("._ ") or FALLBACK
    if _devices.match(base):
        base = f"_{base}"
    return _shortened(base)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MAX_BYTES - len((dot + ending).encode())
    stem = stem.encode()[:room].decode(errors="ignore")
    return f"{stem}{dot}{ending}"
