"""The tour as visitors have it: a real server, and a real Chromium."""
