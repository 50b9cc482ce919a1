"""The static checker of Flask code: it reads what it checks, and never imports it.

`files` finds what to read; `module` is a Python file, parsed and walked once; `project`
is all of them; `rules/` has one file for each mistake; `run` puts them together, and
`printers/` say what came out. Neither Flask nor the engine is imported.

The invariant: when unsure, a rule is silent.
"""
