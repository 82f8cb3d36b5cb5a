"""Checkers of lesson 08, training on a GPU: memory, batches in parts, gradient scales.

Left out: speed (`lesson08_speed.py`), and the texts of the exercises (`exercises/source/lesson08.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minidalle.checks import lesson08_speed
from minidalle.checks.checker import Belief, Checker
from minidalle.ledger import costs
from minidalle.training.gradient_scales import DROP, GROWTH, HIGHEST, LOWEST, WINDOW, GradientScales


def kept_if(numbers: float, rest: float = 0.0, always: bool = False) -> Callable[..., float]:
    """Bytes on a card if a parameter has so many that shards divide, and others that they do not."""
    return lambda parameters, cards, sharded: (
        parameters * (rest + (numbers / cards if sharded or always else numbers))
    )


KEPT_BYTES = Checker(
    "kept_bytes(parameters, cards, sharded)",
    target=lambda *case: float(costs.kept_bytes(*case)),  # a number: whole or not
    make=lambda rng: (rng.randint(1, 10_000), rng.randint(2, 64), rng.random() < 0.5),
    edges=((1, 1, False), (1, 8, False), (1000, 8, True), (12_000_000_000, 64, True)),
    beliefs=(
        Belief(
            "a model is its weights",
            "You count 4 bytes a parameter, the weight alone. That is what drawing needs; training also keeps the "
            "gradient, two moments and an average, each as large as the weight.",
            kept_if(4),
        ),
        Belief(
            "AdamW keeps one number",
            "You count four numbers a parameter, and there are five: weight, gradient, AdamW's mean of gradients "
            "and its mean of their squares, and the average of the weight.",
            kept_if(16),
        ),
        Belief(
            "16 bits are kept",
            "You count 2 bytes a number. Only the products are done in 16 bits; what stays between updates is in "
            "float32, or small steps would be rounded away.",
            kept_if(10),
        ),
        Belief(
            "more cards keep less",
            "You divide by the cards always. Replicas are whole copies: eight cards keep the same thing eight "
            "times over. Only shards divide.",
            kept_if(20, always=True),
        ),
        Belief(
            "only weights are sharded",
            "You divide the weights only. Shards divide gradients, moments and averages too, and those are four "
            "fifths of everything.",
            kept_if(4, rest=16),
        ),
    ),
)


def in_parts(answer: Callable[..., Any], gradients: Tensor, count: int, most: int) -> Any:
    """Calls an answer with a function in place of the table of gradients."""

    def gradient_of(start: int, stop: int) -> Tensor:
        if not 0 <= start < stop <= count:
            raise ValueError(f"there are no pictures {start} to {stop - 1} among {count}")
        if stop - start > most:
            raise MemoryError(f"{stop - start} pictures at a time; the card holds {most}")
        return gradients[start:stop].mean(dim=0)

    return answer(gradient_of, count, most)


def together(way: str = "") -> Callable[..., Tensor]:
    """The gradient of a batch in parts; or by a belief instead."""

    def answer(gradient_of: Callable[[int, int], Tensor], count: int, most: int) -> Tensor:
        cuts = [(start, min(start + most, count)) for start in range(0, count, most)]
        if way == "full parts" and most <= count:
            cuts = [(start, stop) for start, stop in cuts if stop - start == most]
        means = torch.stack([gradient_of(*cut) for cut in cuts])
        sizes = torch.tensor([float(stop - start) for start, stop in cuts])
        if way in ("summed", "last", "as sums"):
            return {"summed": means.sum(0), "last": means[-1], "as sums": means.sum(0) / count}[way]
        return means.mean(0) if way == "means" else (sizes @ means) / sizes.sum()

    return answer


def some_gradients(rng: random.Random) -> tuple[Tensor, int, int]:
    """A gradient of three numbers for each picture, and how many fit at a time."""
    count = rng.randint(2, 12)
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    return 3 * torch.randn(count, 3, generator=generator), count, rng.randint(1, count + 1)


WHOLE_GRADIENT = Checker(
    "whole_gradient(gradient_of, count, most)",
    target=together(),
    make=some_gradients,
    observe=in_parts,
    edges=(
        (torch.tensor([[1.0, 0], [3, 0], [5, 0], [7, 0], [0, 10]]), 5, 2),
        (torch.tensor([[1.0, 2], [3, 4], [5, 9], [0, 1]]), 4, 2),
        (torch.tensor([[1.0, 2], [3, 4]]), 2, 8),
    ),
    axes=("number of the gradient",),
    beliefs=(
        Belief(
            "backward adds up, and that is all",
            "You add up the parts' gradients. Each is a mean already, so with {count} pictures, {most} at a time, "
            "the step would be several times too long. Weigh each part by its share of the pictures.",
            together("summed"),
        ),
        Belief(
            "all parts weigh the same",
            "You take the mean of the parts' means. That is right as long as all parts are equally large; the last "
            "one may have fewer pictures, which would then weigh more than others.",
            together("means"),
        ),
        Belief(
            "what fills no part is left out",
            "The last pictures are missing where they fill no whole part: {count} pictures do not always divide "
            "by {most}. The last part may be smaller.",
            together("full parts"),
        ),
        Belief(
            "each part begins anew",
            "You keep the gradient of the last part only, as if it was set to zero before each one. Zero it once, "
            "before the first part, and add up after that.",
            together("last"),
        ),
        Belief(
            "a part's gradient is a sum",
            "You add up the parts and divide by all pictures, which would be right for sums. Each part comes as a "
            "mean, so it has been divided once: multiply it by its number of pictures first.",
            together("as sums"),
        ),
    ),
)


def by_the_package(finite: list[bool], start: int) -> list[int]:
    """A scale's exponent after each update, in thousandths."""
    scales, course = GradientScales(1), []
    scales.thousandths = [start]
    for fine in finite:
        scales.update([fine])
        course += scales.thousandths
    return course


def course_if(
    window: int = WINDOW, drop: int = DROP, way: str = ""
) -> Callable[[list[bool], int], list[int]]:
    """The rule with something changed, for beliefs."""

    def course(finite: list[bool], start: int) -> list[int]:
        found, exponent, since = [], start, window
        for fine in finite:
            since += 1
            if fine and not (way == "waits" and since < window):
                exponent += GROWTH
            if not fine and since >= window:
                exponent -= drop
            if not fine and (since >= window or way == "anew"):
                since = 0
            if way != "no limits":
                exponent = min(max(exponent, LOWEST), HIGHEST)
            found.append(exponent)
        return found

    return course


def some_updates(rng: random.Random) -> tuple[list[bool], int]:
    """Updates of which some overflow, one by one or in a row, and an exponent to begin with."""
    finite: list[bool] = []
    while len(finite) < 300:
        finite += [True] * rng.randint(1, 90) + [False] * rng.choice((1, 1, 2, 5))
    return finite, rng.choice((13_000, 7_600, 23_950))


SCALE_COURSE = Checker(
    "scale_course(finite, start)",
    target=by_the_package,
    make=some_updates,
    count=8,
    axes=("update",),
    edges=(
        ([True, False, True], 13_000),
        ([False, False, True], 13_000),
        ([False] * 260, 13_000),
        ([True] * 5, 23_998),
        ([False, True], 7_100),
        ([], 13_000),
        (([False] + [True] * 123 + [False]) * 2, 13_000),
    ),
    beliefs=(
        Belief(
            "every overflow is a drop",
            "You drop at every overflow. One misfortune makes several in a row, and the scale would fall to the "
            "bottom: after a drop there is none for 124 updates.",
            course_if(window=0),
        ),
        Belief(
            "after a drop the scale waits",
            "After a drop you change nothing for a while. The window only forbids a second drop; finite updates in "
            "it make the scale grow as always.",
            course_if(way="waits"),
        ),
        Belief(
            "an overflow halves the scale",
            "You take 1000 thousandths off, which halves the scale. The rule divides it by the square root of 2: "
            "half a power of two.",
            course_if(drop=1000),
        ),
        Belief(
            "the scale may be anything",
            "Right, until the scale leaves its limits: it stays from 7000 to 24000, however long it grows, and "
            "however often it overflows.",
            course_if(way="no limits"),
        ),
        Belief(
            "every overflow begins the window anew",
            "You count the window from the last overflow, so a block that overflows often would never drop again. "
            "Count it from the last drop.",
            course_if(way="anew"),
        ),
    ),
)

CHECKERS = (KEPT_BYTES, WHOLE_GRADIENT, SCALE_COURSE, *lesson08_speed.CHECKERS)
