"""What pytest leaves alone here: a suite of its own, run by `tutorial.py` beside its app."""

collect_ignore = ["tutorial_variant"]
