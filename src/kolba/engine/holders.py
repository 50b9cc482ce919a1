"""How many hold an answer that nobody has kept, by what this Python counts.

A hook or a view may keep a response or its body, and look at it, or change it, when it has been
sent. The engine's short ways out are for answers that nobody keeps, which their reference counts
tell. Until Python 3.13 each caller that an object goes through is one that holds it; from 3.14 on
what is lent to a function is not counted again.

SOURCE: Python's documentation, What's new in 3.14, "Interpreter improvements".
"""

from __future__ import annotations

import sys
import sysconfig
from typing import NamedTuple

NEWEST = (3, 15)
"""The newest Python of which the counts have been seen."""


class Holders(NamedTuple):
    """The most that `sys.getrefcount` says where nobody keeps anything.

    Attributes:
        sent, sent_body: in `kolba.engine.responses.send`.
        made, made_body: in `kolba.engine.finalizing`, when the hooks have seen a page.
    """

    sent: int
    sent_body: int
    made: int
    made_body: int


def _most() -> Holders:
    if sys.version_info[:2] > NEWEST or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return Holders(0, 0, 0, 0)  # every answer is taken for kept
    if sys.version_info < (3, 14):
        return Holders(4, 3, 3, 4)
    return Holders(1, 2, 1, 2)


MOST = _most()
