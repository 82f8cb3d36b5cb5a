"""One line of the ledger: what the paper says, what this package does, why, and the test that holds it.

Left out: the lines themselves, in the file of their part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minidalle.presets import Preset

OPEN = "not implemented"


@dataclass(frozen=True)
class Line:
    """One statement of the paper, of the released dVAE code, or of its author.

    Attributes:
        name: what is stated, in a few words; no two lines share one.
        paper: the statement, with its place.
        ours: what this package does: a text, or a function of the `paper` preset that reads it off the code.
        why: where ours differs or the paper is silent, the reason; else empty.
        tests: the tests that fail when ours is broken, as "tests/test_masks.py::test_name". None: not implemented, and
            then `why` says why not.
    """

    name: str
    paper: str
    ours: str | Callable[[Preset], str]
    why: str = ""
    tests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.tests and not self.why:
            raise ValueError(f"{self.name}: without a test there has to be a reason")

    def reads(self, paper: Preset) -> str:
        """What this package does, in words and numbers."""
        return self.ours if isinstance(self.ours, str) else self.ours(paper)


def of(file: str, *names: str) -> tuple[str, ...]:
    """The ids of tests: of("masks", "test_a") is "tests/test_masks.py::test_a"."""
    return tuple(f"tests/test_{file}.py::{name}" for name in names)
