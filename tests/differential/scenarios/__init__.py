"""One module a theme; every public function that is defined in one is a scenario.

A scenario takes a `Trace`, and its docstring is the one claim it checks. A function under
`table(...)` is one scenario a row.
"""
