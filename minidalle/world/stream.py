"""The one source of chance in the picture world: a random stream that is the same on every machine.

Left out: what is drawn from it (`sample.py`, `kinds/`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence


class Stream:
    """A random stream with only the draws that the world needs."""

    def __init__(self, *key: object) -> None:
        self._random = random.Random("/".join(map(str, key)))

    def uniform(self, low: float, high: float) -> float:
        """A float in [low, high), rounded to six decimals so that a scene prints and stores exactly."""
        return round(low + (high - low) * self._random.random(), 6)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self._random.random() < probability

    def pick(self, values: Sequence, weights: Sequence[float] | None = None):
        """One of the values, uniformly or by weight."""
        if weights is None:
            return values[int(self._random.random() * len(values))]
        target = self._random.random() * sum(weights)
        for value, weight in zip(values, weights, strict=True):
            target -= weight
            if target < 0:
                return value
        return values[-1]

    def pick_several(self, values: Sequence, count: int) -> list:
        """`count` different values in random order."""
        left = list(values)
        return [left.pop(int(self._random.random() * len(left))) for _ in range(count)]
