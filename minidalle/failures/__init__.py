"""How DALL-E goes wrong: six mistakes, each one line of code, each in a run of seconds beside the same run without it.

    python -m minidalle failures --out data/failures

    >>> from minidalle.failures import FAILURES, show
    >>> show(["hot temperature"])        # one of them as a figure, drawn anew

`cases.py` has the mistakes and what is measured, `small.py` the small models that they happen to, `sheet.py` the
figure.
Left out: mistakes that a test of the package finds at once (see the ledger); these are those that train on quietly.
"""

from minidalle.failures.cases import FAILURES
from minidalle.failures.found import Failure, Found
from minidalle.failures.sheet import sheet, show

__all__ = ["FAILURES", "Failure", "Found", "sheet", "show"]
