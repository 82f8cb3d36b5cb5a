"""What a mistake is, and what its runs show.

Left out: the mistakes (`cases.py`), and the figure (`sheet.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch import Tensor

SHOWN = 6
"""Pictures a row."""


@dataclass(frozen=True)
class Found:
    """What a case shows. curves: label -> (x, y), those of the mistake first, then those of the cure. x, y: what the
    axes say. pictures: label -> images [SHOWN, 3, height, width], for the cases that have any. verdict: a sentence with
    the figures."""

    curves: dict[str, tuple[Sequence[float], Sequence[float]]]
    x: str
    y: str
    verdict: str
    pictures: dict[str, Tensor] = field(default_factory=dict)
    log_x: bool = False


@dataclass(frozen=True)
class Failure:
    """A mistake: its name, the line that makes it, the line that cures it, and the runs."""

    name: str
    mistake: str
    cure: str
    run: Callable[[int], Found]
