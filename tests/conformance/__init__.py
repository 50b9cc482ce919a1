"""Other people's test suites, run twice: with plain Flask and with the engine.

Nothing is skipped or patched: what passes on Flask must pass on the engine, test id by test id.
Sources come from their sdists into `.cache/`.
"""
