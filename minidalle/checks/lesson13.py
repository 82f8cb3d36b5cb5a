"""Checkers of lesson 13, limits and impact: what silence tells, and what temperature enlarges.

Left out: copies, and weights (`lesson13_data.py`), and the texts of the exercises
(`exercises/source/lesson13.py`).
"""

from __future__ import annotations

import math
import random

from minidalle.checks import lesson13_data
from minidalle.checks.checker import Belief, Checker

Shares = dict[str, float]


def scaled(parts: Shares) -> Shares:
    """The same parts, summing to 1; zeros where there is nothing."""
    total = sum(parts.values())
    return {value: part / total if total else 0.0 for value, part in parts.items()}


def unsaid(shares: Shares, said: Shares, way: str = "") -> Shares:
    """Shares of values where the caption names none; or by a belief instead."""
    if way == "unchanged":
        return dict(shares)
    if way == "spoken":
        return scaled({value: share * said[value] for value, share in shares.items()})
    prior = dict.fromkeys(shares, 1.0) if way == "alike" else shares
    silent = {value: share * (1 - said[value]) for value, share in prior.items()}
    if way == "certain":
        return scaled({value: float(value == max(silent, key=silent.get)) for value in silent})
    return silent if way == "unscaled" else scaled(silent)


def some_habits(rng: random.Random) -> tuple[Shares, Shares]:
    """How frequent values are, and how often they are named."""
    values = rng.sample(("small", "medium", "large", "tiny", "huge"), rng.randint(2, 4))
    shares = scaled({value: rng.uniform(0.1, 1) for value in values})
    return shares, {value: rng.choice((0.0, 0.9, rng.random() * 0.9)) for value in values}


THIRDS = dict.fromkeys(("small", "medium", "large"), 1 / 3)

SILENT_SHARES = Checker(
    "silent_shares(shares, said)",
    target=unsaid,
    make=some_habits,
    edges=(
        (THIRDS, {"small": 0.5, "medium": 0.0, "large": 0.5}),
        ({"red": 0.6, "blue": 0.4}, {"red": 1.0, "blue": 0.5}),
    ),
    beliefs=(
        Belief(
            "silence says nothing",
            "You give the shares of all pictures. Captions that name nothing are a choice of their own: values that "
            "are often named are rare among them.",
            lambda *case: unsaid(*case, way="unchanged"),
        ),
        Belief(
            "what is said is what is there",
            "You give the shares among captions that do name the value. Asked is the other half, where nothing is "
            "said: multiply by 1 - said.",
            lambda *case: unsaid(*case, way="spoken"),
        ),
        Belief(
            "shares of all pictures",
            "Your numbers do not sum to 1: they are parts of all pictures. Asked are shares of the silent ones, so "
            "divide by how many those are.",
            lambda *case: unsaid(*case, way="unscaled"),
        ),
        Belief(
            "all values are equally frequent",
            "You look at how often a value is named, and not at how frequent it is. A rare value that nobody names "
            "is still rare: both numbers are multiplied.",
            lambda *case: unsaid(*case, way="alike"),
        ),
        Belief(
            "the likeliest value is meant",
            "You give everything to the likeliest value. The others are silent at times, too, and a model that has "
            "learnt well draws all of them, each as often as it occurs.",
            lambda *case: unsaid(*case, way="certain"),
        ),
    ),
)


def sharpened(counts: dict[str, int], temperature: float, way: str = "") -> Shares:
    """Shares of drawings at a temperature; or by a belief instead."""
    plain = scaled({value: float(count) for value, count in counts.items()})
    if way == "mirror":
        return plain
    if way == "winner" and temperature < 1:
        return {value: float(value == max(counts, key=counts.get)) for value in counts}
    if way == "logits":
        return scaled({value: math.exp(share / temperature) for value, share in plain.items()})
    power = temperature if way == "other" else 1 / temperature
    raised = {value: share**power for value, share in plain.items()}
    return raised if way == "unscaled" else scaled(raised)


def some_counts(rng: random.Random) -> tuple[dict[str, int], float]:
    """Unequal counts, now and then none of a value, and a temperature."""
    values = rng.sample(("red", "blue", "green", "pink", "black"), rng.randint(2, 5))
    counts = {value: rng.randint(1, 60) for value in values}
    if rng.random() < 0.3:
        counts[values[-1]] = 0
    return counts, rng.choice((0.5, 0.7, 0.8, 1.5, rng.uniform(0.4, 2)))


SHARES_AT = Checker(
    "shares_at(counts, temperature)",
    target=sharpened,
    make=some_counts,
    edges=(
        ({"red": 3, "blue": 1}, 0.5),
        ({"red": 60, "blue": 8, "green": 8, "pink": 8, "black": 8, "yellow": 8}, 0.5),
        ({"red": 51, "blue": 49}, 0.35),
        ({"red": 5, "blue": 0}, 2.0),
        ({"red": 2, "blue": 1}, 1.0),
    ),
    beliefs=(
        Belief(
            "a model is a mirror at any temperature",
            "You give the shares of the data. That is right at temperature 1 alone; below it frequent things become "
            "more frequent, and above it less.",
            lambda *case: sharpened(*case, way="mirror"),
        ),
        Belief(
            "the power is the temperature",
            "You raise to the power T, so a low temperature flattens. It divides the logits, which are logarithms: "
            "the power is 1 / T.",
            lambda *case: sharpened(*case, way="other"),
        ),
        Belief(
            "powers are shares",
            "Your numbers do not sum to 1: after raising them to a power, divide by their sum.",
            lambda *case: sharpened(*case, way="unscaled"),
        ),
        Belief(
            "shares are logits",
            "You put the shares into a softmax. Logits are logarithms of shares, up to a constant; with shares in "
            "their place even what never occurred is drawn.",
            lambda *case: sharpened(*case, way="logits"),
        ),
        Belief(
            "below 1 the commonest takes all",
            "You let the commonest value take all as soon as the temperature is below 1. That happens at 0; on the "
            "way there it only gains.",
            lambda *case: sharpened(*case, way="winner"),
        ),
    ),
)

CHECKERS = (SILENT_SHARES, SHARES_AT, *lesson13_data.CHECKERS)
