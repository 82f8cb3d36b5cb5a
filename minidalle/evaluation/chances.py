"""What guessing would score: every value of a field as likely as any other.

Left out: a guess that knows which values are common.
"""

from __future__ import annotations

import math

from minidalle.evaluation.asking import NEAR_ANGLES, THREE_LETTERS
from minidalle.world.facts import fields_of

UNORDERED = ("pair", "triple")
"""Kinds whose things may stand in any order."""


def values_of(kind: str, field: str) -> int:
    """How many values a field of a kind can take. Raises KeyError for a field that the kind does not have."""
    return len(fields_of(kind)[field])


def chance(kind: str, field: str) -> float | None:
    """How often a guess has a field right, or "all" fields that a caption can tell; None for things that may stand in
    any order, where that takes more than a division."""
    if field in NEAR_ANGLES:
        return (1 + 2 * NEAR_ANGLES[field]) / values_of(kind, "angle")
    if field == THREE_LETTERS:
        return 1 / values_of(kind, "word")
    if kind in UNORDERED and field != "style":
        return None
    if field == "all":
        return 1 / math.prod(len(values) for name, values in fields_of(kind).items() if name != "size")
    return 1 / values_of(kind, field)


def by_luck(share: float, count: int) -> float:
    """How often one or more of `count` independent tries is right, each with this share: 1 - (1 - p)^k.

    The best of k rises with k even where nothing was learnt; it means something only above this.

        >>> by_luck(0.5, 2)
        0.75
    """
    return 1 - (1 - share) ** count
