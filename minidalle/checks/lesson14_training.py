"""Checkers of lesson 14: what fits into memory, and when to stop.

Left out: the data (`lesson14.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from minidalle.checks.checker import Belief, Checker


def batch_if(
    kept: int = 20, powers: bool = True, capped: bool = True, full: bool = True, all_of_them: bool = True
) -> Callable[[int, int, int, int], int]:
    """The largest batch, with one of the rules changed for beliefs. kept: bytes a parameter. full: memory may be.
    all_of_them: a batch may be."""

    def batch(memory: int, parameters: int, each: int, pictures: int) -> int:
        most = (memory - kept * parameters - (not full)) // each
        most = max(0, min(most, pictures - (not all_of_them)) if capped else most)
        return 1 << most.bit_length() >> 1 if powers else most

    return batch


def some_machine(rng: random.Random) -> tuple[int, int, int, int]:
    """A memory of which the model keeps a good part, and pictures that may be few."""
    parameters, each = rng.randint(10, 400), rng.randint(50, 400)
    memory = (
        20 * parameters + each * rng.choice((2, 4, 8, 11, 16, 29, 32, 60)) + rng.choice((0, 0, each // 2))
    )
    return memory, parameters, each, rng.choice((5, 20, 500, 500))


LARGEST_BATCH = Checker(
    "largest_batch(memory, parameters, each, pictures)",
    target=batch_if(),
    make=some_machine,
    edges=(
        (1000, 10, 100, 500),
        (999, 10, 100, 500),
        (1000, 10, 100, 5),
        (1000, 60, 100, 500),
        (1000, 50, 100, 500),
        (1000, 40, 100, 3),
        (310, 10, 100, 500),
        (1000, 10, 100, 4),
        (1000, 10, 100, 1),
    ),
    beliefs=(
        Belief(
            "only pictures take memory",
            "You leave nothing for the model. It keeps 20 bytes for each of its {parameters} parameters before the "
            "first picture comes; only the rest is for the batch.",
            batch_if(kept=0),
        ),
        Belief(
            "a model is its weights",
            "You count 4 bytes a parameter. In training there are five numbers for each: weight, gradient, two "
            "moments and an average, 20 bytes in all.",
            batch_if(kept=4),
        ),
        Belief(
            "a batch is any number",
            "The number that you give would fit, but batches are powers of two here: take the largest one that is "
            "not above it.",
            batch_if(powers=False),
        ),
        Belief(
            "pictures never run out",
            "Your batch is larger than the data: there are {pictures} pictures, and none stands in a batch twice.",
            batch_if(capped=False),
        ),
        Belief(
            "a batch is less than the data",
            "You ask for fewer pictures than there are, {pictures}. A batch may hold all of them: with 4 pictures, and "
            "room for more, it is 4.",
            batch_if(all_of_them=False),
        ),
        Belief(
            "memory may not be full",
            "You ask for less than {memory} bytes, where exactly as many would do. A batch that fits to the last byte "
            "fits.",
            batch_if(full=False),
        ),
    ),
)


def stopped(losses: list[float], patience: int, way: str = "") -> list[int]:
    """The best look and the last one; or by a belief instead."""
    best = waited = 0
    end = len(losses) - 1
    for look in range(1, len(losses)):
        better = losses[look] < losses[best] or (way == "as good" and losses[look] == losses[best])
        best = look if better else best
        falls = losses[look] < losses[look - 1] if way == "before" else better
        waited = (waited if way == "unforgiven" else 0) if falls else waited + 1
        if waited == patience:
            end = look
            break
    if way == "foreseen" and waited == patience:
        best = losses.index(min(losses))
    return [end if way == "last" else best, end]


def some_losses(rng: random.Random) -> tuple[list[float], int]:
    """Losses that fall, wander and rise, in steps of a tenth, so that some are equal."""
    losses, level = [], 30
    for look in range(rng.randint(8, 20)):
        level += rng.choice((-4, -3, -1, 0, 1, 2)) if look < 6 else rng.choice((-2, -1, 0, 1, 2))
        losses.append(level / 10)
    return losses, rng.randint(1, 4)


STOP_EARLY = Checker(
    "stop_early(losses, patience)",
    target=stopped,
    make=some_losses,
    count=40,
    edges=(
        ([3.0, 2.0, 2.5, 2.2, 2.1, 1.0], 3),
        ([3.0, 2.0, 2.5, 1.9, 2.2, 2.0], 3),
        ([2.0, 2.0, 2.0], 2),
        ([1.0], 1),
        ([1.0, 2.0, 0.5], 1),
    ),
    beliefs=(
        Belief(
            "better than the look before is better",
            "You compare each look with the one before it. After a bad look a less bad one is no progress: compare "
            "with the best so far.",
            lambda losses, patience: stopped(losses, patience, "before"),
        ),
        Belief(
            "the last checkpoint is handed out",
            "You hand out the checkpoint at which the run stopped. By then the model has been getting worse for "
            "{patience} looks: hand out the best one.",
            lambda losses, patience: stopped(losses, patience, "last"),
        ),
        Belief(
            "the future is known",
            "Your best look comes after the stop. That run was never made: only looks up to the stop can be chosen "
            "from.",
            lambda losses, patience: stopped(losses, patience, "foreseen"),
        ),
        Belief(
            "as good is better",
            "You take a loss that equals the best one for progress. Nothing was gained, so the patience runs on, and "
            "the earlier checkpoint is the one to keep.",
            lambda losses, patience: stopped(losses, patience, "as good"),
        ),
        Belief(
            "a better look forgives nothing",
            "You add up all looks without progress. A new best loss begins the count anew: the patience is for looks "
            "in a row.",
            lambda losses, patience: stopped(losses, patience, "unforgiven"),
        ),
    ),
)

CHECKERS = (LARGEST_BATCH, STOP_EARLY)
