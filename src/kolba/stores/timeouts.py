"""How long a server may take, as a URL says it."""

from __future__ import annotations

from collections.abc import Mapping

from kolba.errors import ConfigError

_LONGEST = 60.0


def timeout_in(given: Mapping[str, str], usual: float) -> float:
    """Seconds, of what stands behind a URL's question mark.

    Args:
        usual: where nothing is said.

    Raises:
        ConfigError: it is no time, or too long a one.
    """
    text = given.get("timeout", str(usual))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise ConfigError(
            f"KOLBA_STATE has timeout={text!r}: write seconds, above 0 and up to {_LONGEST:g}, "
            f"for instance timeout={usual}"
        )
    return seconds
