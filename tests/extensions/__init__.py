"""Extensions and agents in real use: each answer on the engine is, byte for byte, Flask's.

A file is both the app with its journey and the test that plays it: see `tests.journey`.
"""
