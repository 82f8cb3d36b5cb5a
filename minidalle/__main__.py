"""`python -m minidalle` is the command `minidalle`."""

import sys

from minidalle.cli import main

if __name__ == "__main__":
    sys.exit(main())
