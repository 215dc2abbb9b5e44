"""`python -m brobygger` is the command line."""

from brobygger.cli import main

main()
