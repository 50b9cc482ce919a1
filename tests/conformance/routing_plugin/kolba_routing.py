"""A pytest plugin that has the engine's index answer for Werkzeug's map adapters.

It acts only where `kolba_conformance` installs the engine. Each question compiles the map anew,
since the tests change their maps between two questions.
"""

import os

from werkzeug.routing import MapAdapter

if os.environ.get("KOLBA_CONFORMANCE_ENGINE") == "1":
    from kolba.engine.building import compile_builders
    from kolba.engine.counters import counting
    from kolba.engine.matching import Unsupported, compile_map

    by_index, by_werkzeug = counting("", False, ()), counting("", True, ())
    werkzeugs_match, werkzeugs_build = MapAdapter.match, MapAdapter.build
    asking = []

    def match(
        self, path_info=None, method=None, return_rule=False, query_args=None, websocket=None
    ):
        """Asked of the compiled matcher."""
        try:
            matcher = compile_map(self.map, lambda rule: rule)
        except Unsupported:
            by_werkzeug()
            return werkzeugs_match(self, path_info, method, return_rule, query_args, websocket)
        by_index()
        rule, values = matcher.match(self, path_info, method, query_args, websocket)
        return (rule if return_rule else rule.endpoint), values

    def build(self, *args, **kwargs):
        """Asked of the compiled builders; they ask Werkzeug's build themselves at times."""
        if asking:
            return werkzeugs_build(self, *args, **kwargs)
        asking.append(True)
        try:
            builders = compile_builders(self.map)
            by_index()
            return builders.build(self, *args, **kwargs)
        except Unsupported:
            by_werkzeug()
            return werkzeugs_build(self, *args, **kwargs)
        finally:
            asking.clear()

    MapAdapter.match, MapAdapter.build = match, build
