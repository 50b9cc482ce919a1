"""The benchmark: Flask, the same app on Kolba's engine, the bare server and peers, side by side.

Run by `python -m bench`. It measures and prints; it never passes or fails on speed.
"""
