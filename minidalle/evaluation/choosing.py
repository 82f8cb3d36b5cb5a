"""What choosing among several pictures adds: CLIP's favourite of k, any right one of k, and what luck alone would give.

Every k up to the number K that was drawn is read off the same pictures, over all ways to take k of them, so a curve
does not hang on which came first.

Left out: drawing and reading (`sections.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Any

from minidalle.evaluation.chances import by_luck


def steps(most: int) -> list[int]:
    """1, 2, 4, ... and the most itself."""
    return sorted({2**power for power in range(most.bit_length()) if 2**power <= most} | {most})


def any_right(marks: Sequence[bool], k: int) -> float:
    """How often k of some pictures, taken without looking, have a right one among them."""
    return 1 - comb(len(marks) - sum(marks), k) / comb(len(marks), k)


def favourite_right(marks: Sequence[bool], scores: Sequence[float], k: int) -> float:
    """How often the one of highest score of k pictures, taken without looking, is right; of equal scores the first."""
    order = sorted(range(len(marks)), key=lambda place: -scores[place])
    ways = [comb(len(marks) - 1 - rank, k - 1) for rank in range(len(marks))]  # in which it is the favourite
    return sum(way for way, place in zip(ways, order, strict=True) if marks[place]) / comb(len(marks), k)


def curve(rows: Sequence[Sequence[bool]], scores: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """For k = 1, 2, 4, ... K, averaged over questions: "clip", "any", and "luck", 1 - (1 - p)^k of the share p of all
    pictures. rows, scores: [question][picture], K pictures each."""
    each = [sum(row) / len(row) for row in rows]
    points = []
    for k in steps(len(rows[0])):
        clip = [favourite_right(row, some, k) for row, some in zip(rows, scores, strict=True)]
        found = [any_right(row, k) for row in rows]
        luck = by_luck(sum(each) / len(each), k)
        points.append({"k": k, "clip": sum(clip) / len(rows), "any": sum(found) / len(rows), "luck": luck})
    return points
