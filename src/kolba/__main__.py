"""`python -m kolba`."""

from kolba.cli import main

main()
