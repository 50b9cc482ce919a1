"""What pytest leaves alone here: a suite of its own, run by `tutorial.py` beside the app it tests."""

collect_ignore = ["tutorial_variant"]
