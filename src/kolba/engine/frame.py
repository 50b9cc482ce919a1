"""The frame of a compiled request: what the engine keeps of it in its context's `__dict__`.

Everything that Flask would put there at once is made of these when it is first touched.
"""

from __future__ import annotations

from kolba.http.environs import MARK as ENVIRON

__all__ = ["ARGS", "COOKIE", "ENVIRON", "PLACE", "PLAN", "PUSHED", "TOKEN"]

PLAN = "_kolba_plan"
"""The plan that the request began with. An app keeps its present plan by the same name."""
PLACE = "_kolba_place"
"""Where it goes: a `kolba.engine.plan.Place`."""
COOKIE = "_kolba_cookie"
"""How its session opens."""
ARGS = "_kolba_args"
"""The fields of its query string, where they were asked for before there was a request, or None."""
TOKEN = "_kolba_token"
"""What takes a context off again whose `_cv_tokens` nobody has asked for; None once it is off."""
PUSHED = "_kolba_pushed"
"""The app context that was pushed with a request's."""
