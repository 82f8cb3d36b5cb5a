"""Which exercises there are: their cards and hints, and the checker of each.

The cards are data (`cards.json`), written by `tools/make_exercises.py` from the same source as the
notebooks. Left out: the solutions, which are in no part of this package.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from minidalle.checks.checker import Checker

POINTS = {"warm-up": 1, "build": 3, "investigation": 2, "stretch": 4}
"""What an exercise counts in a mark, by its kind."""


@cache
def cards() -> dict[str, dict[str, Any]]:
    """Exercise -> its card: lesson, title, kind, minutes, lines, teaches, hints; in the order of the course."""
    return json.loads(Path(__file__).with_name("cards.json").read_text(encoding="utf-8"))


def card(exercise: str) -> dict[str, Any]:
    """The card of one exercise. Raises ValueError for a name that is none, with the nearest one that is."""
    if exercise not in cards():
        near = difflib.get_close_matches(str(exercise), cards(), 1)
        hint = f": did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"there is no exercise {exercise!r}{hint}")
    return cards()[exercise]


def checker_of(exercise: str) -> Checker:
    """What judges one exercise. Raises ValueError as `card` does."""
    module = import_module(f"minidalle.checks.lesson{card(exercise)['lesson'][:2]}")
    return next(one for one in module.CHECKERS if one.name == exercise)


def points(exercise: str) -> int:
    """What an exercise counts."""
    return POINTS[card(exercise)["kind"]]
