"""One side of a comparison: a process that holds the application and answers what it is asked.

It runs under a name of its own (`kolba_side`), and imports nothing of Kolba: in the process
that plays plain Flask, Kolba is never imported unless the application does it itself.
"""
