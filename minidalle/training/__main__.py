"""`python -m minidalle.training dvae --preset nano --out DIR`: training without the rest of the command line."""

import sys

from minidalle.training.command import main

sys.exit(main())
