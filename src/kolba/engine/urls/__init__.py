"""The parts that `kolba.engine.matching` and `kolba.engine.building` are made of.

Everything here depends on Werkzeug's routing alone: no Flask, no context.
Values are made once by a compile and never changed after it.
"""
