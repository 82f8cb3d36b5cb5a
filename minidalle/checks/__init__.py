"""The exercises' checkers and hints.

    >>> check("keep_top_k", keep_top_k)  # draws your answer beside the right one, and says what is wrong
    >>> hint("keep_top_k", 1)            # the first of three

Nothing is sent anywhere: what you have solved is kept in one file on this machine (`progress.py`). Left out:
the solutions (in the folder `exercises/solutions`), and marking a whole class (`minidalle/grading`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minidalle.checks.catalogue import card, cards, checker_of, points
from minidalle.checks.checker import Finding
from minidalle.checks.progress import progress, record
from minidalle.checks.style import Watched, home, style_fault, trees_of
from minidalle.checks.verdict import Hint, Verdict

__all__ = ["Verdict", "card", "cards", "check", "hint", "points", "progress"]


def check(exercise: str, answer: Callable[..., Any], seed: int = 0, draw: bool = True) -> Verdict:
    """Judge an answer on many cases, and say in words what is wrong with it, or that nothing is.

    exercise: its name, which is the function's. answer: the function itself. seed: another one gives other
    cases. draw: show the answer beside the right one. Raises ValueError for an unknown exercise, or for an answer
    that is no function.
    """
    one = checker_of(exercise)
    if not callable(answer):
        raise ValueError(
            f"check wants the function itself, check({exercise!r}, {exercise}), not {type(answer).__name__}: "
            "was it called already?"
        )
    cases = one.cases(seed)
    watched = Watched(answer)
    outcomes = [one.run(watched, case) for case in cases]
    finding = one.judge(cases, outcomes)
    borrowed = {exercise} if home(answer) == "minidalle" else watched.called
    if finding.passed and (fault := style_fault(one, trees_of(answer), borrowed)):
        finding = Finding(False, fault, "style")
    if finding.passed:
        record(exercise)
    return Verdict.of(exercise, one, finding, cases, outcomes, draw)


def hint(exercise: str, level: int = 1) -> Hint:
    """The first, second or third hint to an exercise, each telling more. Raises ValueError for another level."""
    hints = card(exercise)["hints"]
    if level not in range(1, len(hints) + 1):
        raise ValueError(f"hint {level} of {exercise}: there are hints 1 to {len(hints)}")
    return Hint(f"Hint {level} of {len(hints)}: {hints[level - 1]}")
