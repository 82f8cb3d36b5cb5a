"""Shares with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Z = 1.959964
"""Two-sided 95 % of a normal distribution."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): stays inside [0, 1], and is honest at 0 and at 1.

        >>> wilson(10, 10)   # not (1, 1)
        (0.722..., 1.0)

    Raises ValueError for no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} of {trials} is not a share")
    share, z2 = successes / trials, Z * Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(values: Sequence[bool]) -> dict[str, Any]:
    """A share with its 95 % interval, ready for JSON. Raises ValueError for no values."""
    low, high = wilson(sum(values), len(values))
    return {"share": sum(values) / len(values), "low": low, "high": high, "n": len(values)}


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high): a mean and its 95 % interval by the normal approximation; one value has no width."""
    if not values:
        raise ValueError("there are no values to average")
    mean = sum(values) / len(values)
    if len(values) == 1:
        return mean, mean, mean
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = Z * math.sqrt(variance / len(values))
    return mean, mean - half, mean + half
