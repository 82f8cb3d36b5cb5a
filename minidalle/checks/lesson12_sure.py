"""Checkers of lesson 12, how good is it: how sure a share is, and the difference of two.

Left out: the shares themselves (`lesson12.py`).
"""

from __future__ import annotations

import math
import random

from minidalle.checks.checker import Belief, Checker
from minidalle.evaluation.statistics import mean_interval, wilson


def interval(right: int, n: int, way: str = "") -> list[float]:
    """An interval of a share, by a belief."""
    p, z = right / n, {"one-sided": 1.645, "sigma": 1.0}.get(way, 1.96)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    if way in ("school", "cut", "moved"):
        half = z * math.sqrt(p * (1 - p) / n)
    if way in ("school", "cut", "around"):
        middle = p
    ends = [middle - half, middle + half]
    return ends if way == "school" else [max(0.0, ends[0]), min(1.0, ends[1])]


WILSON_INTERVAL = Checker(
    "wilson_interval(right, n)",
    target=wilson,
    make=lambda rng: (lambda n: (rng.randint(0, n), n))(rng.randint(3, 60)),
    edges=((20, 20), (18, 20), (0, 10), (500, 1000), (1, 1), (45, 50)),
    tolerance=3e-4,
    axes=("low", "high"),
    beliefs=(
        Belief(
            "the scatter of what was found is the scatter of the truth",
            "This is the school formula. After 20 of 20 it has no width at all, and after 18 of 20 it ends above 1. "
            "Put the *possible truth* under the root, not what was found.",
            lambda *case: interval(*case, "school"),
        ),
        Belief(
            "cutting at 0 and 1 repairs the school formula",
            "This is the school formula, cut off at 0 and at 1. It still claims to know for certain after 20 of 20. "
            "Put the possible truth under the root, not what was found.",
            lambda *case: interval(*case, "cut"),
        ),
        Belief(
            "what was found is in the middle",
            "Your width is Wilson's, but you lay it around what was found. The truths that would not surprise are not "
            "as many on both sides: towards one half there are more. Solve for both ends.",
            lambda *case: interval(*case, "around"),
        ),
        Belief(
            "95 % ends at 1.64",
            "Your z is 1.645, which leaves 5 % on one side, and 10 % on both together. For 95 % between two ends it is "
            "1.96.",
            lambda *case: interval(*case, "one-sided"),
        ),
        Belief(
            "one standard deviation is 95 %",
            "Your interval is one standard deviation to each side, and catches the truth in two of three tests only. "
            "For 95 of 100 it takes 1.96 of them.",
            lambda *case: interval(*case, "sigma"),
        ),
        Belief(
            "moving the middle is enough",
            "Your middle is Wilson's, but the width is still the school's: after 20 of 20 it has none. What is under "
            "the root has to be the possible truth, too.",
            lambda *case: interval(*case, "moved"),
        ),
    ),
)


def compared(ours: list[bool], theirs: list[bool], way: str = "") -> list[float]:
    """Mean, low and high of the difference, caption by caption; or by a belief instead."""
    gaps = [float(a) - float(b) for a, b in zip(ours, theirs, strict=True)]
    if way == "turned":
        gaps = [-gap for gap in gaps]
    elif way == "size":
        gaps = [abs(gap) for gap in gaps]
    elif way == "winners":
        gaps = [gap for gap in gaps if gap]
    mean, low, high = mean_interval(gaps)
    half = (high - low) / 2
    if way == "one":
        half *= math.sqrt(len(gaps))
    if way == "apart":
        both = [mean_interval([float(one) for one in some]) for some in (ours, theirs)]
        half = math.hypot(*((high - low) / 2 for _, low, high in both))
    return [mean, mean - half, mean + half]


def some_pairs(rng: random.Random) -> tuple[list[bool], list[bool]]:
    """Marks of two models for the same captions, hard and easy ones; they part at least twice, once each way."""
    while True:
        count = rng.randint(8, 40)
        easy = [rng.choice((0.15, 0.9)) for _ in range(count)]
        ours = [rng.random() < min(1.0, chance + 0.1) for chance in easy]
        theirs = [rng.random() < chance for chance in easy]
        gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
        if 1 in gaps and -1 in gaps and sum(gaps):
            return ours, theirs


PAIRED_GAIN = Checker(
    "paired_gain(ours, theirs)",
    target=compared,
    make=some_pairs,
    edges=(
        (
            [True, True, True, False, True, False, True, True],
            [True, False, True, False, True, False, False, True],
        ),
    ),
    tolerance=3e-4,
    axes=("mean", "low", "high"),
    beliefs=(
        Belief(
            "the two scatter on their own",
            "Your mean is right, but you add the scatter of two separate tests, and the interval is mostly too wide. "
            "Both models drew the same captions: take the standard deviation of the differences.",
            lambda *case: compared(*case, "apart"),
        ),
        Belief(
            "a mean scatters as one caption does",
            "Your interval says where a single caption's difference lies. The mean of n of them scatters less, by the "
            "root of n: divide by it.",
            lambda *case: compared(*case, "one"),
        ),
        Belief(
            "the difference has no direction",
            "Your signs are turned: you subtract ours from theirs, so a gain looks like a loss. It is ours minus "
            "theirs.",
            lambda *case: compared(*case, "turned"),
        ),
        Belief(
            "captions without a winner say nothing",
            "You leave out the captions on which both agree. They say that there the difference is 0, and belong in "
            "the mean: without them a tiny gain looks huge.",
            lambda *case: compared(*case, "winners"),
        ),
        Belief(
            "a loss is a difference like a win",
            "You count a lost caption as much as a won one, with the same sign. Then two equal models that part in "
            "half of all captions differ by 0.5. A loss is -1.",
            lambda *case: compared(*case, "size"),
        ),
    ),
)

CHECKERS = (WILSON_INTERVAL, PAIRED_GAIN)
