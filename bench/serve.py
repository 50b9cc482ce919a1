"""The module that a server loads: `app` is the subject named in the environment."""

from __future__ import annotations

import os

from bench.apps import load

app = load(os.environ["BENCH_SUBJECT"])
