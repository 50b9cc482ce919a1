"""Say where two traces part, in words a person can act on.

Invariant: equal traces give "", and nothing else does.
"""

from __future__ import annotations

_BEFORE, _AFTER = 8, 3


def first_difference(flask: list[str], kolba: list[str]) -> str:
    """The lines around the first difference, or "" if there is none."""
    if flask == kolba:
        return ""
    same = next(
        (i for i, (a, b) in enumerate(zip(flask, kolba, strict=False)) if a != b),
        min(len(flask), len(kolba)),
    )
    request = next((i for i in range(same, -1, -1) if flask[i : i + 1] and flask[i][0] == ">"), 0)
    common = flask[max(request, same - _BEFORE) : same]
    if request < same - _BEFORE:
        common = [flask[request], "…", *common]
    return "\n".join(
        [f"first difference at line {same + 1}:"]
        + [f"    {line}" for line in common]
        + [f"  flask {line}" for line in flask[same : same + _AFTER] or ["(nothing more)"]]
        + [f"  kolba {line}" for line in kolba[same : same + _AFTER] or ["(nothing more)"]]
    )
